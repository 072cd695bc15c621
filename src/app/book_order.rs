//! The order of a book: numbers read from its pages and entries, what they say is missing or stands twice, whether
//! another order of the pages fits them better, and putting the pages in another order.

use super::asides::reasoned;
use super::books::MAY_UPLOAD;
use super::by_hand::open_book;
use super::read_page::ENTRIES_PER_PAGE;
use super::record::Deed;
use super::{App, Error, Me, Result, TotalsGiven};
use crate::domain::book_order::{OddNumber, OrderFit, Said, Slot, fit, number_in_name, sorted_by_key};
use crate::domain::evidence::numbered;
use crate::domain::relations::BookRole;
use crate::domain::{EntryState, PageState};
use crate::store::{Book, BookEntry, Page};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What the numbers of a book say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderView {
    /// What is odd about the numbers of entries.
    pub entries: Vec<OddView>,
    /// What is odd about the numbers of pages.
    pub pages: Vec<OddView>,
    /// An order that fits the numbers clearly better, as ids of pages; none when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub better: Option<BetterOrder>,
    /// The pages as they lie, with what was read.
    pub lie: Vec<PageInOrder>,
    /// What the closing page says, and what was found.
    pub totals: TotalsView,
}

/// One thing that is odd.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum OddView {
    /// Numbers `from..=to`, `count` of them, should stand between two pages and do not.
    Missing { from: i64, to: i64, count: i64, between: [i64; 2] },
    /// `count` more stand between two pages than the numbers `from` and `to` allow.
    Extra { from: i64, to: i64, count: i64, between: [i64; 2] },
    /// A reading that does not fit its place.
    Unfit { read: i64, wanted: Option<i64>, page: i64 },
}

/// An order that fits better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BetterOrder {
    /// What it goes by: `numbers` of entries or pages, or `file_names`.
    pub by: &'static str,
    /// The pages in that order.
    pub page_ids: Vec<String>,
    /// How many pages lie elsewhere now.
    pub moved: usize,
}

/// A page as it lies in its book.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageInOrder {
    /// UUIDv7.
    pub id: String,
    /// Place in the book, from 1.
    pub ordinal: i64,
    /// The name it was uploaded under.
    pub file_name: String,
    /// The page's own number, as typed or read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The numbers of its entries, as typed or read.
    pub entries: Vec<Option<i64>>,
}

/// Control totals beside what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TotalsView {
    /// What the closing page says.
    pub closing: TotalsGiven,
    /// What the inventory says.
    pub expected: TotalsGiven,
    /// Entries and pages that are there; rejected pages do not count.
    pub found: TotalsGiven,
}

/// Another order is only offered when it fits by so much better: more than one misread number is worth.
const CLEARLY_BETTER: f64 = 1.5;
/// A reading less sure than this is no evidence.
const LEAST_SURE: f64 = 0.3;

/// The pages and entries of a book with their numbers.
struct Numbers {
    pages: Vec<Page>,
    /// By page: its own number.
    of_page: BTreeMap<String, Said>,
    entries: Vec<BookEntry>,
}

impl App {
    /// What the numbers of a book say about its order.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn book_order(&self, book_id: &str) -> Result<OrderView> {
        let book = self.book_row(book_id).await?;
        let numbers = self.numbers(&book).await?;
        let now: Vec<usize> = (0..numbers.pages.len()).collect();
        let (by_entries, by_pages) = numbers.fit(&now);
        Ok(OrderView {
            entries: by_entries.odd.iter().map(|odd| OddView::from(*odd)).collect(),
            pages: by_pages.odd.iter().map(|odd| OddView::from(*odd)).collect(),
            better: numbers.better(by_entries.score + by_pages.score),
            lie: numbers.lie(),
            totals: totals(&book, &numbers),
        })
    }

    async fn numbers(&self, book: &Book) -> Result<Numbers> {
        let mut pages: Vec<Page> = Vec::new();
        loop {
            let after = pages.last().map_or(0, |page| page.ordinal);
            let more = self.store.pages_of_book(&book.id, after, 1_000).await?;
            if more.is_empty() {
                break;
            }
            pages.extend(more);
        }
        let entries = self.store.entries_of_book(&book.id, &self.key_in_book(book, BookRole::Number)).await?;
        let key = self.key_in_book(book, BookRole::Page);
        let near = self.store.nearby(&book.id, (0, i64::MAX), [&key, "", ""]).await?;
        let ids: BTreeMap<i64, &str> = pages.iter().map(|page| (page.ordinal, page.id.as_str())).collect();
        let mut of_page: BTreeMap<String, Said> = BTreeMap::new();
        for read in near {
            let typed = read.value.as_ref().map(|value| (value.text.clone(), Said::AGREED));
            let said = typed.or(read.read).and_then(|(text, sure)| said(&text, None, sure));
            if let (Some(id), Some(said)) = (ids.get(&read.page_ordinal), said) {
                of_page.entry((*id).to_owned()).or_insert(said);
            }
        }
        Ok(Numbers { pages, of_page, entries })
    }

    /// Puts the pages of an open book in another order; their entries go with them.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::Refused`]; [`Error::BadInput`] unless every page of the
    /// book is named once, and as long as one of them is not read.
    pub async fn reorder_pages(
        &self,
        me: &Me,
        book_id: &str,
        page_ids: &[String],
        reason: &str,
    ) -> Result<OrderView> {
        me.needs(&MAY_UPLOAD)?;
        let reason = reasoned(reason)?;
        let mut tx = self.store.begin().await?;
        open_book(&mut tx, book_id).await?;
        let lie = tx.page_order(book_id).await?;
        let known: BTreeSet<&str> = lie.iter().map(|(id, _)| id.as_str()).collect();
        let given: BTreeSet<&str> = page_ids.iter().map(String::as_str).collect();
        if known != given || page_ids.len() != lie.len() {
            return Err(Error::BadInput(vec!["page_ids"]));
        }
        // What is being read right now would be stored at its old place.
        if let Some((_, state)) =
            lie.iter().find(|(_, s)| matches!(s, PageState::Received | PageState::Prepared))
        {
            return Err(Error::WrongPageState(*state));
        }
        let moved = lie.iter().zip(page_ids).filter(|((before, _), after)| before != *after).count();
        if moved > 0 {
            tx.reorder_pages(book_id, page_ids, ENTRIES_PER_PAGE).await?;
            let detail = json!({ "moved": moved, "reason": reason, "pages": page_ids });
            self.record(&mut tx, Deed::of(me, "book.order", book_id).in_book(book_id).detail(detail)).await?;
            tx.commit().await?;
        }
        self.book_order(book_id).await
    }
}

/// A number worth believing.
fn said(text: &str, year: Option<i64>, weight: f64) -> Option<Said> {
    let read = numbered(text).filter(|_| weight >= LEAST_SURE)?;
    Some(Said { number: read.number, year: read.year.map(i64::from).or(year), weight })
}

impl Numbers {
    /// The number of an entry: what people agreed on, else what was read.
    fn of_entry(found: &BookEntry) -> Option<Said> {
        let registration = &found.entry.registration;
        let agreed = registration.number.as_deref().filter(|_| found.entry.state.is_settled());
        match agreed {
            Some(text) => said(text, registration.year, Said::AGREED),
            None if found.entry.state == EntryState::Disputed => None,
            None => found.number_read.as_ref().and_then(|(text, sure)| said(text, None, *sure)),
        }
    }

    fn is_entry(found: &&BookEntry) -> bool {
        found.entry.state.is_entry()
    }

    /// How well the numbers of entries and of pages fit an order, given as places in `pages`.
    fn fit(&self, order: &[usize]) -> (OrderFit, OrderFit) {
        let mut entries = Vec::new();
        let mut pages = Vec::new();
        entries.extend(self.without_page(0).map(|found| Slot { page: 0, said: Self::of_entry(found) }));
        for at in order {
            let page = &self.pages[*at];
            let slot = |said| Slot { page: page.ordinal, said };
            entries.extend(self.on_page(&page.id).map(|found| slot(Self::of_entry(found))));
            entries.extend(self.without_page(page.ordinal).map(|found| slot(Self::of_entry(found))));
            pages.push(slot(self.of_page.get(&page.id).copied()));
        }
        (fit(&entries), fit(&pages))
    }

    fn on_page<'a>(&'a self, page_id: &'a str) -> impl Iterator<Item = &'a BookEntry> {
        let of_page = move |found: &&BookEntry| found.entry.page_id.as_deref() == Some(page_id);
        self.entries.iter().filter(of_page).filter(Self::is_entry)
    }

    /// Entries that are on paper only, behind the page at this place of the book.
    fn without_page(&self, ordinal: i64) -> impl Iterator<Item = &BookEntry> {
        let is_here = move |found: &&BookEntry| {
            found.entry.page_id.is_none() && found.entry.ordinal / ENTRIES_PER_PAGE == ordinal
        };
        self.entries.iter().filter(is_here).filter(Self::is_entry)
    }

    /// The order that fits clearly better than one of this score, if there is one.
    fn better(&self, score: f64) -> Option<BetterOrder> {
        let by_numbers = self.by_numbers();
        let by_names: Vec<Option<i64>> = self.pages.iter().map(|p| number_in_name(&p.file_name)).collect();
        let orders = [("numbers", sorted_by_key(&by_numbers)), ("file_names", sorted_by_key(&by_names))];
        let scored = orders.into_iter().map(|(by, order)| {
            let (entries, pages) = self.fit(&order);
            (entries.score + pages.score, by, order)
        });
        let (best, by, order) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let moved = order.iter().enumerate().filter(|(at, page)| at != *page).count();
        let page_ids = order.iter().map(|at| self.pages[*at].id.clone()).collect();
        (best > score + CLEARLY_BETTER && moved > 0).then_some(BetterOrder { by, page_ids, moved })
    }

    /// What each page sorts by: year and number of its first numbered entry, or its own number where entries
    /// have none.
    fn by_numbers(&self) -> Vec<Option<(i64, i64)>> {
        let key = |page: &Page| {
            let entry = self.on_page(&page.id).find_map(Self::of_entry);
            entry.or_else(|| self.of_page.get(&page.id).copied()).map(|s| (s.year.unwrap_or(0), s.number))
        };
        let own = |page: &Page| self.of_page.get(&page.id).map(|s| (0, s.number));
        // Page numbers never begin anew: where nearly every page has one, they are the better key.
        if self.of_page.len() * 10 >= self.pages.len() * 9 {
            self.pages.iter().map(own).collect()
        } else {
            self.pages.iter().map(key).collect()
        }
    }

    fn lie(&self) -> Vec<PageInOrder> {
        let shown = |page: &Page| PageInOrder {
            id: page.id.clone(),
            ordinal: page.ordinal,
            file_name: page.file_name.clone(),
            number: self.of_page.get(&page.id).map(|said| said.number),
            entries: self.on_page(&page.id).map(|found| Self::of_entry(found).map(|s| s.number)).collect(),
        };
        self.pages.iter().map(shown).collect()
    }
}

fn totals(book: &Book, numbers: &Numbers) -> TotalsView {
    let entries = numbers.entries.iter().filter(Numbers::is_entry).count() as i64;
    let pages = numbers.pages.iter().filter(|page| page.state != PageState::Rejected).count() as i64;
    TotalsView {
        closing: TotalsGiven { entries: book.closing.entries, pages: book.closing.pages },
        expected: TotalsGiven { entries: book.expected.entries, pages: book.expected.pages },
        found: TotalsGiven { entries: Some(entries), pages: Some(pages) },
    }
}

impl From<OddNumber> for OddView {
    fn from(odd: OddNumber) -> Self {
        match odd {
            OddNumber::Missing { from, to, count, between } => Self::Missing { from, to, count, between },
            OddNumber::Extra { from, to, count, between } => Self::Extra { from, to, count, between },
            OddNumber::Unfit { read, wanted, page } => Self::Unfit { read, wanted, page },
        }
    }
}
