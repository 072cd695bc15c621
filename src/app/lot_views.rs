//! Lots as supervisors see them. What an inspector must not know is told only once a lot is decided: the seed, and
//! how many entries were found wrong so far.

use super::{App, Error, Me, Result};
use crate::domain::acceptance::{
    CurvePoint, ErrorRate, Inspected, LotState, Procedure, Sampling, Severity, Switching, field_rate, picks,
    unit_rate,
};
use crate::domain::{AccountRole, FieldValue, RegisterKind};
use crate::store::{After, FoundWrong, Lot, Sampled, Source};
use serde::Serialize;

/// A lot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LotView {
    /// UUIDv7.
    pub id: String,
    /// Its number.
    pub number: i64,
    /// Where it stands.
    pub state: LotState,
    /// Kind of register.
    pub kind: RegisterKind,
    /// Whose work it is; empty for the office's own people.
    pub contractor: String,
    /// None of its books was in a lot that was sent back.
    pub is_first: bool,
    /// How severely it is inspected; none under limiting quality.
    pub severity: Option<Severity>,
    /// The terms that its plan follows.
    pub terms: Sampling,
    /// Its entries.
    pub size: u64,
    /// Entries drawn.
    pub sample_size: u64,
    /// Wrong ones that are borne.
    pub accept: u64,
    /// Entries inspected so far.
    pub inspected: u64,
    /// When it was made, ms.
    pub made_at: i64,
    /// When it was decided, ms.
    pub decided_at: Option<i64>,
    /// What stands when one lot is looked at.
    #[serde(flatten)]
    pub detail: Option<LotDetail>,
}

/// What is shown of one lot beside what the list shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LotDetail {
    /// Its books.
    books: Vec<LotBook>,
    /// How likely a lot is accepted under its plan.
    curve: Vec<CurvePoint>,
    /// Entries that wait for an inspector and that the person asking may inspect.
    left_for_me: u64,
    /// Once it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<LotResult>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct LotBook {
    id: String,
    year_opened: i64,
    number: String,
    office: String,
}

/// What inspection says of a lot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LotResult {
    /// What the sample was drawn by: with it and the ids of the lot's entries anybody can draw it again.
    seed: String,
    /// The sample in the order of the draw.
    sample: Vec<String>,
    /// Wrong entries, with the exact 95 % interval of their share in the lot.
    entries: ErrorRate,
    /// Wrong fields, with a 95 % interval that takes entry by entry.
    fields: ErrorRate,
    /// Mistakes planted in front of the inspectors.
    planted: u64,
    /// Those found at first sight.
    planted_found: u64,
    /// What was found wrong.
    findings: Vec<FindingView>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct FindingView {
    entry_id: String,
    book_id: String,
    number: Option<String>,
    key: String,
    label: String,
    recorded: FieldValue,
    found: FieldValue,
}

/// How the lots of a contractor and kind of work are inspected now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceView {
    contractor: String,
    kind: RegisterKind,
    /// `normal`, `tightened`, or `stopped`.
    procedure: &'static str,
    /// Lots made so far.
    lots: u64,
}

/// All lots with their sources.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LotList {
    /// Newest first.
    lots: Vec<LotView>,
    /// Sources of these lots.
    sources: Vec<SourceView>,
}

/// Lots shown at once, newest first.
const LOTS_SHOWN: u32 = 200;
/// Who may look at lots.
pub(super) const MAY_SEE: [AccountRole; 2] = [AccountRole::Supervisor, AccountRole::Admin];

impl LotView {
    fn new(lot: &Lot, detail: Option<LotDetail>) -> Self {
        Self {
            id: lot.id.clone(),
            number: lot.number,
            state: lot.state,
            kind: lot.source.kind,
            contractor: lot.source.contractor.clone(),
            is_first: lot.is_first,
            severity: lot.severity,
            terms: lot.terms.clone(),
            size: lot.size,
            sample_size: lot.plan.sample_size,
            accept: lot.plan.accept,
            inspected: lot.inspected,
            made_at: lot.made_at,
            decided_at: lot.decided_at,
            detail,
        }
    }
}

impl App {
    /// The newest lots, and how each source is inspected now.
    ///
    /// # Errors
    /// [`Error::NotAllowed`].
    pub async fn lots(&self, me: &Me) -> Result<LotList> {
        me.needs(&MAY_SEE)?;
        let lots = self.store.lots(After { id: None, limit: LOTS_SHOWN }).await?;
        let mut sources: Vec<Source> = Vec::new();
        for lot in &lots {
            if !sources.contains(&lot.source) {
                sources.push(lot.source.clone());
            }
        }
        let mut views = Vec::with_capacity(sources.len());
        for source in sources {
            views.push(self.source_view(source).await?);
        }
        Ok(LotList { lots: lots.iter().map(|lot| LotView::new(lot, None)).collect(), sources: views })
    }

    /// One lot; its result once it is decided.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`].
    pub async fn lot(&self, me: &Me, id: &str) -> Result<LotView> {
        me.needs(&MAY_SEE)?;
        let lot = self.store.lot(id).await?.ok_or(Error::NotFound("lot"))?;
        let mut books = Vec::new();
        for id in self.store.books_of_lot(id).await? {
            let book = self.book_row(&id).await?;
            let (year_opened, number, office) = (book.year_opened, book.number, book.office);
            books.push(LotBook { id, year_opened, number, office });
        }
        let may_inspect = me.has(AccountRole::Supervisor);
        let detail = LotDetail {
            books,
            curve: lot.plan.operating_characteristic(),
            left_for_me: match may_inspect {
                true => self.store.inspections_left(id, &me.person_id).await?,
                false => 0,
            },
            result: match lot.state {
                LotState::Inspection => None,
                LotState::Accepted | LotState::NotAccepted => Some(self.result_of(&lot).await?),
            },
        };
        Ok(LotView::new(&lot, Some(detail)))
    }

    async fn source_view(&self, source: Source) -> Result<SourceView> {
        let outcomes = self.store.lot_outcomes(&source).await?;
        let procedure = match Switching::after(outcomes).procedure() {
            Procedure::Inspect(severity) => severity.as_str(),
            Procedure::Stopped => "stopped",
        };
        let lots = self.store.lots_of_source(&source).await?;
        Ok(SourceView { contractor: source.contractor, kind: source.kind, procedure, lots })
    }

    async fn result_of(&self, lot: &Lot) -> Result<LotResult> {
        let sample = self.store.sample_of_lot(&lot.id).await?;
        let (entries, fields) = rates(lot, &sample);
        let planted = || sample.iter().filter(|s| s.done.as_ref().is_some_and(|done| done.planted));
        let mut findings = Vec::new();
        for found in self.store.findings_of_lot(&lot.id).await? {
            findings.push(self.finding_view(found).await?);
        }
        Ok(LotResult {
            seed: lot.seed.clone(),
            entries,
            fields,
            planted: planted().count() as u64,
            planted_found: planted().filter(|s| s.missed == 0).count() as u64,
            findings,
            sample: sample.into_iter().map(|s| s.entry_id).collect(),
        })
    }

    async fn finding_view(&self, found: FoundWrong) -> Result<FindingView> {
        let entry = self.store.entry(&found.entry_id).await?.ok_or(Error::NotFound("entry"))?;
        let known = self.known(entry).await?;
        let form = self.form(known.form_id())?;
        let key = found.finding.key;
        let label = form.field(&key).map_or_else(|| key.clone(), |f| f.screen_label().to_owned());
        Ok(FindingView {
            entry_id: found.entry_id,
            book_id: known.entry.book_id.clone(),
            number: known.entry.registration.number.clone(),
            label,
            key,
            recorded: found.finding.recorded,
            found: found.finding.found,
        })
    }
}

/// Shares of wrong entries and wrong fields. The bootstrap draws by the lot's seed: the same figures every time. Where
/// the whole lot was inspected nothing was left to chance, and the interval is the share itself.
fn rates(lot: &Lot, sample: &[Sampled]) -> (ErrorRate, ErrorRate) {
    let inspected: Vec<Inspected> = sample
        .iter()
        .filter_map(|s| s.done.as_ref())
        .map(|done| Inspected { fields: done.fields, wrong: done.wrong })
        .collect();
    let wrong = inspected.iter().filter(|entry| entry.wrong > 0).count() as u64;
    let entries = unit_rate(wrong, inspected.len() as u64);
    let fields = field_rate(&inspected, picks(lot.seed.as_bytes()));
    if lot.plan.sample_size < lot.size { (entries, fields) } else { (exactly(entries), exactly(fields)) }
}

fn exactly(rate: ErrorRate) -> ErrorRate {
    let share = rate.wrong as f64 / rate.inspected.max(1) as f64;
    ErrorRate { low: share, high: share, ..rate }
}
