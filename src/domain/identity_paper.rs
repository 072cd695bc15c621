//! Identity papers as written on one line: kind, number, day and place of issue.

use std::sync::LazyLock;

/// The parts of a line such as "CMND số 186543210 cấp ngày 12/05/2009 tại CA Nghệ An".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityPaper {
    /// Code of `loaiGiayToTuyThan` (1 identity card … 8 other).
    pub kind_code: u8,
    /// The words for the kind, kept where the code is 8.
    pub kind_words: String,
    /// Number.
    pub number: String,
    /// Day of issue as written.
    pub issued_on: String,
    /// Place of issue as written.
    pub issued_by: String,
}

/// Beginnings (lower case) by which a kind is known, with its code in the 158 lists; longer ones first.
static KINDS: LazyLock<Vec<(&str, u8)>> = LazyLock::new(|| {
    let mut kinds = vec![
        ("cmnd", 1),
        ("giấy cmnd", 1),
        ("chứng minh nhân dân", 1),
        ("giấy chứng minh nhân dân", 1),
        ("hộ chiếu", 2),
        ("thẻ thường trú", 3),
        ("cccd", 4),
        ("thẻ cccd", 4),
        ("căn cước", 4),
        ("thẻ căn cước", 4),
        ("căn cước công dân", 4),
        ("thẻ căn cước công dân", 4),
        ("giấy chứng minh quân đội nhân dân", 5),
        ("giấy chứng minh sĩ quan quân đội", 6),
        ("giấy chứng minh công an nhân dân", 7),
    ];
    kinds.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    kinds
});

/// What introduces the day and the place of issue.
const DAY_WORDS: [&str; 4] = ["cấp ngày", "ngày cấp", "ngày", "cấp"];
const PLACE_WORDS: [&str; 4] = ["nơi cấp", "tại", "cơ quan cấp", "do"];

impl IdentityPaper {
    /// Splits a line; `None` when no number of at least six digits or letters-with-digits is in it, since
    /// then guessing would only tear apart what stands there.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        let (start, end) = number_span(line)?;
        let head = line[..start].trim().trim_end_matches([':', ',', '.']).trim();
        let head = strip_last_word(head, "số");
        let (kind_code, kind_words) = kind_of(head);
        let (issued_on, issued_by) = issue_parts(&line[end..]);
        Some(Self { kind_code, kind_words, number: line[start..end].to_owned(), issued_on, issued_by })
    }
}

/// Byte range of the first token that looks like a paper's number: six or more letters and digits, at
/// least five of them digits, no separators of dates.
fn number_span(line: &str) -> Option<(usize, usize)> {
    let mut offset = 0;
    for token in line.split_inclusive(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':')) {
        let word = token.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '.'));
        let digits = word.chars().filter(char::is_ascii_digit).count();
        if word.chars().count() >= 6 && digits >= 5 && word.chars().all(char::is_alphanumeric) {
            return Some((offset, offset + word.len()));
        }
        offset += token.len();
    }
    None
}

fn strip_last_word<'a>(text: &'a str, word: &str) -> &'a str {
    let lower_matches = text.rsplit(' ').next().is_some_and(|last| last.to_lowercase() == word);
    if lower_matches { text[..text.len() - word.len()].trim_end() } else { text }
}

fn kind_of(head: &str) -> (u8, String) {
    let lower = head.to_lowercase();
    let known = KINDS.iter().find(|(words, _)| lower.starts_with(words)).map(|(_, code)| *code);
    (known.unwrap_or(8), head.to_owned())
}

/// Day and place of issue from what follows the number. Words that belong to neither go to the place.
fn issue_parts(tail: &str) -> (String, String) {
    let tail = tail.trim_matches([' ', ',', ';', '.', '-']);
    let (tail, day_named) = strip_first(tail, &DAY_WORDS);
    let day_end = tail
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_digit() || matches!(c, '/' | '.' | '-')))
        .map_or(tail.len(), |(i, _)| i);
    let (day, rest) = tail.split_at(if day_named || day_end >= 8 { day_end } else { 0 });
    let rest = rest.trim_matches([' ', ',', ';', '.', '-']);
    let (place, _) = strip_first(rest, &PLACE_WORDS);
    (day.trim_end_matches(['.', '-']).to_owned(), place.trim_matches([' ', ':']).to_owned())
}

fn strip_first<'a>(text: &'a str, words: &[&str]) -> (&'a str, bool) {
    for word in words {
        let n = word.chars().count();
        let head: String = text.chars().take(n).collect();
        if head.to_lowercase() == *word && text.chars().nth(n).is_none_or(|c| !c.is_alphanumeric()) {
            let rest = &text[head.len()..];
            return (rest.trim_start_matches([' ', ':']), true);
        }
    }
    (text, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> (u8, String, String, String) {
        let p = IdentityPaper::parse(line).unwrap();
        (p.kind_code, p.number, p.issued_on, p.issued_by)
    }

    #[test]
    fn usual_lines_are_split() {
        let expected = |code, number: &str, day: &str, place: &str| {
            (code, number.to_owned(), day.to_owned(), place.to_owned())
        };
        assert_eq!(
            parts("CMND số 186543210 cấp ngày 12/05/2009 tại CA Nghệ An"),
            expected(1, "186543210", "12/05/2009", "CA Nghệ An")
        );
        assert_eq!(
            parts("Thẻ Căn cước công dân 001087001234, ngày cấp: 01.02.2017, nơi cấp: Cục CS ĐKQL cư trú"),
            expected(4, "001087001234", "01.02.2017", "Cục CS ĐKQL cư trú")
        );
        assert_eq!(parts("Hộ chiếu B1234567"), expected(2, "B1234567", "", ""));
        assert_eq!(parts("CMND: 012345678, CA Hà Nội"), expected(1, "012345678", "", "CA Hà Nội"));
    }

    #[test]
    fn an_unknown_kind_keeps_its_words() {
        let p = IdentityPaper::parse("Giấy xác nhận số 12345678 cấp ngày 1/2/2016").unwrap();
        assert_eq!((p.kind_code, p.kind_words.as_str()), (8, "Giấy xác nhận"));
    }

    #[test]
    fn a_line_without_a_number_is_not_torn_apart() {
        assert_eq!(IdentityPaper::parse("Không có giấy tờ"), None);
        assert_eq!(IdentityPaper::parse("cấp ngày 12/05/2009"), None);
    }
}
