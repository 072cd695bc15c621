//! Tasks: an entry is lent to one person at a time, with what the role may see of it.

use super::checks::{DraftKept, Values};
use super::notes::NoteView;
use super::{App, Error, Me, Result};
use crate::domain::review::{Decision, ProjectPolicy};
use crate::domain::{
    AccountRole, BookState, EntryState, FieldKind, FieldValue, Form, FormField, Hint, HintCode, RegisterKind,
    TaskRole,
};
use crate::store::{Book, Entry, EntryNote, Field, FoundWrong, Page, Proposal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a clerk asks for.
#[derive(Debug, Clone, Deserialize)]
pub struct TaskRequest {
    /// The part to be taken.
    pub role: TaskRole,
    /// Only entries of this book.
    #[serde(default)]
    pub book_id: Option<String>,
    /// Only this entry; the only way to one that is to be typed from paper.
    #[serde(default)]
    pub entry_id: Option<String>,
    /// Entries held already and on screen, or skipped: another one is wanted. At most 64.
    #[serde(default)]
    pub except: Vec<String>,
}

/// An entry on a clerk's screen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Task {
    /// Until when it is held without a sign of life, ms.
    pub lease_until: i64,
    /// The part taken.
    pub role: TaskRole,
    /// The entry.
    pub entry: EntryHead,
    /// How many wait for this person in this role, this one included; counted no further than 10,000.
    /// Only entries of the book asked for, where one was.
    pub remaining: u64,
    /// Headings in order.
    pub groups: Vec<Group>,
    /// The fields asked for, in order of the form.
    pub fields: Vec<TaskField>,
    /// What the person saved before, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<Value>,
}

/// What stands above the fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryHead {
    /// The entry.
    pub id: String,
    /// Where it stands.
    pub state: EntryState,
    /// Its number in the register, once it is settled; to the verifier, as it was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its book.
    pub book: BookHead,
    /// The page it begins on, where there is one.
    pub page: Option<PageHead>,
    /// Pages on which it goes on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more_pages: Vec<PageHead>,
    /// Why a person made it; then its fields have no place on the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<String>,
    /// What is written beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteView>,
}

/// What is shown of the book.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookHead {
    id: String,
    kind: RegisterKind,
    year_opened: i64,
    number: String,
    office: String,
}

/// What is shown of the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageHead {
    id: String,
    width: i64,
    height: i64,
    ordinal: i64,
}

/// A heading over fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    id: String,
    title: String,
}

/// One field on a clerk's screen. What the role may not see is absent; confidence is never among it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskField {
    /// Key within the form.
    pub key: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Its name on screen.
    pub label: String,
    /// The group it is shown in.
    pub group: String,
    /// Where it stands on the page.
    pub quad: [[f32; 2]; 4],
    /// How many lines it has on paper.
    pub lines: usize,
    /// The words to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Keyed without seeing the machine's reading.
    pub blind: bool,
    /// The person is asked to stop here.
    pub attention: bool,
    /// Why, as a stable word: `blind`, `unread`, `unsure`, `machine_differs`, `disputed`, `found_wrong`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// What contradicts it: of the machine's readings (typist, not when blind), or of the values submitted
    /// (verifier).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<ShownHint>,
    /// What the machine read (typist, not when blind).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Suggestion>,
    /// What was submitted (verifier).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<FieldValue>,
    /// The machine read something else (verifier); what, is not told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub machine_differs: bool,
    /// What others gave, without their names, in an order that tells nothing (adjudicator).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidates: Option<Vec<FieldValue>>,
}

/// What a person is told about a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownHint {
    /// Stable word; screens have a sentence for it.
    pub code: HintCode,
    /// Key of the other field that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// That field's name on screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_label: Option<String>,
}

/// The machine's reading as a typist sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// The reading.
    #[serde(flatten)]
    pub value: FieldValue,
    /// Other readings, best first, without the first.
    pub alternatives: Vec<String>,
}

/// What a person saves while working; only the role is looked at.
#[derive(Debug, Clone, Deserialize)]
pub struct Draft {
    /// The part taken.
    pub role: TaskRole,
    /// Everything sent.
    #[serde(flatten)]
    pub body: serde_json::Map<String, Value>,
}

/// An entry as somebody may see it who has no task on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryView {
    /// The entry.
    pub entry: EntryHead,
    /// The task, when the person holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// The values in force, for those who oversee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<BTreeMap<String, Option<FieldValue>>>,
}

/// Waiting entries are counted no further.
const COUNT_CAP: u32 = 10_000;
/// Longest draft, bytes of JSON.
const MAX_DRAFT_BYTES: usize = 256 * 1024;

/// Everything known of an entry that a view is made of.
pub(super) struct Known {
    pub(super) entry: Entry,
    book: Book,
    page: Option<Page>,
    more_pages: Vec<Page>,
    notes: Vec<EntryNote>,
    pub(super) fields: Vec<Field>,
    /// What samples of lots found wrong.
    findings: Vec<FoundWrong>,
    proposals: BTreeMap<String, Proposal>,
    pub(super) policy: ProjectPolicy,
}

impl App {
    /// Saves what a person has so far, and tells a typist what contradicts what in it. The lease must be theirs;
    /// the draft outlives it.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::BadInput`] when it is far too long.
    pub async fn save_draft(&self, me: &Me, entry_id: &str, draft: &Draft) -> Result<DraftKept> {
        let mut body = draft.body.clone();
        body.insert("role".to_owned(), json!(draft.role));
        let body = Value::Object(body).to_string();
        if body.len() > MAX_DRAFT_BYTES {
            return Err(Error::BadInput(vec!["draft"]));
        }
        let mut tx = self.store.begin().await?;
        tx.hold_lease(entry_id, &me.person_id, draft.role).await?;
        tx.put_draft((entry_id, &me.person_id), draft.role, &body, self.clock.now_ms()).await?;
        tx.commit().await?;
        self.draft_kept(entry_id, draft).await
    }

    /// An entry: as a task for who holds it, with its values for who oversees, else only where it stands.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn entry(&self, me: &Me, id: &str) -> Result<EntryView> {
        let entry = self.store.entry(id).await?.ok_or(Error::NotFound("entry"))?;
        let known = self.known(entry).await?;
        let lease = self.store.task_lease(id).await?.filter(|l| l.person_id == me.person_id);
        let task = match lease.filter(|l| l.expires_at > self.clock.now_ms()) {
            Some(lease) => {
                let remaining = self.remaining(me, lease.role, None).await?;
                Some(self.task(me, lease.role, &known, (lease.expires_at, remaining)).await?)
            }
            None => None,
        };
        // A supervisor may be the third person of a dispute: until it is settled the values stay hidden.
        // While its lot is inspected an entry's values are seen by its inspector only.
        let settled = known.entry.state.is_settled() && known.book.state != BookState::InLot;
        let oversees = me.has(AccountRole::Admin) || me.has(AccountRole::Supervisor);
        let values = || known.fields.iter().map(|f| (f.key.clone(), f.value.clone())).collect();
        Ok(EntryView { entry: known.head(me, None), task, values: (settled && oversees).then(values) })
    }

    pub(super) async fn known(&self, entry: Entry) -> Result<Known> {
        let book = self.book_row(&entry.book_id).await?;
        let page = match &entry.page_id {
            Some(id) => Some(self.page_row(id).await?),
            None => None,
        };
        Ok(Known {
            page,
            more_pages: self.store.continuations(&entry.id).await?,
            notes: self.store.notes(&entry.id).await?,
            fields: self.store.fields(&entry.id).await?,
            findings: self.store.findings_of_entry(&entry.id).await?,
            proposals: self.store.shown_proposals(&entry.id).await?,
            policy: self.policy_of(&book).await?,
            book,
            entry,
        })
    }

    /// How many entries wait for this person in the role; in `book_id` only, where one is given.
    pub(super) async fn remaining(&self, me: &Me, role: TaskRole, book_id: Option<&str>) -> Result<u64> {
        let (asked, now) = ((role, me.person_id.as_str()), self.clock.now_ms());
        Ok(self.store.waiting_entries(asked, book_id, now, COUNT_CAP).await?)
    }

    /// The task as the role sees it.
    pub(super) async fn task(
        &self,
        me: &Me,
        role: TaskRole,
        known: &Known,
        (lease_until, remaining): (i64, u64),
    ) -> Result<Task> {
        let form = self.form(known.form_id())?;
        let fields = match role {
            TaskRole::Typist => known.for_typist(form),
            TaskRole::Verifier => {
                let told = self.contradictions((&known.entry, &known.book), form, &known.values()).await?;
                known.for_verifier(form, &told)
            }
            TaskRole::Adjudicator => self.for_adjudicator(known, form).await?,
        };
        let draft = self.store.draft(&known.entry.id, &me.person_id, role).await?;
        Ok(Task {
            lease_until,
            role,
            entry: known.head(me, Some(role)),
            remaining,
            groups: Group::of(form),
            fields,
            draft: draft.and_then(|text| serde_json::from_str(&text).ok()),
        })
    }

    /// The disputed fields with what was given for each: the submitted value, the verifier's, the machine's,
    /// an inspector's.
    async fn for_adjudicator(&self, known: &Known, form: &Form) -> Result<Vec<TaskField>> {
        let verdicts = self.store.verdicts(&known.entry.id).await?;
        let replaced = |key: &str| {
            verdicts.iter().filter(|v| v.key == key).find_map(|v| match &v.decision {
                Decision::Replace(value) => Some(value.clone()),
                _ => None,
            })
        };
        let disputed = known.fields.iter().filter(|f| !f.settled);
        Ok(disputed
            .filter_map(|field| {
                let machine = known.read(&field.key).map(|p| p.value.clone());
                let given = [field.value.clone(), replaced(&field.key), machine].into_iter().flatten();
                let inspected = known.findings.iter().filter(|f| f.finding.key == field.key);
                let mut candidates: Vec<FieldValue> =
                    given.chain(inspected.map(|f| f.finding.found.clone())).collect();
                candidates.sort_by(|a, b| (&a.text, a.state).cmp(&(&b.text, b.state)));
                candidates.dedup();
                let shown = TaskField::new(field, form.field(&field.key)?);
                let reason = Some("disputed");
                Some(TaskField { attention: true, reason, candidates: Some(candidates), ..shown })
            })
            .collect())
    }
}

impl Known {
    pub(super) fn entry_id(&self) -> &str {
        &self.entry.id
    }

    /// `role` is the part that the reader has in hand. A third person must not learn from the number which of
    /// the values given is the typist's.
    pub(super) fn head(&self, me: &Me, role: Option<TaskRole>) -> EntryHead {
        let Self { entry, book, .. } = self;
        let in_lot = book.state == BookState::InLot;
        let shows_number = (entry.state.is_settled() && !in_lot) || role == Some(TaskRole::Verifier);
        EntryHead {
            id: entry.id.clone(),
            state: entry.state,
            number: entry.registration.number.clone().filter(|_| shows_number),
            book: BookHead {
                id: book.id.clone(),
                kind: book.kind,
                year_opened: book.year_opened,
                number: book.number.clone(),
                office: book.office.clone(),
            },
            page: self.page.as_ref().map(PageHead::new),
            more_pages: self.more_pages.iter().map(PageHead::new).collect(),
            by_hand: entry.by_hand.clone(),
            notes: self.notes.iter().map(|note| NoteView::new(note, me)).collect(),
        }
    }

    fn values(&self) -> Values<'_> {
        let given = self.fields.iter();
        given.filter_map(|field| Some((field.key.as_str(), field.value.clone()?))).collect()
    }

    /// The form that says which fields the entry has.
    pub(super) fn form_id(&self) -> &str {
        let of_page = || self.page.as_ref()?.form_id.as_deref();
        self.entry.form_id.as_deref().or_else(of_page).unwrap_or_default()
    }

    /// The machine's reading of a field, where it could read it: that it could not is no value, least of all
    /// blank, and a person decides.
    fn read(&self, key: &str) -> Option<&Proposal> {
        let is_unread = |hint: &Hint| matches!(hint.code, HintCode::Unreadable | HintCode::Hole);
        self.proposals.get(key).filter(|p| !p.hint.as_ref().is_some_and(is_unread))
    }

    /// Every field with the machine's reading, unless it is to be keyed blind.
    fn for_typist(&self, form: &Form) -> Vec<TaskField> {
        let shown = self.fields.iter().filter_map(|field| {
            let proposal = self.proposals.get(&field.key);
            let sure = proposal.is_some_and(|p| p.confidence >= f64::from(self.policy.sure_from));
            let hint = proposal.filter(|_| !field.blind).and_then(|p| ShownHint::new(p.hint.as_ref()?, form));
            let reason = match proposal {
                _ if field.blind => Some("blind"),
                None => Some("unread"),
                Some(_) if hint.is_some() => Some("hint"),
                Some(_) if !sure => Some("unsure"),
                Some(_) => None,
            };
            let proposal = self.read(&field.key).filter(|_| !field.blind).map(Suggestion::new);
            let shown = TaskField::new(field, form.field(&field.key)?);
            Some(TaskField { attention: reason.is_some(), reason, hint, proposal, ..shown })
        });
        shown.collect()
    }

    /// Every field with what was submitted; where the machine was unsure or reads otherwise, a reason to stop.
    fn for_verifier(&self, form: &Form, told: &BTreeMap<String, Hint>) -> Vec<TaskField> {
        let shown = self.fields.iter().filter_map(|field| {
            let value = field.value.clone()?;
            let hint = told.get(&field.key).and_then(|hint| ShownHint::new(hint, form));
            let proposal = self.read(&field.key);
            let machine_differs = proposal.is_some_and(|p| !p.value.agrees_with(&value));
            let sure = proposal.is_some_and(|p| p.confidence >= f64::from(self.policy.sure_from));
            let reason = match proposal {
                // What the inspector reads is not told: who checks again looks at the ink.
                _ if self.findings.iter().any(|f| f.finding.key == field.key) => Some("found_wrong"),
                None => Some("unread"),
                Some(_) if machine_differs => Some("machine_differs"),
                Some(_) if hint.is_some() => Some("hint"),
                Some(_) if !sure => Some("unsure"),
                Some(_) => None,
            };
            let shown = TaskField::new(field, form.field(&field.key)?);
            Some(TaskField {
                attention: reason.is_some(),
                reason,
                hint,
                value: Some(value),
                machine_differs,
                ..shown
            })
        });
        shown.collect()
    }
}

impl Group {
    pub(super) fn of(form: &Form) -> Vec<Self> {
        form.groups.iter().map(|g| Self { id: g.id.clone(), title: g.title.clone() }).collect()
    }
}

impl PageHead {
    fn new(page: &Page) -> Self {
        Self { id: page.id.clone(), width: page.width, height: page.height, ordinal: page.ordinal }
    }
}

impl TaskField {
    pub(super) fn new(field: &Field, printed: &FormField) -> Self {
        Self {
            key: field.key.clone(),
            kind: field.kind,
            label: printed.screen_label().to_owned(),
            group: printed.group.clone(),
            quad: field.quad,
            lines: printed.rules.len().max(1),
            options: printed.options.iter().map(|o| o.value.clone()).collect(),
            blind: field.blind,
            attention: false,
            reason: None,
            hint: None,
            proposal: None,
            value: None,
            machine_differs: false,
            candidates: None,
        }
    }
}

impl ShownHint {
    /// `None` where the form no longer knows the other field.
    pub(super) fn new(hint: &Hint, form: &Form) -> Option<Self> {
        let label = |key: &String| form.field(key).map(|field| field.screen_label().to_owned());
        let other_label = match &hint.other {
            Some(key) => Some(label(key)?),
            None => None,
        };
        Some(Self { code: hint.code, other: hint.other.clone(), other_label })
    }
}

impl Suggestion {
    fn new(proposal: &Proposal) -> Self {
        let others = proposal.alternatives.iter().map(|a| a.text.clone());
        Self {
            value: proposal.value.clone(),
            alternatives: others.filter(|text| *text != proposal.value.text).collect(),
        }
    }
}
