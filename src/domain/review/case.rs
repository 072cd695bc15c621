//! One entry under review: who did what so far, and what each step makes of it.

use super::refusal::{FieldProblem, FieldProblemKind, Refusal};
use super::steps::EntryStep;
use crate::domain::states::{EntryState, TaskRole};
use crate::domain::value::FieldValue;
use std::collections::BTreeMap;

/// An entry as far as the four eyes are concerned. People are identities, never accounts: somebody with two
/// accounts is one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewCase {
    /// The entry.
    pub entry_id: String,
    /// Where it stands.
    pub state: EntryState,
    /// The person who submitted it.
    pub submitted_by: Option<String>,
    /// The person who gave the verdicts.
    pub verified_by: Option<String>,
    /// The person who settled what was disputed.
    pub adjudicated_by: Option<String>,
    /// People who inspected it in samples of lots: their findings are settled by others.
    pub inspected_by: Vec<String>,
    /// Every field of its form, in order.
    pub fields: Vec<FieldCase>,
}

/// One field under review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCase {
    /// Its key.
    pub key: String,
    /// Whether it is keyed without seeing the machine's reading.
    pub blind: bool,
    /// The value in force.
    pub value: Option<FieldValue>,
    /// Whether two people agreed on the value, or a third settled it.
    pub settled: bool,
    /// What people keyed without seeing anybody's reading of it.
    pub blind_keyings: Vec<PersonValue>,
}

/// A value and the person it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonValue {
    /// The identity.
    pub person_id: String,
    /// What the person gave.
    pub value: FieldValue,
}

/// A verifier's answer on one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The value is what stands in the register.
    Confirm,
    /// It is not.
    Reject,
    /// It is not: this stands there, or the field is in this state. Bars the verifier from the field.
    Replace(FieldValue),
}

/// What a typist's submission comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Where the entry stands now.
    pub state: EntryState,
    /// Every field in order of the form, with the tidied value.
    pub fields: Vec<(String, FieldValue)>,
}

/// What a verifier's verdicts come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Where the entry stands now.
    pub state: EntryState,
    /// Every field in order of the form.
    pub fields: Vec<Settled>,
}

/// What a verdict on one field comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The field.
    pub key: String,
    /// The verdict, with its value tidied.
    pub decision: Decision,
    /// Whether the field is settled; otherwise it is disputed.
    pub settled: bool,
    /// The value in force after it.
    pub value: FieldValue,
}

/// What a third person's decision comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjudication {
    /// Where the entry stands now.
    pub state: EntryState,
    /// Every field that was disputed, in order of the form, with its value from now on.
    pub fields: Vec<(String, FieldValue)>,
}

impl ReviewCase {
    /// Whether `person_id` may take `role` on this entry now.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] or [`Refusal::SamePerson`].
    pub fn may_take(&self, role: TaskRole, person_id: &str) -> Result<(), Refusal> {
        let (step, others) = match role {
            TaskRole::Typist => (EntryStep::Submit, [&self.verified_by, &self.adjudicated_by]),
            TaskRole::Verifier => (EntryStep::Verify, [&self.submitted_by, &self.adjudicated_by]),
            TaskRole::Adjudicator => (EntryStep::Adjudicate, [&self.submitted_by, &self.verified_by]),
        };
        self.state.after(step)?;
        let is = |other: &Option<String>| other.as_deref() == Some(person_id);
        // Who settled an entry before is a party when its value is questioned again.
        let settled_before = role == TaskRole::Adjudicator && is(&self.adjudicated_by);
        let inspected = self.inspected_by.iter().any(|other| other == person_id);
        if settled_before || inspected || others.into_iter().any(is) {
            return Err(Refusal::SamePerson);
        }
        Ok(())
    }

    /// A typist submits a value for every field. Changes nothing when it is refused.
    ///
    /// # Errors
    /// [`Refusal::WrongState`], [`Refusal::SamePerson`], or [`Refusal::Fields`] with every problem there is.
    pub fn submit(
        &mut self,
        person_id: &str,
        given: &BTreeMap<String, FieldValue>,
    ) -> Result<Submission, Refusal> {
        self.may_take(TaskRole::Typist, person_id)?;
        let fields = tidied(self.fields.iter().map(|f| f.key.as_str()), given)?;
        for (field, (_, value)) in self.fields.iter_mut().zip(&fields) {
            field.value = Some(value.clone());
            field.settled = false;
            if field.blind {
                let keyed = PersonValue { person_id: person_id.to_owned(), value: value.clone() };
                field.blind_keyings.push(keyed);
            }
        }
        self.state = self.state.after(EntryStep::Submit)?;
        self.submitted_by = Some(person_id.to_owned());
        Ok(Submission { state: self.state, fields })
    }

    /// A verifier gives a verdict on every field. One that is rejected or replaced disputes the entry, unless
    /// the replacement equals another person's blind keying. Changes nothing when it is refused.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub fn verify(
        &mut self,
        person_id: &str,
        given: &BTreeMap<String, Decision>,
    ) -> Result<Verification, Refusal> {
        self.may_take(TaskRole::Verifier, person_id)?;
        let decisions = answered(self.fields.iter().map(|f| f.key.as_str()), given, tidied_decision)?;
        let fields: Vec<Settled> = self
            .fields
            .iter()
            .zip(decisions)
            .map(|(field, (_, decision))| field.judged(person_id, decision))
            .collect::<Result<_, _>>()?;
        let all_settled = fields.iter().all(|f| f.settled);
        let step = if all_settled { EntryStep::Verify } else { EntryStep::Dispute };
        self.state = self.state.after(step)?;
        for (field, settled) in self.fields.iter_mut().zip(&fields) {
            field.settled = settled.settled;
            field.value = Some(settled.value.clone());
        }
        self.verified_by = Some(person_id.to_owned());
        Ok(Verification { state: self.state, fields })
    }

    /// A third person gives the value of every disputed field. Changes nothing when it is refused.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub fn adjudicate(
        &mut self,
        person_id: &str,
        given: &BTreeMap<String, FieldValue>,
    ) -> Result<Adjudication, Refusal> {
        self.may_take(TaskRole::Adjudicator, person_id)?;
        let fields = tidied(self.disputed_keys(), given)?;
        for (key, value) in &fields {
            if let Some(field) = self.fields.iter_mut().find(|f| f.key == *key) {
                field.value = Some(value.clone());
                field.settled = true;
            }
        }
        self.state = self.state.after(EntryStep::Adjudicate)?;
        self.adjudicated_by = Some(person_id.to_owned());
        Ok(Adjudication { state: self.state, fields })
    }

    /// The keys that wait for a third person, in order of the form. Meaningful while the entry is disputed.
    pub fn disputed_keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|f| !f.settled).map(|f| f.key.as_str())
    }
}

impl FieldCase {
    /// What this field comes to under a verdict of `verifier`.
    fn judged(&self, verifier: &str, decision: Decision) -> Result<Settled, Refusal> {
        // A typed entry holds a value for every field; without one there is nothing to confirm.
        let submitted = self.value.clone().ok_or_else(|| missing(&self.key))?;
        let (settled, value) = match &decision {
            Decision::Confirm => (true, submitted),
            Decision::Reject => (false, submitted),
            Decision::Replace(given) if *given == submitted => (true, submitted),
            Decision::Replace(given) if self.keyed_blind_by_another(verifier, given) => {
                // Another spelling of what was submitted does not replace it: nobody would look at it again.
                (true, if given.agrees_with(&submitted) { submitted } else { given.clone() })
            }
            Decision::Replace(_) => (false, submitted),
        };
        Ok(Settled { key: self.key.clone(), decision, settled, value })
    }

    fn keyed_blind_by_another(&self, person_id: &str, value: &FieldValue) -> bool {
        self.blind_keyings.iter().any(|k| k.person_id != person_id && k.value.agrees_with(value))
    }
}

fn missing(key: &str) -> Refusal {
    Refusal::Fields(vec![FieldProblem { key: key.to_owned(), problem: FieldProblemKind::Missing }])
}

fn tidied<'a>(
    keys: impl Iterator<Item = &'a str>,
    given: &BTreeMap<String, FieldValue>,
) -> Result<Vec<(String, FieldValue)>, Refusal> {
    answered(keys, given, |value| Ok(FieldValue::new(value.state, &value.text)?))
}

fn tidied_decision(decision: &Decision) -> Result<Decision, FieldProblemKind> {
    Ok(match decision {
        Decision::Replace(value) => Decision::Replace(FieldValue::new(value.state, &value.text)?),
        Decision::Confirm => Decision::Confirm,
        Decision::Reject => Decision::Reject,
    })
}

/// An inspector's answers in order of `keys`: nothing where the value shown is right, else what stands there. That
/// it is wrong without saying what it is instead is no answer.
///
/// # Errors
/// [`Refusal::Fields`] with every problem there is.
pub fn answers_to<'a>(
    keys: impl Iterator<Item = &'a str>,
    given: &BTreeMap<String, Decision>,
) -> Result<Vec<(String, Option<FieldValue>)>, Refusal> {
    let decisions = answered(keys, given, |decision| match decision {
        Decision::Reject => Err(FieldProblemKind::Missing),
        other => tidied_decision(other),
    })?;
    let value = |decision| match decision {
        Decision::Replace(value) => Some(value),
        Decision::Confirm | Decision::Reject => None,
    };
    Ok(decisions.into_iter().map(|(key, decision)| (key, value(decision))).collect())
}

/// Matches answers to the fields asked for: each exactly once, none besides. Reports every problem at once, so
/// that a clerk mends all of them in one go.
fn answered<'a, A>(
    keys: impl Iterator<Item = &'a str>,
    given: &BTreeMap<String, A>,
    tidy: impl Fn(&A) -> Result<A, FieldProblemKind>,
) -> Result<Vec<(String, A)>, Refusal> {
    let keys: Vec<&str> = keys.collect();
    let mut problems = Vec::new();
    let mut answers = Vec::with_capacity(keys.len());
    for key in &keys {
        match given.get(*key).ok_or(FieldProblemKind::Missing).and_then(&tidy) {
            Ok(answer) => answers.push(((*key).to_owned(), answer)),
            Err(problem) => problems.push(FieldProblem { key: (*key).to_owned(), problem }),
        }
    }
    for key in given.keys().filter(|key| !keys.contains(&key.as_str())) {
        problems.push(FieldProblem { key: key.clone(), problem: FieldProblemKind::Unknown });
    }
    if problems.is_empty() { Ok(answers) } else { Err(Refusal::Fields(problems)) }
}

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
