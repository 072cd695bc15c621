//! What typists, verifiers and third persons submit. The rules are `domain::review`'s, the database repeats
//! them; here a step is: lock, check the lease, decide, store, record, commit.

use super::record::Deed;
use super::resend::Sent;
use super::{App, Error, Me, Result};
use crate::domain::date::PartialDate;
use crate::domain::review::{Decision, FieldProblem, FieldProblemKind, Refusal, ReviewCase};
use crate::domain::{EntryState, FieldState, FieldValue, TaskRole};
use crate::store::{Registration, Step, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A value for each field asked for.
#[derive(Debug, Clone, Deserialize)]
pub struct Answers {
    /// By key.
    pub fields: BTreeMap<String, FieldValue>,
}

/// A verdict on each field.
#[derive(Debug, Clone, Deserialize)]
pub struct Verdicts {
    /// By key.
    pub fields: BTreeMap<String, GivenVerdict>,
}

/// A verdict as it is sent: `confirm`, `reject`, or `replace` with a value.
#[derive(Debug, Clone, Deserialize)]
pub struct GivenVerdict {
    decision: DecisionWord,
    state: Option<FieldState>,
    #[serde(default)]
    text: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DecisionWord {
    Confirm,
    Reject,
    Replace,
}

/// Where the entry stands afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EntryOutcome {
    /// Its state.
    pub state: EntryState,
}

impl App {
    /// A typist submits every field. Sending the same again gives the same answer.
    ///
    /// # Errors
    /// [`Error::NotAllowed`], [`Error::NotFound`], [`Error::LeaseLost`], [`Error::Refused`].
    pub async fn submit_keying(&self, me: &Me, entry_id: &str, answers: Answers) -> Result<EntryOutcome> {
        let (mut tx, mut case, step_id) = match self.begin_step(me, entry_id, TaskRole::Typist).await {
            Ok(begun) => begun,
            Err(error) => {
                return self.answer_again(me, entry_id, &Sent::Keying(&answers.fields), error).await;
            }
        };
        let done = case.submit(&me.person_id, &answers.fields)?;
        tx.save_submission(&case, &done, self.step(me, &step_id)).await?;
        let values = json!(done.fields.iter().cloned().collect::<BTreeMap<_, _>>());
        self.finish_step(tx, me, (&case, "entry.submit"), (None, values)).await
    }

    /// A verifier gives a verdict on every field.
    ///
    /// # Errors
    /// As [`Self::submit_keying`].
    pub async fn give_verdicts(&self, me: &Me, entry_id: &str, verdicts: Verdicts) -> Result<EntryOutcome> {
        let given = decisions(verdicts);
        let (mut tx, mut case, step_id) =
            match (self.begin_step(me, entry_id, TaskRole::Verifier).await, &given) {
                (Ok(begun), _) => begun,
                (Err(error), Ok(given)) => {
                    return self.answer_again(me, entry_id, &Sent::Verdicts(given), error).await;
                }
                (Err(error), Err(_)) => return Err(error),
            };
        let before = values_of(&case);
        let done = case.verify(&me.person_id, &given?)?;
        tx.save_verification(&case, &done, self.step(me, &step_id)).await?;
        let action = if case.state == EntryState::Disputed { "entry.dispute" } else { "entry.verify" };
        let said: BTreeMap<&str, Value> =
            done.fields.iter().map(|f| (f.key.as_str(), said(&f.decision))).collect();
        self.finish_step(tx, me, (&case, action), (Some(before), json!(said))).await
    }

    /// A third person gives the value of every disputed field.
    ///
    /// # Errors
    /// As [`Self::submit_keying`].
    pub async fn adjudicate(&self, me: &Me, entry_id: &str, answers: Answers) -> Result<EntryOutcome> {
        let (mut tx, mut case, step_id) = match self.begin_step(me, entry_id, TaskRole::Adjudicator).await {
            Ok(begun) => begun,
            Err(error) => {
                return self.answer_again(me, entry_id, &Sent::Adjudication(&answers.fields), error).await;
            }
        };
        let before = values_of(&case);
        let done = case.adjudicate(&me.person_id, &answers.fields)?;
        tx.save_adjudication(&case, &done, self.step(me, &step_id)).await?;
        let values = json!(done.fields.iter().cloned().collect::<BTreeMap<_, _>>());
        self.finish_step(tx, me, (&case, "entry.adjudicate"), (Some(before), values)).await
    }

    /// Locks the entry and makes sure that this person may take this part now. The rules come first, so that
    /// somebody who comes back to their own work is told so, lease or not.
    async fn begin_step(&self, me: &Me, entry_id: &str, role: TaskRole) -> Result<(Tx, ReviewCase, String)> {
        me.needs(&[role.needs()])?;
        let mut tx = self.store.begin().await?;
        let case = tx.review_case(entry_id).await?.ok_or(Error::NotFound("entry"))?;
        case.may_take(role, &me.person_id)?;
        tx.hold_lease(entry_id, &me.person_id, role).await?;
        Ok((tx, case, self.new_id()))
    }

    fn step<'a>(&self, me: &'a Me, id: &'a str) -> Step<'a> {
        Step { id, person_id: &me.person_id, account_id: &me.account_id, at: self.clock.now_ms() }
    }

    async fn finish_step(
        &self,
        mut tx: Tx,
        me: &Me,
        (case, action): (&ReviewCase, &'static str),
        (before, after): (Option<Value>, Value),
    ) -> Result<EntryOutcome> {
        tx.set_registration(&case.entry_id, &registration(case)).await?;
        let entry = tx.entry(&case.entry_id).await?.ok_or(Error::NotFound("entry"))?;
        let detail = json!({ "state": case.state });
        let deed = Deed::of(me, action, &case.entry_id).in_book(&entry.book_id).detail(detail);
        self.record(&mut tx, Deed { before, after: Some(after), ..deed }).await?;
        tx.commit().await?;
        Ok(EntryOutcome { state: case.state })
    }
}

fn values_of(case: &ReviewCase) -> Value {
    json!(case.fields.iter().map(|f| (f.key.as_str(), &f.value)).collect::<BTreeMap<_, _>>())
}

fn said(decision: &Decision) -> Value {
    match decision {
        Decision::Confirm => json!("confirm"),
        Decision::Reject => json!("reject"),
        Decision::Replace(value) => json!(value),
    }
}

/// Verdicts as the rules take them; a replacement without a state is refused field by field.
pub(super) fn decisions(given: Verdicts) -> Result<BTreeMap<String, Decision>> {
    let mut problems = Vec::new();
    let mut decisions = BTreeMap::new();
    for (key, verdict) in given.fields {
        let decision = match (verdict.decision, verdict.state) {
            (DecisionWord::Confirm, _) => Decision::Confirm,
            (DecisionWord::Reject, _) => Decision::Reject,
            (DecisionWord::Replace, Some(state)) => {
                Decision::Replace(FieldValue { state, text: verdict.text })
            }
            (DecisionWord::Replace, None) => {
                problems.push(FieldProblem { key, problem: FieldProblemKind::Missing });
                continue;
            }
        };
        decisions.insert(key, decision);
    }
    if problems.is_empty() { Ok(decisions) } else { Err(Refusal::Fields(problems).into()) }
}

/// What identifies the entry in life, from the fields that say so. Unknown stays unknown.
fn registration(case: &ReviewCase) -> Registration {
    let written = |key: &str| {
        let value = case.fields.iter().find(|f| f.key == key)?.value.as_ref()?;
        (value.state == FieldState::Written).then(|| value.text.clone())
    };
    let date = written("ngay_dang_ky");
    let year = date.as_deref().and_then(PartialDate::parse).map(|d| i64::from(d.year));
    Registration { year, number: written("so"), date }
}
