//! An entry in its book: the office's places, the book's own number and years, and the entries around.

use super::belief::{FieldBelief, Gathered, Values};
use super::entry::is_before;
use super::weights as w;
use crate::domain::date_words::WrittenDate;
use crate::domain::form::Form;
use crate::domain::names::{Mention, mention, places_of_office};
use crate::domain::relations::BookRole;

/// What is known of the book and of the entries around one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BookContext {
    /// The registering office in full.
    pub office: String,
    /// Year in which the book was opened.
    pub year_opened: i64,
    /// The book's number as entered.
    pub number: String,
    /// Entries around, in any order.
    pub around: Vec<Neighbour>,
}

/// An entry before or after this one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Neighbour {
    /// How many entries further on it stands; negative before this one, never 0.
    pub distance: i64,
    /// How many pages further on; 0 on the same page.
    pub pages: i64,
    /// What it says in a field of each role, as typed or as read surely.
    pub said: Vec<(BookRole, String)>,
}

impl Neighbour {
    /// What it says of this.
    #[must_use]
    pub fn text(&self, role: BookRole) -> Option<&str> {
        self.said.iter().find(|(known, _)| *known == role).map(|(_, text)| text.as_str())
    }
}

/// A number with the year behind its slash, if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    /// The number.
    pub number: i64,
    /// The year behind its slash.
    pub year: Option<u16>,
}

/// Reads "57", "057", "57/2016", "Số 57"; nothing with more numbers than that.
#[must_use]
pub fn numbered(text: &str) -> Option<Numbered> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let number = numbers.next().filter(|digits| digits.len() <= 6)?.parse().ok()?;
    let year = match numbers.next() {
        Some(digits) if digits.len() == 4 => Some(digits.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    numbers.next().is_none().then_some(Numbered { number, year })
}

/// Weighs an entry's fields against its book. Texts stay among those each field held.
pub fn weigh_in_book(form: &Form, fields: &mut [FieldBelief], book: &BookContext) {
    let mut gathered = Gathered::over(fields);
    let places = places_of_office(&book.office);
    let order = Order::of(book);
    for (at, belief) in fields.iter().enumerate().filter(|(_, belief)| !belief.alternatives.is_empty()) {
        let Some(field) = form.field(&belief.key) else { continue };
        if field.relations.near_office {
            let said = Values::of(belief, |text| Some(text.to_owned()));
            gathered.add(at, &said.factors(|text| names_office(text, &places)));
        }
        match field.relations.in_book {
            Some(BookRole::Book) => {
                let said = Values::of(belief, numbered);
                gathered.add(at, &said.factors(|number| book_number(*number, book)));
            }
            Some(BookRole::Date) => {
                let said = Values::of(belief, WrittenDate::parse);
                gathered.add(at, &said.factors(|date| book_year(*date, book) * order.date(*date)));
            }
            Some(role @ (BookRole::Number | BookRole::Page)) => {
                let said = Values::of(belief, numbered);
                gathered.add(at, &said.factors(|number| order.number(role, *number)));
            }
            None => {}
        }
    }
    gathered.apply(fields);
}

/// How a place stands to the office's places, smallest first.
fn names_office(text: &str, places: &[String]) -> f64 {
    let of_one = |(name, ratio): (&String, f64)| match mention(text, name) {
        Mention::Named => ratio,
        Mention::Nearly => w::NEARLY_OFFICE,
        Mention::Absent => 1.0,
    };
    // An office in full has commune, district and province; without one of them the smaller units are there.
    places.iter().zip(w::NAMES_OFFICE).map(of_one).product()
}

/// Whether the number on the page is the one entered for the book; unknown where one of them is no number.
pub(super) fn is_books_number(number: Numbered, book: &BookContext) -> Option<bool> {
    let entered = numbered(&book.number)?;
    let year = number.year.is_none_or(|year| i64::from(year) == book.year_opened);
    Some(entered.number == number.number && year)
}

fn book_number(number: Numbered, book: &BookContext) -> f64 {
    match is_books_number(number, book) {
        Some(true) => w::OF_THIS_BOOK,
        Some(false) => w::NOT_OF_THIS_BOOK,
        None => 1.0,
    }
}

/// Whether a book opened in its year can hold an entry of this date.
pub(super) fn is_books_year(date: WrittenDate, book: &BookContext) -> bool {
    (book.year_opened..=book.year_opened + w::BOOK_YEARS).contains(&i64::from(date.date.year))
}

fn book_year(date: WrittenDate, book: &BookContext) -> f64 {
    written_on(i64::from(date.date.year), book.year_opened)
}

/// An entry's year against the year in which its book was opened: books are often filled over two years (152
/// entries of the first and 147 of the second in the book described in the domain notes), rarely over more.
pub(super) fn written_on(year: i64, opened: i64) -> f64 {
    match year - opened {
        0 | 1 => w::IN_BOOKS_YEARS,
        2..=w::BOOK_YEARS => 1.0,
        _ => w::NOT_OF_THIS_BOOK,
    }
}

/// How something stands to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InOrder {
    /// Just what should stand here.
    Next,
    /// In order, with a gap.
    Orderly,
    /// Against the order.
    Against,
    /// Nothing is known around it.
    Unknown,
}

impl InOrder {
    fn ratio(self) -> f64 {
        match self {
            Self::Next => w::NEXT_NUMBER,
            Self::Orderly => w::ORDERLY,
            Self::Against => w::AGAINST_ORDER,
            Self::Unknown => 1.0,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Against, _) | (_, Self::Against) => Self::Against,
            (Self::Next, _) | (_, Self::Next) => Self::Next,
            (Self::Orderly, _) | (_, Self::Orderly) => Self::Orderly,
            _ => Self::Unknown,
        }
    }
}

/// The entries around one, where they are in order among themselves.
pub(super) struct Order<'a> {
    around: Vec<&'a Neighbour>,
}

impl<'a> Order<'a> {
    pub(super) fn of(book: &'a BookContext) -> Self {
        let mut around: Vec<&Neighbour> = book.around.iter().filter(|n| n.distance != 0).collect();
        around.sort_by_key(|neighbour| neighbour.distance);
        Self { around }
    }

    /// What the neighbours say of a role, by distance in what it counts.
    fn said<N>(&self, role: BookRole, read: impl Fn(&str) -> Option<N>) -> Vec<(i64, N)> {
        let distance = |n: &Neighbour| if role == BookRole::Page { n.pages } else { n.distance };
        let said = self.around.iter().filter(|n| distance(n) != 0);
        said.filter_map(|n| Some((distance(n), read(n.text(role)?)?))).collect()
    }

    /// A number among those around it: one further on for each entry. Numbers of another year are no evidence,
    /// since every year begins with 1.
    pub(super) fn of_number(&self, role: BookRole, own: Numbered) -> InOrder {
        let mut said = self.said(role, numbered);
        said.retain(|(_, n)| n.year.is_none() || own.year.is_none() || n.year == own.year);
        if said.len() < w::KNOWN_AROUND || said.windows(2).any(|pair| pair[0].1.number >= pair[1].1.number) {
            return InOrder::Unknown;
        }
        let beside = |(distance, n): &(i64, Numbered)| {
            let step = (own.number - n.number) * -distance.signum();
            match step {
                _ if step == distance.abs() => InOrder::Next,
                1..=w::GAP => InOrder::Orderly,
                _ => InOrder::Against,
            }
        };
        let before = said.iter().rfind(|(distance, _)| *distance < 0).map_or(InOrder::Unknown, beside);
        let after = said.iter().find(|(distance, _)| *distance > 0).map_or(InOrder::Unknown, beside);
        before.and(after)
    }

    /// A date among those around it: never earlier than the one before.
    pub(super) fn of_date(&self, own: WrittenDate) -> InOrder {
        let said = self.said(BookRole::Date, WrittenDate::parse);
        if said.len() < w::KNOWN_AROUND || said.windows(2).any(|pair| is_before(pair[1].1, pair[0].1)) {
            return InOrder::Unknown;
        }
        let before = said.iter().rfind(|(distance, _)| *distance < 0);
        let after = said.iter().find(|(distance, _)| *distance > 0);
        let early = before.is_some_and(|(_, date)| is_before(own, *date));
        let late = after.is_some_and(|(_, date)| is_before(*date, own));
        if early || late { InOrder::Against } else { InOrder::Orderly }
    }

    fn number(&self, role: BookRole, own: Numbered) -> f64 {
        self.of_number(role, own).ratio()
    }

    fn date(&self, own: WrittenDate) -> f64 {
        self.of_date(own).ratio()
    }
}
