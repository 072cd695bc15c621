//! What contradicts what, as it stands: for the machine's readings before a person sees them, and for values that
//! people gave.

use super::book::{BookContext, InOrder, Order, is_books_number, is_books_year, numbered};
use super::entry::{is_before, is_parents_age, is_same_birth, year_said};
use super::weights as w;
use crate::domain::date_words::{BirthNote, DatesCompared, WrittenDate};
use crate::domain::form::{Form, FormField};
use crate::domain::names::{Mention, is_one_letter_off, mention, places_of_office, surname};
use crate::domain::normalise::folded;
use crate::domain::relations::{BookRole, Person};
use crate::domain::{Hint, HintCode, RegisterKind};
use std::collections::BTreeMap;

/// The texts of an entry by key; fields without text are left out.
pub type Known<'a> = BTreeMap<&'a str, &'a str>;

/// The contradictions between the texts of an entry, and between them and their book where one is given: by key,
/// the weightiest for each field. Where two fields contradict each other, both are told.
#[must_use]
pub fn hints(form: &Form, known: &Known<'_>, book: Option<&BookContext>) -> BTreeMap<String, Hint> {
    let mut found = Found { known, hints: BTreeMap::new() };
    for field in &form.fields {
        found.dates(field);
    }
    for person in &form.people {
        found.births(form, person);
        found.surname(form, person);
    }
    found.years(form);
    for field in &form.fields {
        found.same_names(field);
        if let Some(book) = book {
            found.in_book(field, book);
        }
    }
    found.hints
}

struct Found<'a> {
    known: &'a Known<'a>,
    hints: BTreeMap<String, Hint>,
}

impl Found<'_> {
    fn read<N>(&self, key: &str, read: impl Fn(&str) -> Option<N>) -> Option<N> {
        self.known.get(key).and_then(|text| read(text))
    }

    fn tell(&mut self, key: &str, hint: Hint) {
        self.hints.entry(key.to_owned()).or_insert(hint);
    }

    fn tell_both(&mut self, a: &str, b: &str, code: HintCode) {
        self.tell(a, Hint::with(code, b));
        self.tell(b, Hint::with(code, a));
    }

    fn dates(&mut self, field: &FormField) {
        let own = self.read(&field.key, WrittenDate::parse);
        let relations = &field.relations;
        // A month of the moon has thirty days at most, whichever it is.
        let is_day = |d: WrittenDate| match d.lunar {
            true => d.date.day.is_none_or(|day| day <= 30),
            false => d.date.is_in_calendar(),
        };
        if own.is_some_and(|own| !is_day(own)) {
            self.tell(&field.key, Hint::alone(HintCode::ImpossibleDate));
        }
        if let (Some(own), Some(digits)) = (own, &relations.in_words_of)
            && self.read(digits, WrittenDate::parse).map(|d| d.compare(own)) == Some(DatesCompared::Different)
        {
            self.tell_both(digits, &field.key, HintCode::DateDiffers);
        }
        if let (Some(own), Some(before)) = (own, &relations.not_before)
            && let Some(earlier) = self.read(before, WrittenDate::parse)
            && earlier.lunar == own.lunar
            && is_before(own, earlier)
        {
            self.tell_both(before, &field.key, HintCode::TooEarly);
        }
    }

    fn births(&mut self, form: &Form, person: &Person) {
        let registered = form.field_in_book(BookRole::Date).map(|f| f.key.as_str());
        let year = registered.and_then(|key| self.read(key, WrittenDate::parse)).map(|d| d.date.year);
        if let ([a, b, ..], Some(year)) = (person.birth.as_slice(), year)
            && let (Some(first), Some(second)) =
                (self.read(a, BirthNote::parse), self.read(b, BirthNote::parse))
            && !is_same_birth(first, second, year)
        {
            self.tell_both(a, b, HintCode::AgeDiffers);
        }
        if let (RegisterKind::Marriage, Some(born), Some(married), Some(year)) =
            (form.register_kind, person.birth.first(), registered, year)
            && let Some(note) = self.read(born, BirthNote::parse)
            && i32::from(year) - note.birth_years(year)[0] < w::MARRYING_AGE
        {
            self.tell(born, Hint::with(HintCode::SpouseAge, married));
        }
        for (parent, ages) in [(&person.mother, w::MOTHER_AGE), (&person.father, w::FATHER_AGE)] {
            let parent = parent.as_ref().and_then(|id| form.person(id));
            let (Some(born), Some(child)) = (parent.and_then(|p| p.birth.first()), person.birth.first())
            else {
                continue;
            };
            let notes = (self.read(born, BirthNote::parse), self.read(child, BirthNote::parse));
            if let (Some(of_parent), Some(of_child)) = notes
                && !is_parents_age(of_parent, of_child, ages)
            {
                self.tell_both(born, child, HintCode::ParentAge);
            }
        }
    }

    /// Told only where the surnames of all parents on the form are known.
    fn surname(&mut self, form: &Form, child: &Person) {
        let Some(own) = self.read(&child.name, surname) else { return };
        let parents = [&child.father, &child.mother].map(|id| id.as_ref().and_then(|id| form.person(id)));
        let parents: Vec<&Person> = parents.into_iter().flatten().collect();
        let surnames: Option<Vec<String>> = parents.iter().map(|p| self.read(&p.name, surname)).collect();
        if let (Some(first), Some(surnames)) = (parents.first(), surnames)
            && !surnames.contains(&own)
        {
            self.tell(&child.name, Hint::with(HintCode::SurnameDiffers, &first.name));
        }
    }

    fn years(&mut self, form: &Form) {
        let keys =
            [BookRole::Date, BookRole::Number].map(|role| form.field_in_book(role).map(|f| f.key.clone()));
        if let [Some(date), Some(number)] = keys
            && let (Some(Some(a)), Some(Some(b))) =
                (self.read(&date, year_said), self.read(&number, year_said))
            && a != b
        {
            self.tell_both(&date, &number, HintCode::YearDiffers);
        }
    }

    fn same_names(&mut self, field: &FormField) {
        let Some(own) = self.read(&field.key, |text| Some(folded(text))) else { return };
        let others = &field.relations.often_same_as;
        let names: Vec<(&String, String)> =
            others.iter().filter_map(|key| Some((key, self.read(key, |text| Some(folded(text)))?))).collect();
        if names.iter().any(|(_, name)| *name == own) {
            return;
        }
        if let Some((key, _)) = names.iter().find(|(_, name)| is_one_letter_off(name, &own)) {
            self.tell_both(&field.key, key, HintCode::NearlySameName);
        }
    }

    fn in_book(&mut self, field: &FormField, book: &BookContext) {
        let Some(text) = self.known.get(field.key.as_str()).copied() else { return };
        if field.relations.near_office {
            let places = places_of_office(&book.office);
            if places.iter().any(|name| mention(text, name) == Mention::Nearly) {
                self.tell(&field.key, Hint::alone(HintCode::NearlyOffice));
            }
        }
        let order = Order::of(book);
        let code = match field.relations.in_book {
            Some(BookRole::Book) => {
                let differs = numbered(text).and_then(|n| is_books_number(n, book)) == Some(false);
                differs.then_some(HintCode::NotOfThisBook)
            }
            Some(BookRole::Date) => WrittenDate::parse(text).and_then(|date| match order.of_date(date) {
                InOrder::Against => Some(HintCode::OutOfOrder),
                _ => (!is_books_year(date, book)).then_some(HintCode::NotOfThisBook),
            }),
            Some(role @ (BookRole::Number | BookRole::Page)) => {
                let against = |n| order.of_number(role, n) == InOrder::Against;
                numbered(text).filter(|n| against(*n)).map(|_| HintCode::OutOfOrder)
            }
            None => None,
        };
        if let Some(code) = code {
            self.tell(&field.key, Hint::alone(code));
        }
    }
}
