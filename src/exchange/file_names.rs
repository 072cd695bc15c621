//! File names of deliveries, as the Ministry's import and the vendors use them.

use super::workbook158::DeliveredBook;
use crate::domain::RegisterKind;
use unicode_normalization::UnicodeNormalization;

/// `<office>.<KIND>.<YEAR>.<BOOK>.xlsx`, e.g. `phuonghaichau2_qhc_tpdn.KH.2007.01.xlsx`.
#[must_use]
pub fn workbook_name(kind: RegisterKind, book: &DeliveredBook) -> String {
    let number = book_number_slug(&book.number, book.year_opened);
    format!("{}.{kind}.{}.{number}.xlsx", office_slug(&book.office), book.year_opened)
}

/// `01` out of `01/2007` opened in 2007; everything else keeps its letters and digits, parted by hyphens,
/// so that two numbers of one office and year never share a file name.
fn book_number_slug(number: &str, year_opened: u16) -> String {
    let number = number.strip_suffix(&format!("/{year_opened}")).unwrap_or(number);
    let ascii = to_ascii(number);
    let parts: Vec<&str> =
        ascii.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "0".to_owned() } else { parts.join("-") }
}

/// The commune in full and the initials of what follows it, in plain ASCII:
/// "UBND phường Hải Châu 2, quận Hải Châu, TP Đà Nẵng" → `phuonghaichau2_qhc_tpdn`.
#[must_use]
pub fn office_slug(office: &str) -> String {
    let ascii = to_ascii(office);
    let ascii = ascii.trim().trim_start_matches("ubnd").replace("thanh pho", "tp");
    let mut parts = ascii.split(',').map(str::trim).filter(|p| !p.is_empty());
    let commune: String =
        parts.next().unwrap_or("coquan").chars().filter(char::is_ascii_alphanumeric).collect();
    parts.fold(commune, |slug, part| format!("{slug}_{}", initials(part)))
}

fn initials(part: &str) -> String {
    let words = part.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    words.map(|w| if w == "tp" || w.bytes().all(|b| b.is_ascii_digit()) { w } else { &w[..1] }).collect()
}

/// Lower case without marks; đ becomes d, everything else outside ASCII is dropped.
fn to_ascii(text: &str) -> String {
    text.to_lowercase().replace('đ', "d").nfd().filter(char::is_ascii).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_become_the_names_that_vendors_use() {
        let slug = office_slug("UBND phường Hải Châu 2, quận Hải Châu, TP Đà Nẵng");
        assert_eq!(slug, "phuonghaichau2_qhc_tpdn");
        assert_eq!(office_slug("UBND Xã An Nhơn, huyện Đạ Tẻh, tỉnh Lâm Đồng"), "xaannhon_hdt_tld");
        assert_eq!(office_slug("../../x, ///"), "x_");
        assert_eq!(office_slug(""), "coquan");
    }

    #[test]
    fn a_workbook_is_named_after_its_book() {
        let book = DeliveredBook {
            number: "01/2007".into(),
            year_opened: 2007,
            office: "UBND phường Hải Châu 2, quận Hải Châu, thành phố Đà Nẵng".into(),
        };
        assert_eq!(workbook_name(RegisterKind::Marriage, &book), "phuonghaichau2_qhc_tpdn.KH.2007.01.xlsx");
        for (number, slug) in [
            ("01", "01"),
            ("01/A", "01-a"),
            ("01/B", "01-b"),
            ("Q.2", "q-2"),
            ("№", "0"),
            ("3/2008", "3-2008"),
        ] {
            assert_eq!(book_number_slug(number, 2007), slug);
        }
    }
}
