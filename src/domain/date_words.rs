//! Dates as clerks write them, in digits or in words: "Ngày mười hai tháng ba năm một nghìn chín trăm tám mươi
//! bảy", "12/3/1987 (âl)". The words of numbers follow the usual grammar of written Vietnamese with the variants
//! that registers show: nghìn/ngàn, linh/lẻ, bốn/tư, một/mốt, năm/lăm/nhăm, mồng/mùng, giêng, chạp, rằm.

use super::date::PartialDate;
use super::normalise::folded;

/// A date as it stands in a register, by whichever calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDate {
    /// Its numbers as written.
    pub date: PartialDate,
    /// Marked as a day of the lunar calendar ("âm lịch", "âl").
    pub lunar: bool,
}

/// How two writings of what should be one date stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatesCompared {
    /// Both complete and equal.
    Same,
    /// What both say is equal; one says less.
    Compatible,
    /// Day, month or year differ.
    Different,
    /// Different calendars: nothing can be said.
    Incomparable,
}

impl WrittenDate {
    /// Reads a date in digits (see [`PartialDate::parse`]), in words, or in both mixed, whole or partial;
    /// `None` for everything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words: Vec<String> = folded(text)
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(ToOwned::to_owned)
            .collect();
        let lunar = take_calendar(&mut words);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let date = PartialDate::parse(&words.join(" ")).or_else(|| in_words(&words, lunar))?;
        Some(Self { date, lunar })
    }

    /// Holds two writings of one date against each other.
    #[must_use]
    pub fn compare(self, other: Self) -> DatesCompared {
        let (a, b) = (self.date, other.date);
        let differ = |x: Option<u8>, y: Option<u8>| matches!((x, y), (Some(x), Some(y)) if x != y);
        if self.lunar != other.lunar {
            DatesCompared::Incomparable
        } else if a.year != b.year || differ(a.month, b.month) || differ(a.day, b.day) {
            DatesCompared::Different
        } else if a == b && a.day.is_some() {
            DatesCompared::Same
        } else {
            DatesCompared::Compatible
        }
    }
}

/// Takes the words for the calendar out; true where they say lunar.
fn take_calendar(words: &mut Vec<String>) -> bool {
    let is = |w: &[String], a: &str, b: &str| w.len() == 2 && w[0] == a && w[1] == b;
    let mut lunar = false;
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let pair = &words[at..(at + 2).min(words.len())];
        let is_lunar = is(pair, "âm", "lịch") || is(pair, "â", "l");
        if is_lunar || is(pair, "dương", "lịch") || is(pair, "d", "l") {
            lunar |= is_lunar;
            at += 2;
            continue;
        }
        if words[at] == "âl" || words[at] == "al" {
            lunar = true;
        } else {
            kept.push(words[at].clone());
        }
        at += 1;
    }
    *words = kept;
    lunar
}

/// `[ngày D] [tháng M] [năm] Y`. "Năm" is both "year" and "five": the marker is the one that leaves a month
/// before it and a year behind it.
fn in_words(words: &[&str], lunar: bool) -> Option<PartialDate> {
    let Some(month_at) = words.iter().position(|w| *w == "tháng") else {
        let year = words.strip_prefix(&["năm"]).unwrap_or(words);
        return PartialDate::from_numbers(year_of(year)?, None, None);
    };
    let before = &words[..month_at];
    let before = before.strip_prefix(&["ngày"]).unwrap_or(before);
    let day = if before.is_empty() { None } else { Some(day_of(before)?) };
    let after = &words[month_at + 1..];
    (1..after.len()).filter(|&at| after[at] == "năm").find_map(|at| {
        let month = month_of(&after[..at], lunar)?;
        PartialDate::from_numbers(year_of(&after[at + 1..])?, Some(month), day)
    })
}

fn day_of(words: &[&str]) -> Option<u16> {
    match words {
        ["rằm"] => Some(15),
        ["mồng" | "mùng", rest @ ..] | rest => below_hundred(rest),
    }
}

fn month_of(words: &[&str], lunar: bool) -> Option<u16> {
    match words {
        ["giêng"] => Some(1),
        ["chạp"] => Some(12),
        // In the lunar calendar "tháng một" is the eleventh month, before "tháng chạp".
        ["một"] if lunar => Some(11),
        _ => below_hundred(words),
    }
}

/// A year of four figures: in full, figure by figure, or in digits.
fn year_of(words: &[&str]) -> Option<u16> {
    if let [digits] = words
        && digits.len() == 4
        && let Ok(year) = digits.parse()
    {
        return Some(year);
    }
    if let [a, b, c, d] = words
        && let (Some(a), Some(b), Some(c), Some(d)) = (figure(a), figure(b), figure(c), figure(d))
    {
        return Some(a * 1000 + b * 100 + c * 10 + d);
    }
    let (thousands, rest) = match words {
        [n, "nghìn" | "ngàn", rest @ ..] => (figure(n)?, rest),
        _ => return None,
    };
    let (hundreds, rest) = match rest {
        [n, "trăm", rest @ ..] => (figure(n)?, rest),
        _ => (0, rest),
    };
    let tail = if rest.is_empty() { 0 } else { below_hundred(rest)? };
    Some(thousands * 1000 + hundreds * 100 + tail)
}

/// A number from 0 to 99 in words, or in one or two digits.
fn below_hundred(words: &[&str]) -> Option<u16> {
    match words {
        [digits] if digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok(),
        ["mười"] => Some(10),
        ["mười", unit] => Some(10 + figure(unit)?),
        ["linh" | "lẻ", unit] => figure(unit),
        ["hăm", unit] => Some(20 + figure(unit)?),
        [tens, "mươi" | "mười"] => Some(10 * figure(tens)?),
        [tens, "mươi" | "mười", unit] => Some(10 * figure(tens)? + figure(unit)?),
        [unit] => figure(unit),
        // "Hai ba", "tám bảy": the word for ten is left out in speech, and then in writing.
        [tens, unit] if *tens != "không" => Some(10 * figure(tens)? + figure(unit)?),
        _ => None,
    }
}

fn figure(word: &str) -> Option<u16> {
    Some(match word {
        "không" => 0,
        "một" | "mốt" => 1,
        "hai" => 2,
        "ba" => 3,
        "bốn" | "tư" => 4,
        "năm" | "lăm" | "nhăm" => 5,
        "sáu" => 6,
        "bảy" | "bẩy" => 7,
        "tám" => 8,
        "chín" => 9,
        _ => return None,
    })
}

/// What stands where a year of birth is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BirthNote {
    /// A year, or a date of which the year counts.
    Year(u16),
    /// An age in years, "25 tuổi"; may be counted the Vietnamese way, one more.
    Age(u16),
}

impl BirthNote {
    /// Reads "1987", "12/03/1987", a date in words, "25 tuổi", "25t", "hai mươi lăm tuổi".
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(written) = WrittenDate::parse(text) {
            return Some(Self::Year(written.date.year));
        }
        let text = folded(text);
        let number = text.strip_suffix("tuổi").or_else(|| text.strip_suffix('t'))?.trim();
        let words: Vec<&str> = number.split_whitespace().collect();
        let age = match words[..] {
            [digits] if digits.len() == 3 => digits.parse().ok()?,
            _ => below_hundred(&words)?,
        };
        (1..=120).contains(&age).then_some(Self::Age(age))
    }

    /// The years of birth that this can mean for an event in `year`, first and last. An age leaves three: the
    /// birthday may be to come, and the Vietnamese way counts one more.
    #[must_use]
    pub fn birth_years(self, year: u16) -> [i32; 2] {
        match self {
            Self::Year(born) => [i32::from(born); 2],
            Self::Age(age) => {
                let born = i32::from(year) - i32::from(age);
                [born - 1, born + 1]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Option<String> {
        WrittenDate::parse(text).map(|d| format!("{}{}", d.date, if d.lunar { " lunar" } else { "" }))
    }

    #[test]
    fn dates_in_words_are_read_in_every_spelling() {
        for (written, date) in [
            ("Ngày mười hai tháng ba năm một nghìn chín trăm tám mươi bảy", "12.03.1987"),
            ("Ngày Hai Mươi Bảy Tháng Tám Năm Hai Nghìn Không Trăm Linh Tám", "27.08.2008"),
            ("ngày mồng năm, tháng năm, năm hai ngàn lẻ năm", "05.05.2005"),
            ("Ngày mùng một tháng giêng năm một ngàn chín trăm bảy mươi tư", "01.01.1974"),
            ("ngày ba mươi mốt tháng chạp năm một nghìn chín trăm sáu mươi lăm", "31.12.1965"),
            ("ngày hai nhăm tháng tư năm một nghìn chín trăm bốn mươi nhăm", "25.04.1945"),
            ("ngày mười lăm tháng mười năm hai nghìn mười bảy", "15.10.2017"),
            ("tháng mười một năm hai nghìn", "11.2000"),
            ("năm một chín tám bảy", "1987"),
            ("ngày 12 tháng ba năm 1987", "12.03.1987"),
            ("rằm tháng bảy năm một nghìn chín trăm ba mươi (âm lịch)", "15.07.1930 lunar"),
            ("ngày hai tháng một năm một nghìn chín trăm hai mươi âl", "02.11.1920 lunar"),
            ("ngày hai tháng một năm một nghìn chín trăm hai mươi", "02.01.1920"),
            ("12/03/1987", "12.03.1987"),
            ("12/3/1987 (Â.L)", "12.03.1987 lunar"),
            ("03.1987", "03.1987"),
        ] {
            assert_eq!(shown(written).as_deref(), Some(date), "{written}");
        }
    }

    #[test]
    fn what_says_no_date_is_none() {
        for text in
            ["", "không rõ", "ngày mười hai tháng ba", "năm Mậu Thân", "ngày bốn mươi tháng ba năm hai nghìn"]
        {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_compared_by_what_both_say() {
        let compare =
            |a: &str, b: &str| WrittenDate::parse(a).unwrap().compare(WrittenDate::parse(b).unwrap());
        assert_eq!(
            compare("2/9/1945", "ngày hai tháng chín năm một nghìn chín trăm bốn mươi lăm"),
            DatesCompared::Same
        );
        assert_eq!(compare("1945", "2/9/1945"), DatesCompared::Compatible);
        assert_eq!(compare("2/9/1945", "3/9/1945"), DatesCompared::Different);
        assert_eq!(compare("2/9/1945", "3/9/1945 âm lịch"), DatesCompared::Incomparable);
    }

    #[test]
    fn an_age_leaves_three_years_of_birth_and_a_year_one() {
        assert_eq!(BirthNote::parse("25 tuổi"), Some(BirthNote::Age(25)));
        assert_eq!(BirthNote::parse("hai mươi lăm tuổi"), Some(BirthNote::Age(25)));
        assert_eq!(BirthNote::parse("25t"), Some(BirthNote::Age(25)));
        assert_eq!(BirthNote::parse("12/03/1987"), Some(BirthNote::Year(1987)));
        assert_eq!(BirthNote::parse("87"), None);
        assert_eq!(BirthNote::Age(25).birth_years(2017), [1991, 1993]);
        assert_eq!(BirthNote::Year(1987).birth_years(2017), [1987, 1987]);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let _ = (WrittenDate::parse(&text), BirthNote::parse(&text));
        }
    }
}
