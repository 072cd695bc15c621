//! One page, read by every model that is active for some of its fields; each field's reading is that of the
//! model active for its kind.

use super::model_source::{ModelSource, ReaderShelf};
use super::page_reader::{ModelId, PageError, PageReader, PageReading, ReadOptions};
use super::{App, Error, Result};
use crate::domain::{Activations, FieldKind, Scope};
use crate::store::Book;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which model reads which kind of field on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadingPlan(BTreeMap<FieldKind, ModelSource>);

/// Who read what on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Readers {
    /// Laid out the page and read every kind not named otherwise.
    pub(super) base: ModelId,
    by_kind: BTreeMap<FieldKind, ModelId>,
}

/// What became of a page.
pub(super) enum PageOutcome {
    /// It was read.
    Read(Box<PageReading>, Readers),
    /// The image is to blame: a stable word for the reason.
    Bad(String),
}

impl Readers {
    /// Who read a kind of field.
    pub(super) fn of(&self, kind: FieldKind) -> &ModelId {
        self.by_kind.get(&kind).unwrap_or(&self.base)
    }

    /// Those who read beside the base, each once.
    pub(super) fn others(&self) -> Vec<&ModelId> {
        let mut others: Vec<&ModelId> = Vec::new();
        for other in self.by_kind.values() {
            if !others.contains(&other) {
                others.push(other);
            }
        }
        others
    }
}

impl App {
    /// The plan for the pages of a book, by the activations that stand now.
    pub(super) async fn reading_plan(&self, book: &Book) -> Result<ReadingPlan> {
        let kinds = self.forms.iter().filter(|f| f.register_kind == book.kind).flat_map(|f| &f.fields);
        let kinds = kinds.map(|field| field.kind).collect();
        Ok(ReadingPlan::new(&self.activations().await?, &book.project_id, kinds))
    }

    /// The activations that stand.
    pub(super) async fn activations(&self) -> Result<Activations> {
        let standing = self.store.standing_activations().await?;
        Ok(Activations::from_oldest(standing.into_iter().map(|a| (a.scope, a.model))))
    }

    /// The model that reads where nothing special was activated: worth opening before the first page comes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn usual_source(&self) -> Result<ModelSource> {
        Ok(ModelSource::from(self.activations().await?.of(&Scope::default())))
    }
}

impl ReadingPlan {
    fn new(activations: &Activations, project_id: &str, kinds: BTreeSet<FieldKind>) -> Self {
        let source = |kind| ModelSource::from(activations.model_for(project_id, kind));
        Self(kinds.into_iter().map(|kind| (kind, source(kind))).collect())
    }

    /// The model that reads most kinds; it also lays out the page.
    fn base(&self) -> ModelSource {
        let mut kinds_of: BTreeMap<&ModelSource, usize> = BTreeMap::new();
        for source in self.0.values() {
            *kinds_of.entry(source).or_default() += 1;
        }
        let most = kinds_of.into_iter().max_by_key(|(_, kinds)| *kinds);
        most.map_or(ModelSource::Shipped, |(source, _)| source.clone())
    }

    /// Reads a page with every model of the plan. Computes on the calling thread.
    ///
    /// # Errors
    /// [`Error::ModelClosed`], [`Error::Reading`].
    pub(super) fn read(
        &self,
        shelf: &dyn ReaderShelf,
        bytes: &[u8],
        options: &ReadOptions<'_>,
    ) -> Result<PageOutcome> {
        let base = self.base();
        let base_reader = open(shelf, &base)?;
        let others: BTreeSet<&ModelSource> = self.0.values().filter(|source| **source != base).collect();
        let others: Vec<(&ModelSource, Arc<dyn PageReader>)> =
            others.into_iter().map(|source| Ok((source, open(shelf, source)?))).collect::<Result<_>>()?;
        let mut reading = match base_reader.read(bytes, options) {
            Ok(reading) => reading,
            Err(PageError::Bad { code, .. }) => return Ok(PageOutcome::Bad(code)),
            Err(PageError::Failed(source)) => return Err(Error::Reading(source)),
        };
        let mut by_kind = BTreeMap::new();
        for (source, reader) in others {
            let same_layout = ReadOptions { form: Some(&reading.form), insist: true, ..*options };
            // The page is a good one: its layout was just found on it.
            let theirs = reader.read(bytes, &same_layout).map_err(|error| Error::Reading(error.into()))?;
            let is_theirs = |kind: FieldKind| self.0.get(&kind) == Some(source);
            take_over(&mut reading, theirs, is_theirs)?;
            by_kind
                .extend(self.0.keys().filter(|kind| is_theirs(**kind)).map(|kind| (*kind, reader.model())));
        }
        Ok(PageOutcome::Read(Box::new(reading), Readers { base: base_reader.model(), by_kind }))
    }
}

/// Opens a model for a job.
pub(super) fn open(shelf: &dyn ReaderShelf, source: &ModelSource) -> Result<Arc<dyn PageReader>> {
    let closed = |failure| Error::ModelClosed { model: source.to_string(), source: failure };
    shelf.reader(source).map_err(closed)
}

/// Puts another model's readings of some kinds in place of the base's.
fn take_over(
    reading: &mut PageReading,
    theirs: PageReading,
    is_theirs: impl Fn(FieldKind) -> bool,
) -> Result<()> {
    let mut readings: BTreeMap<(usize, String), _> = BTreeMap::new();
    for entry in theirs.entries.into_iter().chain(theirs.empty) {
        readings.extend(entry.fields.into_iter().map(|field| ((entry.place, field.key.clone()), field)));
    }
    for entry in reading.places_mut() {
        for field in entry.fields.iter_mut().filter(|field| is_theirs(field.kind)) {
            let Some(read) = readings.remove(&(entry.place, field.key.clone())) else {
                let unread = format!("field {} was read by one model and not by another", field.key);
                return Err(Error::Broken(unread));
            };
            let quad = field.quad;
            *field = super::page_reader::FieldReading { quad, ..read };
        }
    }
    Ok(())
}
