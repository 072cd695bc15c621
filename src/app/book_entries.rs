//! The entries of a book as a list for people: where each stands, what is held to be none, what is written
//! beside them, and which numbers were used twice.

use super::notes::NoteView;
use super::read_page::ENTRIES_PER_PAGE;
use super::{App, Me, Result};
use crate::domain::relations::BookRole;
use crate::domain::review::Aside;
use crate::domain::{EntryState, Form};
use crate::store::{Book, BookEntry, Entry, EntryNote};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// An entry in the list of its book.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryInBook {
    /// UUIDv7.
    pub id: String,
    /// Where it stands.
    pub state: EntryState,
    /// The page it begins on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_id: Option<String>,
    /// That page's place in the book; for an entry without a page, the page after which it comes.
    pub page: i64,
    /// Places in the book of the pages on which it goes on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_pages: Vec<i64>,
    /// Its number: settled by people, else as the machine read it (not while it is disputed).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Two people agreed on the number.
    pub number_settled: bool,
    /// Other entries of the book have the same number in the same year.
    pub repeated: bool,
    /// Why a person made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<String>,
    /// Why it is held to be no entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aside: Option<AsideView>,
    /// Where it stands on its page; told of what waits for a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceOnPage>,
    /// What is written beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteView>,
}

/// Where an entry stands on its page, px after EXIF orientation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PlaceOnPage {
    /// `[x, y, width, height]` around all its fields.
    #[serde(rename = "box")]
    pub around: [f32; 4],
    /// Width and height of the page.
    pub page: [i64; 2],
}

/// Why something is held to be no entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AsideView {
    /// A person's words; empty when it was the machine, which saw no ink.
    pub reason: String,
    /// It was the machine.
    pub by_machine: bool,
    /// It was the person who asks: somebody else confirms it.
    pub by_me: bool,
}

impl App {
    /// Every entry of a book in order, with what is held to be none (a book has a few hundred).
    ///
    /// # Errors
    /// [`super::Error::NotFound`].
    pub async fn entries_of_book(&self, me: &Me, book_id: &str) -> Result<Vec<EntryInBook>> {
        let book = self.book_row(book_id).await?;
        let entries = self.store.entries_of_book(book_id, &self.key_in_book(&book, BookRole::Number)).await?;
        let mut notes: HashMap<String, Vec<EntryNote>> = HashMap::new();
        for note in self.store.notes_of_book(book_id).await? {
            notes.entry(note.entry_id.clone()).or_default().push(note);
        }
        let mut more_pages: HashMap<String, Vec<i64>> = HashMap::new();
        for (entry, page) in self.store.continuations_of_book(book_id).await? {
            more_pages.entry(entry).or_default().push(page);
        }
        let mut listed: Vec<EntryInBook> = entries
            .iter()
            .map(|found| EntryInBook {
                notes: notes
                    .remove(&found.entry.id)
                    .unwrap_or_default()
                    .iter()
                    .map(|n| NoteView::new(n, me))
                    .collect(),
                more_pages: more_pages.remove(&found.entry.id).unwrap_or_default(),
                ..EntryInBook::new(found, me)
            })
            .collect();
        mark_repeats(&mut listed, &entries);
        for entry in listed.iter_mut().filter(|entry| entry.state == EntryState::SetAside) {
            entry.place = self.place_on_page(entry).await?;
        }
        Ok(listed)
    }

    async fn place_on_page(&self, entry: &EntryInBook) -> Result<Option<PlaceOnPage>> {
        let Some(page_id) = entry.page_id.as_deref().filter(|_| entry.by_hand.is_none()) else {
            return Ok(None);
        };
        let (page, fields) = (self.page_row(page_id).await?, self.store.fields(&entry.id).await?);
        let form = self.form(page.form_id.as_deref().unwrap_or_default())?;
        let is_own = |key: &str| form.field(key).is_some_and(|field| !field.of_page);
        let own = fields.iter().filter(|field| is_own(&field.key)).flat_map(|field| field.quad);
        let page = [page.width, page.height];
        Ok(around(own).map(|around| PlaceOnPage { around, page }))
    }

    /// The field that says this of the book, on the forms of its kind; they all call it the same.
    pub(super) fn key_in_book(&self, book: &Book, role: BookRole) -> String {
        let of_kind = |form: &&Form| form.register_kind == book.kind;
        let mut fields = self.forms.iter().filter(of_kind).filter_map(|form| form.field_in_book(role));
        fields.next().map_or_else(String::new, |field| field.key.clone())
    }
}

impl EntryInBook {
    fn new(found: &BookEntry, me: &Me) -> Self {
        let entry = &found.entry;
        let settled = entry.registration.number.clone().filter(|_| entry.state.is_settled());
        let read = || found.number_read.as_ref().map(|(text, _)| text.clone());
        let may_tell = entry.state != EntryState::Disputed;
        Self {
            id: entry.id.clone(),
            state: entry.state,
            page_id: entry.page_id.clone(),
            page: entry.ordinal / ENTRIES_PER_PAGE,
            more_pages: Vec::new(),
            number_settled: settled.is_some(),
            number: settled.or_else(|| read().filter(|_| may_tell)),
            repeated: false,
            by_hand: entry.by_hand.clone(),
            place: None,
            aside: entry.aside.as_ref().map(|aside| AsideView::new(aside, me)),
            notes: Vec::new(),
        }
    }
}

impl AsideView {
    fn new(aside: &Aside, me: &Me) -> Self {
        let by_machine = aside.by.is_none();
        Self {
            reason: if by_machine { String::new() } else { aside.reason.clone() },
            by_machine,
            by_me: aside.by.as_deref() == Some(&me.person_id),
        }
    }
}

/// `[x, y, width, height]` around points; none around nothing.
fn around(points: impl Iterator<Item = [f32; 2]>) -> Option<[f32; 4]> {
    let boxes = points.map(|[x, y]| [x, y, x, y]);
    let all = boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
    let [x0, y0, x1, y1] = all;
    (x1 > x0 && y1 > y0).then_some([x0, y0, x1 - x0, y1 - y0])
}

/// Numbers used more than once are no mistake of the clerks': registers hold them. They are shown.
fn mark_repeats(listed: &mut [EntryInBook], entries: &[BookEntry]) {
    let number = |entry: &Entry| {
        let number = entry.registration.number.as_deref()?.trim().trim_start_matches('0').to_lowercase();
        entry.state.is_settled().then_some((entry.registration.year, number))
    };
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    for key in entries.iter().filter_map(|found| number(&found.entry)) {
        *times.entry(key).or_default() += 1;
    }
    for (shown, found) in listed.iter_mut().zip(entries) {
        shown.repeated = number(&found.entry).is_some_and(|key| times[&key] > 1);
    }
}
