//! Register kinds, field kinds and the state of a field's value.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A word that is not one of a closed list, with what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a {what}")]
pub struct UnknownWord {
    /// What the word should have named, e.g. `field kind`.
    pub what: &'static str,
    /// The word as given.
    pub given: String,
}

/// Declares a closed list of words with one spelling each, used alike in JSON, database and command line.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal, { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The one spelling used in JSON, database and command line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(s: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|k| k.as_str() == s)
                    .ok_or_else(|| UnknownWord { what: $what, given: s.to_owned() })
            }
        }
    };
}
pub(crate) use words;

words!(
    /// Kind of register (*loại sổ*), by the letters that the Ministry's file names use.
    RegisterKind, "register kind", {
        /// Births (khai sinh).
        Birth = "KS",
        /// Marriages (kết hôn).
        Marriage = "KH",
        /// Deaths (khai tử).
        Death = "KT",
        /// Recognition of parent or child (nhận cha, mẹ, con).
        ParentChild = "CMC",
        /// Guardianship (giám hộ).
        Guardianship = "GH",
        /// End of guardianship (chấm dứt giám hộ).
        GuardianshipEnd = "CDGH",
        /// Adoption (nuôi con nuôi).
        Adoption = "CN",
        /// Change, correction, supplement (thay đổi, cải chính).
        Change = "TDCC",
        /// Certificates of marital status (xác nhận tình trạng hôn nhân).
        MaritalStatus = "HN",
        /// Notes of divorces abroad (ghi chú ly hôn).
        DivorceNote = "LH",
    }
);

words!(
    /// What kind of thing a field holds; chooses decoder, checks and keys on screen.
    FieldKind, "field kind", {
        /// A person's full name.
        PersonName = "person_name",
        /// A place: commune, district, province, address.
        Place = "place",
        /// A date in digits, possibly partial.
        Date = "date",
        /// A date written out in words.
        DateInWords = "date_in_words",
        /// Year of birth, or an age in its place.
        YearOrAge = "year_or_age",
        /// Nam, Nữ.
        Sex = "sex",
        /// One of the ethnic groups.
        Ethnicity = "ethnicity",
        /// A nationality.
        Nationality = "nationality",
        /// Personal identification number.
        IdNumber = "id_number",
        /// A number, perhaps with `/year`.
        Number = "number",
        /// Relation to another person on the page.
        Relation = "relation",
        /// Names with offices, identity papers: words and numbers on one line.
        Title = "title",
        /// The registering office.
        Office = "office",
        /// Anything else.
        FreeText = "free_text",
        /// Printed options of which some are ticked; the value is their words joined by `"; "`.
        Choice = "choice",
    }
);

words!(
    /// A value's state: why there is text, or why there is none.
    FieldState, "field state", {
        /// There is writing and it was read.
        Written = "written",
        /// Nothing is written in the register (trống trên sổ).
        Blank = "blank",
        /// Written but not readable (không đọc được).
        Illegible = "illegible",
        /// The paper is torn or lost here (rách, mất).
        Torn = "torn",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_parses_back_to_itself() {
        for kind in FieldKind::ALL {
            assert_eq!(kind.as_str().parse::<FieldKind>().as_ref(), Ok(kind));
        }
        for kind in RegisterKind::ALL {
            assert_eq!(kind.as_str().parse::<RegisterKind>().as_ref(), Ok(kind));
        }
        assert!("KX".parse::<RegisterKind>().is_err());
    }
}
