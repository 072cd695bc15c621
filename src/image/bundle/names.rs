//! Names of members: their order, and what they are called.

use std::cmp::Ordering;

/// The order in which people count: "trang 2" before "trang 10", whatever the case.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let by_parts = parts(a).cmp(parts(b));
    by_parts.then_with(|| a.cmp(b))
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Folders come before what follows in a name.
    Slash,
    /// Digits without leading zeros: by length, then by value.
    Number(usize, String),
    Letter(char),
}

fn parts(name: &str) -> impl Iterator<Item = Part> + '_ {
    let mut rest = name;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, more) = rest.split_at(end);
            rest = more;
            let digits = digits.trim_start_matches('0');
            return Some(Part::Number(digits.len(), digits.to_owned()));
        }
        rest = &rest[first.len_utf8()..];
        Some(match first {
            '/' | '\\' => Part::Slash,
            _ => Part::Letter(first.to_lowercase().next().unwrap_or(first)),
        })
    })
}

/// The name of a member: UTF-8 where its bytes are that, flagged or not (many writers forget the flag), else as
/// the archive's own rule has it (code page 437).
pub(super) fn readable(raw: &[u8], by_rule: String) -> String {
    std::str::from_utf8(raw).map_or(by_rule, str::to_owned)
}

/// Whether a name leads out of its folder, or is none.
pub(super) fn leads_astray(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    name.is_empty()
        || drive
        || name.starts_with(['/', '\\'])
        || name.contains('\0')
        || name.split(['/', '\\']).any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_not_spelt() {
        let mut names = [
            "trang 10.jpg",
            "Trang 2.jpg",
            "bìa.jpg",
            "trang 002b.jpg",
            "tập 2/1.jpg",
            "tập 10/1.jpg",
            "trang 1.jpg",
        ];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            [
                "bìa.jpg",
                "trang 1.jpg",
                "Trang 2.jpg",
                "trang 002b.jpg",
                "trang 10.jpg",
                "tập 2/1.jpg",
                "tập 10/1.jpg"
            ]
        );
    }

    #[test]
    fn equal_numbers_still_have_an_order() {
        assert_eq!(natural("01.jpg", "1.jpg"), Ordering::Less);
        assert_eq!(natural("1.jpg", "1.jpg"), Ordering::Equal);
    }

    #[test]
    fn names_that_lead_astray_are_told() {
        for bad in ["../a.jpg", "a/../../b.jpg", "/etc/passwd", "C:\\a.jpg", "a\\..\\b", "", "a\0b"] {
            assert!(leads_astray(bad), "{bad}");
        }
        for good in ["quyển 1/trang..2.jpg", "a.b/c", "trang 1 (2).jpg"] {
            assert!(!leads_astray(good), "{good}");
        }
    }
}
