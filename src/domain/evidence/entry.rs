//! The fields of one entry against each other.

use super::belief::{FieldBelief, Gathered, Values};
use super::book::{Numbered, numbered, written_on};
use super::weights as w;
use crate::domain::date_words::{BirthNote, DatesCompared, WrittenDate};
use crate::domain::form::Form;
use crate::domain::names::{is_matrilineal, is_one_letter_off, surname};
use crate::domain::normalise::folded;
use crate::domain::relations::{BookRole, Person};

/// Weighs the fields of an entry against each other. Texts stay among those each field held; alternatives may
/// change places.
pub fn weigh_entry(form: &Form, fields: &mut [FieldBelief]) {
    let entry = Entry { form, fields };
    let mut gathered = Gathered::over(fields);
    entry.dates(&mut gathered);
    entry.births(&mut gathered);
    entry.years(&mut gathered);
    entry.numbers(&mut gathered);
    entry.surnames(&mut gathered);
    entry.same_names(&mut gathered);
    gathered.apply(fields);
}

struct Entry<'a> {
    form: &'a Form,
    fields: &'a [FieldBelief],
}

impl Entry<'_> {
    fn at(&self, key: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.key == key && !field.alternatives.is_empty())
    }

    fn values<N: PartialEq>(
        &self,
        key: &str,
        read: impl Fn(&str) -> Option<N>,
    ) -> Option<(usize, Values<N>)> {
        let at = self.at(key)?;
        Some((at, Values::of(&self.fields[at], read)))
    }

    /// Two fields bear on each other by the same ratio.
    fn pair<N: PartialEq>(
        &self,
        gathered: &mut Gathered,
        keys: [&str; 2],
        read: impl Fn(&str) -> Option<N>,
        ratio: impl Fn(&N, &N) -> f64,
    ) {
        let [a, b] = keys.map(|key| self.values(key, &read));
        if let (Some((a, of_a)), Some((b, of_b))) = (a, b) {
            gathered.add(a, &of_a.factors_given(&of_b, &ratio));
            gathered.add(b, &of_b.factors_given(&of_a, |own, other| ratio(other, own)));
        }
    }

    /// Digits against words; dates that follow each other.
    fn dates(&self, gathered: &mut Gathered) {
        for field in &self.form.fields {
            if let Some(digits) = &field.relations.in_words_of {
                self.pair(gathered, [digits, &field.key], WrittenDate::parse, same_date);
            }
            if let Some(before) = &field.relations.not_before {
                self.pair(gathered, [before, &field.key], WrittenDate::parse, in_time);
            }
        }
    }

    /// Year against age, and the age of parents.
    fn births(&self, gathered: &mut Gathered) {
        let year = self.year_of_registration();
        for person in &self.form.people {
            let note = |text: &str| BirthNote::parse(text);
            if let ([first, second, ..], Some(year)) = (person.birth.as_slice(), year) {
                self.pair(gathered, [first, second], note, |a, b| age_fits(*a, *b, year));
            }
            let parents = [(&person.mother, w::MOTHER_AGE), (&person.father, w::FATHER_AGE)];
            for (parent, ages) in parents {
                let parent = parent.as_ref().and_then(|id| self.form.person(id)).map(|p| &p.birth);
                let (Some([born, ..]), Some([child, ..])) =
                    (parent.map(Vec::as_slice), person.birth.get(..1))
                else {
                    continue;
                };
                self.pair(gathered, [born, child], note, |parent, child| parent_fits(*parent, *child, ages));
            }
        }
    }

    /// The year of registration, where it is more probable than not.
    fn year_of_registration(&self) -> Option<u16> {
        let field = self.form.field_in_book(BookRole::Date)?;
        let (_, dates) = self.values(&field.key, |text| Some(WrittenDate::parse(text)?.date.year))?;
        let best = *dates.best()?;
        (dates.mass(|year| *year == best) >= 0.5).then_some(best)
    }

    /// The year within the registration number, and that of the book, against the date of registration.
    fn years(&self, gathered: &mut Gathered) {
        let keys = [BookRole::Date, BookRole::Number].map(|role| self.form.field_in_book(role));
        if let [Some(date), Some(number)] = keys {
            self.pair(gathered, [&date.key, &number.key], year_said, |a, b| match (a, b) {
                (Some(a), Some(b)) if a == b => w::SAME_YEAR,
                (Some(_), Some(_)) => w::OTHER_YEAR,
                _ => 1.0,
            });
        }
        let keys = [BookRole::Date, BookRole::Book].map(|role| self.form.field_in_book(role));
        if let [Some(date), Some(book)] = keys {
            // The date is weighed against the year that was entered for the book, not against a reading of it.
            let [date, book] = [date, book].map(|field| self.values(&field.key, year_said));
            if let (Some((_, of_date)), Some((at, of_book))) = (date, book) {
                let ratio = |book: &Option<u16>, date: &Option<u16>| match (book, date) {
                    (Some(book), Some(date)) => written_on(i64::from(*date), i64::from(*book)),
                    _ => 1.0,
                };
                gathered.add(at, &of_book.factors_given(&of_date, ratio));
            }
        }
    }

    /// The book's number by itself, and the page's against the entry's.
    fn numbers(&self, gathered: &mut Gathered) {
        let [book, page, number] = [BookRole::Book, BookRole::Page, BookRole::Number]
            .map(|role| self.form.field_in_book(role).map(|field| field.key.as_str()));
        if let Some((at, said)) = book.and_then(|key| self.values(key, |text| Some(numbered(text)))) {
            gathered.add(at, &said.factors(|number| number.map_or(1.0, book_number)));
        }
        if let (Some(page), Some(number), true) = (page, number, self.form.entries_per_page == 1) {
            self.pair(gathered, [page, number], numbered, |page, number| {
                if page.number == number.number { w::PAGE_AS_NUMBER } else { 1.0 }
            });
        }
    }

    /// A child's surname against both parents'.
    fn surnames(&self, gathered: &mut Gathered) {
        for child in &self.form.people {
            let parent = |id: &Option<String>| id.as_ref().and_then(|id| self.form.person(id));
            let (Some(mother), Some(father)) = (parent(&child.mother), parent(&child.father)) else {
                continue;
            };
            let (usual, other) =
                if self.is_matrilineal([child, mother]) { (mother, father) } else { (father, mother) };
            self.surname_of(gathered, child, usual, other);
        }
    }

    fn surname_of(&self, gathered: &mut Gathered, child: &Person, usual: &Person, other: &Person) {
        let Some((child, of_child)) = self.values(&child.name, surname) else { return };
        let [usual, other] = [usual, other].map(|parent| self.values(&parent.name, surname));
        let chance = |parent: &Option<(usize, Values<String>)>, name: &String| {
            parent.as_ref().map_or((0.0, 1.0), |(_, of)| (of.mass(|n| n == name), of.unknown()))
        };
        let ratio = |name: &String| {
            let ((first, unknown), (second, also_unknown)) = (chance(&usual, name), chance(&other, name));
            let neither = (1.0 - first - unknown).max(0.0);
            let unlike = (1.0 - second - also_unknown).max(0.0);
            first * w::USUAL_SURNAME
                + neither * (second * w::OTHER_SURNAME + unlike * w::NO_SURNAME + also_unknown)
                + unknown * (second * (w::OTHER_SURNAME - 1.0) + 1.0)
        };
        gathered.add(child, &of_child.factors(ratio));
        if let Some((at, of_usual)) = &usual {
            let by_child = |own: &String, name: &String| match own == name {
                true => w::USUAL_SURNAME,
                // The other parent's surname explains the child's.
                false if chance(&other, name).0 > 0.5 => 1.0,
                false => w::NO_SURNAME,
            };
            gathered.add(*at, &of_usual.factors_given(&of_child, by_child));
        }
        if let Some((at, of_other)) = &other {
            let by_child = |own: &String, name: &String| if own == name { w::OTHER_SURNAME } else { 1.0 };
            gathered.add(*at, &of_other.factors_given(&of_child, by_child));
        }
    }

    fn is_matrilineal(&self, people: [&Person; 2]) -> bool {
        let mut groups = people.iter().filter_map(|person| {
            let at = self.at(person.ethnicity.as_ref()?)?;
            self.fields[at].text()
        });
        groups.any(is_matrilineal)
    }

    /// Persons who are often named twice.
    fn same_names(&self, gathered: &mut Gathered) {
        let name = |text: &str| Some(folded(text));
        for field in &self.form.fields {
            let Some((at, of_field)) = self.values(&field.key, name) else { continue };
            let others: Vec<_> =
                field.relations.often_same_as.iter().filter_map(|key| self.values(key, name)).collect();
            // One person of several: what speaks for one of them is not spoken against by the others.
            let each: Vec<Vec<f64>> =
                others.iter().map(|(_, of)| of_field.factors_given(of, same_name)).collect();
            let joined: Vec<f64> = (0..self.fields[at].alternatives.len())
                .map(|i| each.iter().map(|factors| factors[i]).fold(None, stronger).unwrap_or(1.0))
                .collect();
            gathered.add(at, &joined);
            for (other, of_other) in &others {
                gathered.add(*other, &of_other.factors_given(&of_field, same_name));
            }
        }
    }
}

/// The ratio that says more for, else the one that says more against.
fn stronger(known: Option<f64>, next: f64) -> Option<f64> {
    Some(known.map_or(next, |known| if known.max(next) > 1.0 { known.max(next) } else { known.min(next) }))
}

fn same_date(a: &WrittenDate, b: &WrittenDate) -> f64 {
    match a.compare(*b) {
        DatesCompared::Same => w::SAME_DATE,
        DatesCompared::Compatible => w::COMPATIBLE_DATE,
        DatesCompared::Different => w::OTHER_DATE,
        DatesCompared::Incomparable => 1.0,
    }
}

fn in_time(before: &WrittenDate, after: &WrittenDate) -> f64 {
    if before.lunar != after.lunar {
        1.0
    } else if is_before(*after, *before) {
        w::TOO_EARLY
    } else {
        w::IN_TIME
    }
}

/// Whether a date is surely earlier than another, as far as both are known.
pub(super) fn is_before(a: WrittenDate, b: WrittenDate) -> bool {
    let (a, b) = (a.date, b.date);
    match (a.month.zip(b.month), a.day.zip(b.day)) {
        (Some((m, n)), Some((d, e))) => (a.year, m, d) < (b.year, n, e),
        (Some((m, n)), None) => (a.year, m) < (b.year, n),
        (None, _) => a.year < b.year,
    }
}

/// Whether two notes of one person's birth can both be right for an event in `year`.
pub(super) fn is_same_birth(a: BirthNote, b: BirthNote, year: u16) -> bool {
    let ([from, to], [other_from, other_to]) = (a.birth_years(year), b.birth_years(year));
    from <= other_to && other_from <= to
}

fn age_fits(a: BirthNote, b: BirthNote, year: u16) -> f64 {
    if is_same_birth(a, b, year) { w::AGE_FITS } else { w::AGE_MISFITS }
}

/// Whether a parent's age at the child's birth lies within `ages`, give or take what an age leaves open. The age,
/// where one stands, is taken to be that at the birth.
pub(super) fn is_parents_age(parent: BirthNote, child: BirthNote, ages: [i32; 2]) -> bool {
    let BirthNote::Year(born) = child else { return true };
    let [from, to] = parent.birth_years(born);
    let (youngest, oldest) = (i32::from(born) - to, i32::from(born) - from);
    oldest >= ages[0] && youngest <= ages[1]
}

fn parent_fits(parent: BirthNote, child: BirthNote, ages: [i32; 2]) -> f64 {
    if is_parents_age(parent, child, ages) { w::PARENT_FITS } else { w::PARENT_MISFITS }
}

/// The year that a date or a number says, if it is either; a number may say none.
pub(super) fn year_said(text: &str) -> Option<Option<u16>> {
    if let Some(written) = WrittenDate::parse(text) {
        return Some(Some(written.date.year));
    }
    super::book::numbered(text).map(|number| number.year)
}

fn book_number(number: Numbered) -> f64 {
    // A year alone is no number.
    let is_year = number.year.is_none() && (1800..2100).contains(&number.number);
    let within = w::BOOK_NUMBERS.iter().find(|(most, _)| is_year || number.number <= *most);
    within.map_or(w::LATER_BOOK, |(_, ratio)| *ratio)
}

fn same_name(a: &String, b: &String) -> f64 {
    if a == b {
        w::SAME_NAME
    } else if is_one_letter_off(a, b) {
        w::NEARLY_SAME_NAME
    } else {
        1.0
    }
}
