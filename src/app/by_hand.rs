//! Entries that a person makes: one that the reading of its page missed, and one whose page can no longer be
//! scanned. Nothing of the four eyes is different for them: one types, another verifies.

use super::asides::reasoned;
use super::books::MAY_UPLOAD;
use super::read_page::ENTRIES_PER_PAGE;
use super::record::Deed;
use super::{App, Error, Me, Result};
use crate::domain::review::Refusal;
use crate::domain::{AccountRole, BookState, EntryState, Form};
use crate::store::{Book, NewByHand, NewField, Page, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An entry as a person asks for it.
#[derive(Debug, Clone, Deserialize)]
pub struct EntryByHand {
    /// Why it is made by hand.
    #[serde(default)]
    pub reason: String,
    /// The page it stands on; none: it is typed from paper.
    #[serde(default)]
    pub page_id: Option<String>,
    /// Without a page: the page of the book after which it comes, 0 for the beginning.
    #[serde(default)]
    pub after_page: i64,
    /// The form that says which fields it has; the page's, or the one in use in the book's year, when absent.
    #[serde(default)]
    pub form_id: Option<String>,
}

/// An entry that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MadeByHand {
    /// The entry.
    pub id: String,
    /// `proposed` on a page, `unscannable` without one.
    pub state: EntryState,
}

/// Places of a page from here on are for entries made by hand.
const FIRST_BY_HAND: i64 = ENTRIES_PER_PAGE / 2;
/// Books have a few hundred pages.
const MOST_PAGES: i64 = 100_000;
/// How large the places of fields are made where no page says so, px for each millimetre: only their proportions
/// count.
const PX_PER_MM: f32 = 10.0;

impl App {
    /// Makes an entry by hand. On a page it waits in the clerks' queue like any other; without one it is
    /// `unscannable` and lent only to who asks for it by name, the paper in hand.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::Refused`], [`Error::BadInput`].
    pub async fn add_entry_by_hand(&self, me: &Me, book_id: &str, new: &EntryByHand) -> Result<MadeByHand> {
        me.needs(&[&MAY_UPLOAD[..], &[AccountRole::Typist]].concat())?;
        let reason = reasoned(&new.reason)?;
        if !(0..MOST_PAGES).contains(&new.after_page) {
            return Err(Error::BadInput(vec!["after_page"]));
        }
        let page = match &new.page_id {
            Some(id) => Some(self.page_row(id).await?),
            None => None,
        };
        if page.as_ref().is_some_and(|page| page.book_id != book_id) {
            return Err(Error::BadInput(vec!["page_id"]));
        }
        let mut tx = self.store.begin().await?;
        let book = open_book(&mut tx, book_id).await?;
        let form = self.form_by_hand(&book, page.as_ref(), new.form_id.as_deref())?;
        let begin = page.as_ref().map_or(new.after_page, |page| page.ordinal) * ENTRIES_PER_PAGE;
        let entry = NewByHand {
            id: &self.new_id(),
            book_id,
            page_id: new.page_id.as_deref(),
            ordinals: (begin + FIRST_BY_HAND, begin + ENTRIES_PER_PAGE - 1),
            kind: book.kind,
            office: &book.office,
            form_id: &form.id,
            reason,
            created_at: self.clock.now_ms(),
            fields: &fields(form),
        };
        let made = tx.add_by_hand(&entry).await?.ok_or(Error::BadInput(vec!["after_page"]))?;
        let detail = json!({ "reason": reason, "page": new.page_id, "form": form.id, "state": made.state });
        self.record(&mut tx, Deed::of(me, "entry.add", &made.id).in_book(book_id).detail(detail)).await?;
        tx.commit().await?;
        Ok(MadeByHand { id: made.id, state: made.state })
    }

    fn form_by_hand(&self, book: &Book, page: Option<&Page>, wish: Option<&str>) -> Result<&Form> {
        let of_page = page.and_then(|page| page.form_id.as_deref());
        let form = match wish.or(of_page).or(book.form_id.as_deref()) {
            Some(id) => self.form(id).ok(),
            None => Form::in_use(&self.forms, book.kind, book.year_opened)
                .or_else(|| self.forms.iter().find(|form| form.register_kind == book.kind)),
        };
        let fits = form.filter(|form| form.register_kind == book.kind);
        fits.ok_or(Error::BadInput(vec!["form_id"]))
    }
}

/// Locks a book that still takes work.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Refused`].
pub(super) async fn open_book(tx: &mut Tx, id: &str) -> Result<Book> {
    let book = tx.lock_book(id).await?.ok_or(Error::NotFound("book"))?;
    match book.state {
        BookState::Open => Ok(book),
        state => Err(Refusal::WrongBookState { state }.into()),
    }
}

/// The fields of a form as they stand to each other on paper, so that the screen can be laid out like it.
fn fields(form: &Form) -> Vec<NewField> {
    let placed = form.fields.iter().map(|field| {
        let [x, y, w, h] = form.field_box(field).map(|mm| mm * PX_PER_MM);
        let quad = [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
        NewField { key: field.key.clone(), kind: field.kind, quad, blind: false }
    });
    placed.collect()
}
