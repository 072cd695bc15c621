//! The forms that come with the program, and which of them was in use when.

use super::form::Form;
use super::kind::RegisterKind;

/// The forms that come with the program.
const EMBEDDED: [&str; 16] = [
    include_str!("data/forms/birth_2016.toml"),
    include_str!("data/forms/marriage_2016.toml"),
    include_str!("data/forms/death_2016.toml"),
    include_str!("data/forms/parent_child_2016.toml"),
    include_str!("data/forms/guardianship_2016.toml"),
    include_str!("data/forms/guardianship_end_2016.toml"),
    include_str!("data/forms/adoption_2016.toml"),
    include_str!("data/forms/change_2016.toml"),
    include_str!("data/forms/marital_status_2016.toml"),
    include_str!("data/forms/divorce_note_2016.toml"),
    include_str!("data/forms/birth_2006.toml"),
    include_str!("data/forms/marriage_2006.toml"),
    include_str!("data/forms/death_2006.toml"),
    include_str!("data/forms/parent_child_2006.toml"),
    include_str!("data/forms/birth_1999.toml"),
    include_str!("data/forms/birth_1976.toml"),
];

impl Form {
    /// The forms compiled into the program; newer ones of a kind before older ones.
    ///
    /// # Panics
    /// Never: they are checked by a test.
    #[must_use]
    pub fn embedded() -> Vec<Self> {
        let read = |text: &&str| Self::from_toml(text).expect("embedded forms are checked by a test");
        EMBEDDED.iter().map(read).collect()
    }

    /// The form of `kind` that was in use in a year: the newest that was there by its end. None in years before
    /// the first.
    #[must_use]
    pub fn in_use(forms: &[Self], kind: RegisterKind, year: i64) -> Option<&Self> {
        let known =
            forms.iter().filter(|f| f.register_kind == kind && f.first_year().is_some_and(|y| y <= year));
        known.max_by_key(|f| &f.valid_from)
    }

    /// Year of the first day of its use.
    fn first_year(&self) -> Option<i64> {
        self.valid_from.split('-').next().and_then(|year| year.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::super::relations::BookRole;
    use super::*;

    #[test]
    fn embedded_forms_are_consistent() {
        let forms = Form::embedded();
        for (i, form) in forms.iter().enumerate() {
            assert!(forms[..i].iter().all(|f| f.id != form.id), "{}", form.id);
            for key in ["so", "quyen_so", "ngay_dang_ky", "nguoi_ky", "ghi_chu", "trang_so"] {
                assert!(form.field(key).is_some(), "{}: {key}", form.id);
            }
            for role in [BookRole::Number, BookRole::Book, BookRole::Date, BookRole::Page] {
                assert!(form.field_in_book(role).is_some(), "{}: {role}", form.id);
            }
            for group in &form.groups {
                assert!(form.fields.iter().any(|f| f.group == group.id), "{}: {}", form.id, group.id);
            }
        }
        let birth = forms.iter().find(|f| f.id == "birth_2016").unwrap();
        assert_eq!(birth.fields.len(), 29);
        let name = birth.field("nks_ho_ten").unwrap();
        assert_eq!(birth.field_box(name), [50.0, 44.4, 92.0, 8.299_999]);
    }

    #[test]
    fn every_kind_of_register_has_a_form_and_the_year_chooses_among_them() {
        let forms = Form::embedded();
        for kind in RegisterKind::ALL {
            assert!(Form::in_use(&forms, *kind, 2016).is_some_and(|f| f.id.ends_with("_2016")), "{kind}");
            let earlier = Form::in_use(&forms, *kind, 2005);
            assert_eq!(earlier.is_some(), *kind == RegisterKind::Birth, "{kind}");
        }
        let birth = |year| Form::in_use(&forms, RegisterKind::Birth, year).map(|f| f.id.as_str());
        assert_eq!((birth(1975), birth(1976), birth(1998)), (None, Some("birth_1976"), Some("birth_1976")));
        assert_eq!((birth(1999), birth(2005)), (Some("birth_1999"), Some("birth_1999")));
        assert_eq!((birth(2006), birth(2015)), (Some("birth_2006"), Some("birth_2006")));
        assert_eq!((birth(2016), birth(2025)), (Some("birth_2016"), Some("birth_2016")));
        assert_eq!(Form::in_use(&forms, RegisterKind::Adoption, 2010), None);
    }
}
