//! What can be said of a person's or an office's name without knowing the person or the place.

use super::normalise::folded;

/// Peoples among whom children usually take the mother's name (general knowledge of ethnography: the
/// Austronesian peoples of the Central Highlands, and Cơ Ho and M'nông groups beside them).
const MATRILINEAL: [&str; 8] = ["ê đê", "gia rai", "ra glai", "chăm", "chu ru", "cơ ho", "mnông", "m'nông"];

/// First words that tell a person's sex, not the family: Y and H' (Ê Đê, Gia Rai, M'nông), A and Y (Xơ Đăng, Ba
/// Na, Giẻ Triêng), K' and Ka (Cơ Ho, Mạ).
const MARKERS: [&str; 6] = ["y", "a", "h", "k", "ka", "ha"];

/// The surname of a Vietnamese full name, folded: its first word. `None` for a single word, and for names that
/// begin with a marker of sex instead of a surname ("Y Bhông Niê", "H'Hen Niê", "A Thút", "K'Brếp", "Ka Hương").
#[must_use]
pub fn surname(full_name: &str) -> Option<String> {
    let name = folded(full_name);
    let (first, _) = name.split_once(' ')?;
    let has_apostrophe = first.chars().any(|c| matches!(c, '\'' | '’' | 'ʼ' | '`'));
    (!has_apostrophe && !MARKERS.contains(&first)).then(|| first.to_owned())
}

/// Whether children of this people usually bear the mother's surname.
#[must_use]
pub fn is_matrilineal(ethnicity: &str) -> bool {
    let people = folded(ethnicity).replace('’', "'");
    MATRILINEAL.contains(&people.as_str())
}

/// The names in an office's title from the smallest unit up, folded and without the words for the unit: "UBND
/// xã Diễn Kỷ, huyện Diễn Châu, tỉnh Nghệ An" gives "diễn kỷ", "diễn châu", "nghệ an". Names that are numbers
/// ("Phường 3") are left out: they are everywhere.
#[must_use]
pub fn places_of_office(office: &str) -> Vec<String> {
    let parts = office.split(',').flat_map(|part| part.split(" - "));
    let bare = parts.map(|part| {
        let mut name = folded(part);
        for word in ["ubnd", "ủy ban nhân dân", "uỷ ban nhân dân"] {
            name = name.strip_prefix(word).map_or(name.clone(), |rest| rest.trim().to_owned());
        }
        for unit in UNITS {
            if let Some(rest) = name.strip_prefix(unit).and_then(|rest| rest.strip_prefix(' ')) {
                return rest.to_owned();
            }
        }
        name
    });
    bare.filter(|name| name.chars().filter(|c| c.is_alphabetic()).count() >= 3).collect()
}

const UNITS: [&str; 12] =
    ["xã", "phường", "thị trấn", "thị xã", "huyện", "quận", "thành phố", "tỉnh", "tp", "tx", "h", "x"];

/// How a text stands to a place's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// The name stands in it, word for word.
    Named,
    /// As many words in a row are the name but for one letter.
    Nearly,
    /// Neither.
    Absent,
}

/// Looks for a folded name in a text.
#[must_use]
pub fn mention(text: &str, name: &str) -> Mention {
    let text = folded(text);
    let words: Vec<&str> = text.split(' ').collect();
    let count = name.split(' ').count();
    let mut nearly = false;
    for window in words.windows(count) {
        let found = window.join(" ");
        if found == name {
            return Mention::Named;
        }
        nearly |= is_one_letter_off(&found, name);
    }
    if nearly && name.chars().count() >= 4 { Mention::Nearly } else { Mention::Absent }
}

/// Whether two texts differ by exactly one letter put in, left out or exchanged.
#[must_use]
pub fn is_one_letter_off(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len() - short.len() > 1 || a == b {
        return false;
    }
    let same = short.iter().zip(long.iter()).take_while(|(x, y)| x == y).count();
    let rest = if short.len() == long.len() { &short[same + 1..] } else { &short[same..] };
    rest == &long[same + 1..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_are_first_words_unless_they_mark_the_sex() {
        assert_eq!(surname("NGUYỄN Văn An").as_deref(), Some("nguyễn"));
        assert_eq!(surname("Lò Thị Pản").as_deref(), Some("lò"));
        for name in ["Y Bhông Niê", "H'Hen Niê", "A Thút", "K’Brếp Y", "Ka Hương", "Hoa", ""] {
            assert_eq!(surname(name), None, "{name}");
        }
    }

    #[test]
    fn the_matrilineal_peoples_are_known_by_their_names() {
        assert!(is_matrilineal("Ê đê") && is_matrilineal("Gia Rai") && is_matrilineal("Ê-đê"));
        assert!(!is_matrilineal("Kinh"));
    }

    #[test]
    fn an_office_gives_its_places_without_their_units() {
        let office = "UBND xã Diễn Kỷ, huyện Diễn Châu, tỉnh Nghệ An";
        assert_eq!(places_of_office(office), ["diễn kỷ", "diễn châu", "nghệ an"]);
        assert_eq!(places_of_office("Uỷ ban nhân dân phường 3, TP. Đà Lạt"), ["đà lạt"]);
    }

    #[test]
    fn a_place_is_named_nearly_named_or_absent() {
        assert_eq!(mention("Xóm 3, xã Diễn Kỷ, huyện Diễn Châu", "diễn kỷ"), Mention::Named);
        assert_eq!(mention("Xóm 3, xã Diễn Ký", "diễn kỷ"), Mention::Nearly);
        assert_eq!(mention("xã Nghi Kim", "diễn kỷ"), Mention::Absent);
    }

    #[test]
    fn one_letter_off_is_exactly_one() {
        assert!(
            is_one_letter_off("an", "ăn") && is_one_letter_off("an", "anh") && is_one_letter_off("ba", "a")
        );
        assert!(
            !is_one_letter_off("an", "an") && !is_one_letter_off("an", "bnh") && !is_one_letter_off("", "ab")
        );
    }
}
