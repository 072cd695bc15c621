//! Lots: a supervisor puts finished books together; a sample of their entries is drawn, from a seed that nobody knew
//! before, and inspected. What becomes of the lot is in `inspections.rs`.

use super::lot_views::LotView;
use super::record::Deed;
use super::{App, Error, Me, Result};
use crate::domain::acceptance::{
    CurvePoint, LotRefusal, Procedure, Sampling, SamplingPlan, Scheme, Severity, Switching, sample,
};
use crate::domain::review::BookStep;
use crate::domain::{AccountRole, RegisterKind};
use crate::store::{Book, Improvement, LotUnit, NewLot, Source, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A lot as somebody wants it.
#[derive(Debug, Clone, Deserialize)]
pub struct LotWish {
    /// Its books.
    pub book_ids: Vec<String>,
    /// The plan, where it is to be another than the project's.
    #[serde(default)]
    pub scheme: Option<Scheme>,
    /// Why it goes without pages that were rejected.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What a lot would be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LotPlan {
    /// Its entries.
    pub size: u64,
    /// How it would be sampled and judged.
    #[serde(flatten)]
    pub plan: SamplingPlan,
    /// The terms that the plan follows.
    pub terms: Sampling,
    /// How severely it would be inspected; none under limiting quality.
    pub severity: Option<Severity>,
    /// None of its books was in a lot that was sent back.
    pub is_first: bool,
    /// Whose work it is; empty for the office's own people.
    pub contractor: String,
    /// Kind of register.
    pub kind: RegisterKind,
    /// Lots of this contractor and kind that were made before.
    pub lots_before: u64,
    /// The scheme that fits so many lots.
    pub advised: Scheme,
    /// How likely it would be accepted.
    pub curve: Vec<CurvePoint>,
}

/// A contractor of a kind of work whose process improved.
#[derive(Debug, Clone, Deserialize)]
pub struct ImprovementTold {
    /// Who; empty for the office's own people.
    #[serde(default)]
    pub contractor: String,
    /// Kind of register.
    pub kind: RegisterKind,
    /// What was done.
    #[serde(default)]
    pub reason: String,
}

/// Most books of one lot.
const MAX_BOOKS: usize = 200;
/// Longest reason, characters.
const MAX_REASON_CHARS: usize = 500;

/// What a lot is made of, before it is made.
struct Gathered {
    source: Source,
    is_first: bool,
    terms: Sampling,
    units: Vec<(String, Vec<LotUnit>)>,
    rejected_pages: u64,
}

impl Gathered {
    fn size(&self) -> u64 {
        self.units.iter().map(|(_, units)| units.len() as u64).sum()
    }

    /// Plan and severity, after what became of the lots before.
    fn plan(&self, procedure: Procedure) -> Result<(SamplingPlan, Option<Severity>)> {
        let Procedure::Inspect(severity) = procedure else { return Err(LotRefusal::Stopped.into()) };
        let plan = self.terms.plan(self.size(), severity).map_err(LotRefusal::from)?;
        Ok((plan, (self.terms.scheme == Scheme::Aql).then_some(severity)))
    }
}

impl App {
    /// What a lot of these books would be. Makes nothing.
    ///
    /// # Errors
    /// As [`Self::make_lot`].
    pub async fn plan_lot(&self, me: &Me, wish: &LotWish) -> Result<LotPlan> {
        me.needs(&[AccountRole::Supervisor])?;
        // The transaction is dropped: it only holds the books still while they are counted.
        let mut tx = self.store.begin().await?;
        let gathered = self.gather(&mut tx, wish).await?;
        let outcomes = tx.lot_outcomes(&gathered.source).await?;
        drop(tx);
        let (plan, severity) = gathered.plan(Switching::after(outcomes).procedure())?;
        let lots_before = self.store.lots_of_source(&gathered.source).await?;
        let is_series = lots_before + 1 >= Sampling::SERIES;
        Ok(LotPlan {
            size: gathered.size(),
            plan,
            severity,
            is_first: gathered.is_first,
            lots_before,
            advised: if is_series { Scheme::Aql } else { Scheme::LimitingQuality },
            curve: plan.operating_characteristic(),
            contractor: gathered.source.contractor,
            kind: gathered.source.kind,
            terms: gathered.terms,
        })
    }

    /// Makes a lot of finished books and draws its sample. Nothing in the books changes until it is decided.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::BadInput`], [`Error::NotFound`], [`Error::Refused`] when a book is not
    /// finished, [`Error::Lot`].
    pub async fn make_lot(&self, me: &Me, wish: &LotWish) -> Result<LotView> {
        me.needs(&[AccountRole::Supervisor])?;
        let mut tx = self.store.begin().await?;
        let gathered = self.gather(&mut tx, wish).await?;
        let outcomes = tx.lot_outcomes(&gathered.source).await?;
        let (plan, severity) = gathered.plan(Switching::after(outcomes).procedure())?;
        let (id, seed) = (self.new_id(), self.random.bytes::<32>());
        let seed_text = hex::encode(seed);
        let books: Vec<String> = gathered.units.iter().map(|(book, _)| book.clone()).collect();
        let new = NewLot {
            id: &id,
            source: &gathered.source,
            is_first: gathered.is_first,
            severity,
            terms: &gathered.terms,
            size: gathered.size(),
            plan,
            seed: &seed_text,
            reason: wish.reason.as_deref(),
            made_by: &me.person_id,
            made_at: self.clock.now_ms(),
        };
        tx.add_lot(&new, &books).await?;
        tx.add_sample(&id, &drawn(&seed, &gathered, plan)).await?;
        // The seed's hash now, the seed once the lot is decided: nobody can say that it was changed.
        let seed_hash = hex::encode(Sha256::digest(seed));
        let detail = json!({
            "books": books, "entries": new.size, "sample": plan.sample_size, "accept": plan.accept,
            "terms": gathered.terms, "severity": severity, "first": gathered.is_first,
            "rejected_pages": gathered.rejected_pages, "seed_sha256": seed_hash,
        });
        self.record_in_books(&mut tx, me, ("lot.make", &id), (&books, &detail)).await?;
        tx.commit().await?;
        self.lot(me, &id).await
    }

    /// Records that a contractor whose inspection was stopped improved the process: the next lot is inspected,
    /// tightened.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::BadInput`] without a reason, [`Error::Lot`] when inspection is not stopped.
    pub async fn tell_improvement(&self, me: &Me, told: &ImprovementTold) -> Result<()> {
        me.needs(&[AccountRole::Supervisor])?;
        let reason = super::asides::reasoned(&told.reason)?;
        let project_id = self.ensure_project().await?.id;
        let contractor = super::books::tidy(&told.contractor);
        let source = Source { project_id, contractor, kind: told.kind };
        let mut tx = self.store.begin().await?;
        tx.lock_project(&source.project_id).await?;
        let outcomes = tx.lot_outcomes(&source).await?;
        if Switching::after(outcomes).procedure() != Procedure::Stopped {
            return Err(LotRefusal::NotStopped.into());
        }
        let (id, told_at) = (self.new_id(), self.clock.now_ms());
        let new = Improvement { id: &id, source: &source, reason, told_by: &me.person_id, told_at };
        tx.add_improvement(&new).await?;
        let detail = json!({ "contractor": source.contractor, "kind": source.kind, "reason": reason });
        self.record(&mut tx, Deed::of(me, "lot.improvement", &id).detail(detail)).await?;
        Ok(tx.commit().await?)
    }

    /// The same event in the log of each book; `books` in order, for chains are locked one after the other.
    pub(super) async fn record_in_books(
        &self,
        tx: &mut Tx,
        me: &Me,
        (action, lot_id): (&'static str, &str),
        (books, detail): (&[String], &Value),
    ) -> Result<()> {
        for book in books {
            self.record(tx, Deed::of(me, action, lot_id).in_book(book).detail(detail.clone())).await?;
        }
        Ok(())
    }

    /// Locks project and books, and makes sure that they are a lot.
    async fn gather(&self, tx: &mut Tx, wish: &LotWish) -> Result<Gathered> {
        let reason = wish.reason.as_deref();
        if reason.is_some_and(|r| r.chars().count() > MAX_REASON_CHARS) {
            return Err(Error::BadInput(vec!["reason"]));
        }
        let mut ids = wish.book_ids.clone();
        ids.sort_unstable();
        ids.dedup();
        let Some(first) = ids.first().filter(|_| ids.len() <= MAX_BOOKS) else {
            return Err(Error::BadInput(vec!["book_ids"]));
        };
        let project_id = tx.book(first).await?.ok_or(Error::NotFound("book"))?.project_id;
        tx.lock_project(&project_id).await?;
        let project = tx.project(&project_id).await?.ok_or(Error::NotFound("project"))?;
        let mut terms = project.policy.sampling.ok_or(LotRefusal::NoSampling)?;
        terms.scheme = wish.scheme.unwrap_or(terms.scheme);
        let (mut sources, mut sent_back) = (Vec::new(), Vec::new());
        let (mut units, mut rejected_pages) = (Vec::new(), 0);
        for id in ids {
            let book = tx.lock_book(&id).await?.ok_or(Error::NotFound("book"))?;
            let counts = tx.book_counts(&id).await?;
            book.state.after(BookStep::Accept, counts, reason)?;
            rejected_pages += counts.rejected;
            sources.push(source_of(book));
            sent_back.push(tx.was_sent_back(&id).await?);
            units.push((id.clone(), tx.lot_units(&id).await?));
        }
        let source = sources[0].clone();
        if sources.iter().any(|other| *other != source) {
            return Err(LotRefusal::Mixed.into());
        }
        let is_first = !sent_back[0];
        if sent_back.contains(&is_first) {
            return Err(LotRefusal::AgainAndFirst.into());
        }
        Ok(Gathered { source, is_first, terms, units, rejected_pages })
    }
}

fn source_of(book: Book) -> Source {
    Source { project_id: book.project_id, contractor: book.contractor, kind: book.kind }
}

/// The entries drawn, in the order of the draw.
fn drawn<'a>(seed: &[u8], gathered: &'a Gathered, plan: SamplingPlan) -> Vec<&'a LotUnit> {
    let units = || gathered.units.iter().flat_map(|(_, units)| units);
    let by_id: std::collections::HashMap<&str, &LotUnit> =
        units().map(|unit| (unit.entry_id.as_str(), unit)).collect();
    let size = usize::try_from(plan.sample_size).unwrap_or(usize::MAX);
    sample(seed, units().map(|unit| unit.entry_id.as_str()), size).into_iter().map(|id| by_id[id]).collect()
}
