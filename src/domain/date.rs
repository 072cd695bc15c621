//! Dates in digits as people write them into registers, possibly partial.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A date of which the day, or day and month, may be unknown. Not necessarily a day of the calendar:
/// registers hold 31/02, and what stands there is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartialDate {
    /// Four digits.
    pub year: u16,
    /// 1–12.
    pub month: Option<u8>,
    /// 1–31; only with a month.
    pub day: Option<u8>,
}

impl PartialDate {
    /// Reads `12/03/1987`, `12-3-1987`, `12.03.1987`, `Ngày 12 tháng 3 năm 1987`, `3/1987`, `tháng 3 năm
    /// 1987`, `1987`, `năm 1987`. Nothing else may stand beside the numbers, so "25 tuổi" or a year of two
    /// digits (whose century the page does not say) is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = Vec::new();
        for part in text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()) {
            match part.to_lowercase().as_str() {
                "ngày" | "tháng" | "năm" | "mồng" | "mùng" => {}
                digits if digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                    numbers.push((digits.len(), digits.parse::<u16>().ok()?));
                }
                _ => return None,
            }
        }
        match numbers[..] {
            [(4, year)] => Self::from_numbers(year, None, None),
            [(1..=2, month), (4, year)] => Self::from_numbers(year, Some(month), None),
            [(1..=2, day), (1..=2, month), (4, year)] => Self::from_numbers(year, Some(month), Some(day)),
            _ => None,
        }
    }

    /// Whether the calendar has this day, as far as it is given.
    #[must_use]
    pub fn is_in_calendar(self) -> bool {
        let every = |years| self.year.is_multiple_of(years);
        let leap = every(4) && (!every(100) || every(400));
        let days = match self.month {
            Some(4 | 6 | 9 | 11) => 30,
            Some(2) if leap => 29,
            Some(2) => 28,
            _ => 31,
        };
        self.day.is_none_or(|day| day <= days)
    }

    /// A date of these numbers; `None` where one is out of its range.
    #[must_use]
    pub(super) fn from_numbers(year: u16, month: Option<u16>, day: Option<u16>) -> Option<Self> {
        let within = |n: Option<u16>, max| n.is_none_or(|n| (1..=max).contains(&n));
        ((1000..=9999).contains(&year) && within(month, 12) && within(day, 31)).then(|| Self {
            year,
            month: month.map(|m| m as u8),
            day: day.map(|d| d as u8),
        })
    }
}

/// As the Ministry's workbooks want it: `dd.mm.yyyy`, `mm.yyyy`, `yyyy`.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.day {
            write!(f, "{day:02}.")?;
        }
        if let Some(month) = self.month {
            write!(f, "{month:02}.")?;
        }
        write!(f, "{:04}", self.year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (written, delivered) in [
            ("12/03/1987", "12.03.1987"),
            ("12-3-1987", "12.03.1987"),
            ("12 . 03 . 1987", "12.03.1987"),
            ("Ngày 12 tháng 3 năm 1987", "12.03.1987"),
            ("ngày mồng 2 tháng 11 năm 2017", "02.11.2017"),
            ("3/1987", "03.1987"),
            ("năm 1987", "1987"),
            ("31/02/1990", "31.02.1990"),
        ] {
            assert_eq!(PartialDate::parse(written).map(|d| d.to_string()).as_deref(), Some(delivered));
        }
    }

    #[test]
    fn what_is_not_a_date_is_left_alone() {
        for text in
            ["", "25 tuổi", "12/03/87", "12/13/1987", "32/1/1987", "khoảng 1987", "0/1987", "1/2/3/1987"]
        {
            assert_eq!(PartialDate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_that_the_calendar_lacks_are_known() {
        let is_there = |text: &str| PartialDate::parse(text).unwrap().is_in_calendar();
        for text in ["31/01/1990", "29/02/2000", "29/02/2024", "28/02/1900", "2/1990", "30/4/1975"] {
            assert!(is_there(text), "{text}");
        }
        for text in ["31/02/1990", "29/02/1900", "29/02/2023", "31/04/1975", "31/11/2001"] {
            assert!(!is_there(text), "{text}");
        }
    }

    #[test]
    fn printing_and_reading_agree() {
        for text in ["12.03.1987", "03.1987", "1987"] {
            assert_eq!(PartialDate::parse(text).unwrap().to_string(), text);
        }
    }
}
