//! How the fields of a form relate to each other and to the book: data of the form, checked like the rest of it.

use super::form::{Form, FormField};
use super::kind::{FieldKind, UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words!(
    /// What a field says that is known of the book, or follows from the entries around it.
    BookRole, "role in the book", {
        /// The entry's number: one more from entry to entry, from 1 in every year.
        Number = "number",
        /// The date of registration: never earlier than the entry before.
        Date = "date",
        /// The page's number: one more from page to page.
        Page = "page",
        /// The number of the book itself, perhaps with its year.
        Book = "book",
    }
);

/// What a field has to do with others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relations {
    /// The date field that this one says in words.
    pub in_words_of: Option<String>,
    /// The date field that this one is never earlier than.
    pub not_before: Option<String>,
    /// What it says of the book.
    pub in_book: Option<BookRole>,
    /// A place that is often in the registering office's commune.
    #[serde(default)]
    pub near_office: bool,
    /// Names of persons of whom this one often is one.
    #[serde(default)]
    pub often_same_as: Vec<String>,
}

/// A person on a form, by the keys of what is said of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Identifier within the form.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Fields with date or year of birth, or the age instead; where there are two they say the same.
    #[serde(default)]
    pub birth: Vec<String>,
    /// Ethnic group.
    pub ethnicity: Option<String>,
    /// The person who is the mother.
    pub mother: Option<String>,
    /// The person who is the father.
    pub father: Option<String>,
}

impl Form {
    /// The person with this id.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// The field that says this of the book.
    #[must_use]
    pub fn field_in_book(&self, role: BookRole) -> Option<&FormField> {
        self.fields.iter().find(|field| field.relations.in_book == Some(role))
    }

    /// What is wrong with the relations, if anything is.
    pub(super) fn relations_problem(&self) -> Option<String> {
        self.fields.iter().find_map(|f| self.field_problem(f)).or_else(|| self.people_problem())
    }

    fn field_problem(&self, field: &FormField) -> Option<String> {
        let Relations { in_words_of, not_before, in_book, near_office, often_same_as } = &field.relations;
        let names = |key: &Option<String>, kinds: &[FieldKind]| {
            key.as_ref().filter(|key| !self.is_of_kind(key, kinds) || **key == field.key).cloned()
        };
        let date = [FieldKind::Date];
        let wrong = names(in_words_of, &date).or_else(|| names(not_before, &date)).or_else(|| {
            often_same_as.iter().find(|k| !self.is_of_kind(k, &[FieldKind::PersonName])).cloned()
        });
        if let Some(other) = wrong {
            return Some(format!("field {} cannot relate to {other}", field.key));
        }
        let fits = in_words_of.as_ref().is_none_or(|_| field.kind == FieldKind::DateInWords)
            && not_before.as_ref().is_none_or(|_| field.kind == FieldKind::Date)
            && in_book.is_none_or(|role| (role == BookRole::Date) == (field.kind == FieldKind::Date))
            && (!near_office || field.kind == FieldKind::Place)
            && (often_same_as.is_empty() || field.kind == FieldKind::PersonName);
        let alone = in_book.is_none_or(|role| self.field_in_book(role).is_some_and(|f| f.key == field.key));
        (!fits || !alone)
            .then(|| format!("field {}: its relations do not fit its kind or stand twice", field.key))
    }

    fn people_problem(&self) -> Option<String> {
        let births = [FieldKind::Date, FieldKind::YearOrAge, FieldKind::Number];
        self.people.iter().find_map(|person| {
            let fields = self.is_of_kind(&person.name, &[FieldKind::PersonName])
                && person.birth.iter().all(|key| self.is_of_kind(key, &births))
                && person.ethnicity.as_ref().is_none_or(|key| self.is_of_kind(key, &[FieldKind::Ethnicity]));
            let mut parents = [&person.mother, &person.father].into_iter().flatten();
            let known = parents.all(|id| *id != person.id && self.person(id).is_some());
            let once = self.people.iter().filter(|other| other.id == person.id).count() == 1;
            (!fields || !known || !once)
                .then(|| format!("person {}: fields or parents are not there", person.id))
        })
    }

    fn is_of_kind(&self, key: &str, kinds: &[FieldKind]) -> bool {
        self.field(key).is_some_and(|field| kinds.contains(&field.kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIRTH: &str = include_str!("data/forms/birth_2016.toml");

    #[test]
    fn the_birth_form_says_who_is_who() {
        let form = Form::from_toml(BIRTH).unwrap();
        let child = form.person("nks").unwrap();
        assert_eq!(child.mother.as_deref(), Some("me"));
        assert_eq!(form.person("cha").unwrap().name, "cha_ho_ten");
        assert_eq!(form.field_in_book(BookRole::Number).unwrap().key, "so");
        let words = form.field("nks_ngay_sinh_bang_chu").unwrap();
        assert_eq!(words.relations.in_words_of.as_deref(), Some("nks_ngay_sinh"));
    }

    #[test]
    fn relations_to_what_is_not_there_or_does_not_fit_are_refused() {
        for (right, wrong) in [
            ("in_words_of = \"nks_ngay_sinh\"", "in_words_of = \"nks_ho_ten\""),
            ("not_before = \"nks_ngay_sinh\"", "not_before = \"no_such\""),
            ("often_same_as = [\"me_ho_ten\"", "often_same_as = [\"me_nam_sinh\""),
            ("mother = \"me\"", "mother = \"nobody\""),
            ("in_book = \"page\"", "in_book = \"number\""),
        ] {
            assert!(BIRTH.contains(right), "{right}");
            assert!(Form::from_toml(&BIRTH.replace(right, wrong)).is_err(), "{wrong}");
        }
    }
}
