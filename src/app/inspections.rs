//! Inspection of a lot's sample, entry by entry, and what becomes of the lot.
//!
//! An inspector sees the ink and the recorded values, and nothing of people, of the machine or of what others found;
//! in one entry of two a value is wrong on purpose. An inspection that overlooks it is not taken: the whole entry is
//! looked at again. With the last inspection the lot is decided.

use super::record::Deed;
use super::review::{Verdicts, decisions};
use super::tasks::{EntryHead, Group, Known, TaskField};
use super::{App, Error, Me, Result};
use crate::domain::acceptance::{Finding, Looked, LotRefusal, LotState, Planted, Recorded, look, plant};
use crate::domain::review::{BookStep, Refusal};
use crate::domain::{AccountRole, Form};
use crate::store::{FoundWrong, InspectionDone, Lot, Sampled, Tx};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An entry on an inspector's screen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InspectionTask {
    /// The lot's number.
    lot_number: i64,
    /// Until when it is held without a sign of life, ms.
    lease_until: i64,
    /// How many wait for this inspector, this one included.
    left: u64,
    /// The entry, without what people wrote beside it and without its number.
    entry: EntryHead,
    /// Headings in order.
    groups: Vec<Group>,
    /// Every field with the value to be judged.
    fields: Vec<TaskField>,
    /// What the inspector saved before, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<Value>,
}

/// Where the lot stands after an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InspectionOutcome {
    /// The lot's state.
    pub state: LotState,
    /// Entries inspected.
    pub inspected: u64,
    /// Entries drawn.
    pub sample_size: u64,
}

/// Longest draft, bytes of JSON.
const MAX_DRAFT_BYTES: usize = 256 * 1024;

impl App {
    /// Gives the next entry of a lot's sample that this person may inspect: first what they have in hand. None when
    /// nothing is left for them.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`].
    pub async fn next_inspection(&self, me: &Me, lot_id: &str) -> Result<Option<InspectionTask>> {
        me.needs(&[AccountRole::Supervisor])?;
        let now = self.clock.now_ms();
        let until = now + self.inspection_ms(lot_id).await?;
        let mut tx = self.store.begin().await?;
        let lot = tx.lock_lot(lot_id).await?.ok_or(Error::NotFound("lot"))?;
        if lot.state != LotState::Inspection {
            return Ok(None);
        }
        let held = tx.hold_sampled(lot_id, &me.person_id, (now, until)).await?;
        tx.commit().await?;
        let Some(held) = held else { return Ok(None) };
        self.inspection_task(me, &lot, &held, until).await.map(Some)
    }

    /// Saves what an inspector has so far.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::BadInput`] when it is far too long.
    pub async fn save_inspection_draft(
        &self,
        me: &Me,
        (lot_id, entry_id): (&str, &str),
        draft: &Value,
    ) -> Result<()> {
        let text = draft.to_string();
        if text.len() > MAX_DRAFT_BYTES {
            return Err(Error::BadInput(vec!["draft"]));
        }
        let until = self.clock.now_ms() + self.inspection_ms(lot_id).await?;
        let mut tx = self.store.begin().await?;
        let drafted = (text.as_str(), until);
        if !tx.save_inspection_draft((lot_id, entry_id), &me.person_id, drafted).await? {
            return Err(Error::LeaseLost);
        }
        Ok(tx.commit().await?)
    }

    /// Takes an inspector's judgement on every field of an entry. With the last one the lot is decided. Sending the
    /// same again gives the same answer.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::LeaseLost`], [`Error::Refused`] for who worked on the
    /// entry or an answer that cannot be, [`Error::Lot`] when a planted mistake was overlooked.
    pub async fn inspect(
        &self,
        me: &Me,
        (lot_id, entry_id): (&str, &str),
        verdicts: Verdicts,
    ) -> Result<InspectionOutcome> {
        me.needs(&[AccountRole::Supervisor])?;
        let given = decisions(verdicts)?;
        // Nothing in a book changes while it is in a lot: what is read here still stands below.
        let entry = self.store.entry(entry_id).await?.ok_or(Error::NotFound("entry"))?;
        let (book_id, known) = (entry.book_id.clone(), self.known(entry).await?);
        let form = self.form(known.form_id())?;
        let mut tx = self.store.begin().await?;
        let lot = tx.lock_lot(lot_id).await?.ok_or(Error::NotFound("lot"))?;
        let sampled = tx.sampled(lot_id, entry_id).await?.ok_or(LotRefusal::NotUnderInspection)?;
        let recorded = known.recorded(form);
        let planted = plant(&seed_of(&lot)?, entry_id, &recorded);
        let looked = look(&recorded, planted.as_ref(), &given)?;
        if let Some(done) = &sampled.done {
            drop(tx);
            return self.inspected_again(me, &lot, (entry_id, done), &looked).await;
        }
        may_inspect(&mut tx, me, &lot, &sampled).await?;
        let findings = match looked {
            Looked::Taken(findings) => findings,
            Looked::Overlooked => return self.overlooked(tx, me, (&lot, entry_id, &book_id)).await,
        };
        let done = InspectionDone {
            by: me.person_id.clone(),
            at: self.clock.now_ms(),
            planted: planted.is_some(),
            fields: recorded.len() as u64,
            wrong: findings.len() as u64,
        };
        tx.finish_inspection((lot_id, entry_id), &done, &findings).await?;
        let (outcome, books) = self.decide(&mut tx, me, &lot).await?;
        let detail = json!({ "lot": lot_id, "wrong": findings.len(), "fields": done.fields });
        let deed = Deed::of(me, "lot.inspect", entry_id).in_book(&book_id).detail(detail);
        self.record(&mut tx, Deed { after: Some(found(&findings)), ..deed }).await?;
        self.record_verdict(&mut tx, me, (&lot, outcome), &books).await?;
        tx.commit().await?;
        Ok(outcome)
    }

    async fn inspection_ms(&self, lot_id: &str) -> Result<i64> {
        let lot = self.store.lot(lot_id).await?.ok_or(Error::NotFound("lot"))?;
        let project = self.store.project(&lot.source.project_id).await?.ok_or(Error::NotFound("project"))?;
        Ok(i64::from(project.policy.lease_secs) * 1_000)
    }

    async fn inspection_task(
        &self,
        me: &Me,
        lot: &Lot,
        held: &Sampled,
        lease_until: i64,
    ) -> Result<InspectionTask> {
        let entry = self.store.entry(&held.entry_id).await?.ok_or(Error::NotFound("entry"))?;
        let known = self.known(entry).await?;
        let form = self.form(known.form_id())?;
        let planted = plant(&seed_of(lot)?, &held.entry_id, &known.recorded(form));
        Ok(InspectionTask {
            lot_number: lot.number,
            lease_until,
            left: self.store.inspections_left(&lot.id, &me.person_id).await?,
            entry: EntryHead { number: None, notes: Vec::new(), ..known.head(me, None) },
            groups: Group::of(form),
            fields: known.for_inspector(form, planted.as_ref()),
            draft: held.draft.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        })
    }

    /// The overlooked mistake is counted, whoever asks; the inspection is not taken.
    async fn overlooked(
        &self,
        mut tx: Tx,
        me: &Me,
        (lot, entry_id, book_id): (&Lot, &str, &str),
    ) -> Result<InspectionOutcome> {
        tx.count_missed(&lot.id, entry_id).await?;
        let deed = Deed::of(me, "lot.overlook", entry_id).in_book(book_id).detail(json!({ "lot": lot.id }));
        self.record(&mut tx, deed).await?;
        tx.commit().await?;
        Err(LotRefusal::Overlooked.into())
    }

    /// The answer to the first sending was lost: it is given again, if the same was sent.
    async fn inspected_again(
        &self,
        me: &Me,
        lot: &Lot,
        (entry_id, done): (&str, &InspectionDone),
        looked: &Looked,
    ) -> Result<InspectionOutcome> {
        let is_here = |found: &FoundWrong| found.entry_id == entry_id;
        let found = self.store.findings_of_lot(&lot.id).await?.into_iter().filter(is_here);
        let mut found: Vec<Finding> = found.map(|found| found.finding).collect();
        found.sort_by(|a, b| a.key.cmp(&b.key));
        let Looked::Taken(sent) = looked else { return Err(LotRefusal::NotUnderInspection.into()) };
        let mut sent = sent.clone();
        sent.sort_by(|a, b| a.key.cmp(&b.key));
        // Once the lot is decided, what was found may be corrected: then only the keys can be compared.
        let keys = |findings: &[Finding]| findings.iter().map(|f| f.key.clone()).collect::<Vec<_>>();
        if done.by != me.person_id || (lot.state == LotState::Inspection && keys(&found) != keys(&sent)) {
            return Err(LotRefusal::NotUnderInspection.into());
        }
        Ok(InspectionOutcome {
            state: lot.state,
            inspected: lot.inspected,
            sample_size: lot.plan.sample_size,
        })
    }

    /// Decides a locked lot once its whole sample is inspected, and takes its books along. Gives the books when it did.
    async fn decide(&self, tx: &mut Tx, me: &Me, lot: &Lot) -> Result<(InspectionOutcome, Vec<String>)> {
        let sample = tx.sample_of_lot(&lot.id).await?;
        let done: Vec<&InspectionDone> = sample.iter().filter_map(|s| s.done.as_ref()).collect();
        let wrong = done.iter().filter(|done| done.wrong > 0).count() as u64;
        let (inspected, sample_size) = (done.len() as u64, lot.plan.sample_size);
        if inspected < sample.len() as u64 {
            let state = LotState::Inspection;
            return Ok((InspectionOutcome { state, inspected, sample_size }, Vec::new()));
        }
        let (state, at) = (lot.plan.verdict(wrong), self.clock.now_ms());
        let books = tx.books_of_lot(&lot.id).await?;
        for book in &books {
            tx.lock_book(book).await?;
        }
        if state == LotState::Accepted {
            for entry in sample.iter().filter(|s| s.done.as_ref().is_some_and(|done| done.wrong > 0)) {
                tx.contest_entry((&lot.id, &entry.entry_id), at).await?;
            }
        }
        for book in &books {
            match state {
                LotState::Accepted => {
                    tx.save_book_step(book, BookStep::Accept, &me.person_id, at).await?;
                }
                LotState::NotAccepted | LotState::Inspection => {
                    tx.send_book_back(book, at).await?;
                }
            }
        }
        tx.decide_lot(&lot.id, state, at).await?;
        Ok((InspectionOutcome { state, inspected, sample_size }, books))
    }

    async fn record_verdict(
        &self,
        tx: &mut Tx,
        me: &Me,
        (lot, outcome): (&Lot, InspectionOutcome),
        books: &[String],
    ) -> Result<()> {
        let action = match outcome.state {
            LotState::Inspection => return Ok(()),
            LotState::Accepted => "lot.accept",
            LotState::NotAccepted => "lot.send_back",
        };
        let detail = json!({ "inspected": outcome.inspected, "accept": lot.plan.accept, "seed": lot.seed });
        self.record_in_books(tx, me, (action, &lot.id), (books, &detail)).await
    }
}

/// Whoever worked on the entry does not inspect it, and nobody without having it in hand.
async fn may_inspect(tx: &mut Tx, me: &Me, lot: &Lot, sampled: &Sampled) -> Result<()> {
    if lot.state != LotState::Inspection {
        return Err(LotRefusal::NotUnderInspection.into());
    }
    if tx.took_part(&sampled.entry_id, &me.person_id).await? {
        return Err(Refusal::SamePerson.into());
    }
    match sampled.held_by.as_deref() == Some(&me.person_id) {
        true => Ok(()),
        false => Err(Error::LeaseLost),
    }
}

fn seed_of(lot: &Lot) -> Result<Vec<u8>> {
    hex::decode(&lot.seed).map_err(|_| Error::Broken(format!("the seed of lot {} is no number", lot.id)))
}

fn found(findings: &[Finding]) -> Value {
    json!(findings.iter().map(|f| (f.key.as_str(), &f.found)).collect::<BTreeMap<_, _>>())
}

impl Known {
    /// Every field that has a value, in order of the form.
    fn recorded<'a>(&'a self, form: &Form) -> Vec<Recorded<'a>> {
        let known = self.fields.iter().filter(|f| form.field(&f.key).is_some());
        known.filter_map(|f| Some(Recorded { key: &f.key, kind: f.kind, value: f.value.as_ref()? })).collect()
    }

    /// Every field with its value, or what was planted in its place; nothing of how it came about.
    fn for_inspector(&self, form: &Form, planted: Option<&Planted>) -> Vec<TaskField> {
        let shown = self.fields.iter().filter_map(|field| {
            let recorded = field.value.clone()?;
            let planted = planted.filter(|planted| planted.key == field.key);
            let value = planted.map_or(recorded, |planted| planted.value.clone());
            let shown = TaskField::new(field, form.field(&field.key)?);
            Some(TaskField { blind: false, value: Some(value), ..shown })
        });
        shown.collect()
    }
}
