//! Work that arrives a second time because the answer to the first was lost on the way. It is there already, so
//! the answer is given again; nobody is told that finished work was refused.

use super::review::EntryOutcome;
use super::{App, Error, Me, Result};
use crate::domain::FieldValue;
use crate::domain::review::{Decision, Refusal};
use crate::store::Entry;
use std::collections::BTreeMap;

/// What was sent, by field.
pub(super) enum Sent<'a> {
    /// A typist's values.
    Keying(&'a BTreeMap<String, FieldValue>),
    /// A verifier's decisions.
    Verdicts(&'a BTreeMap<String, Decision>),
    /// A third person's values.
    Adjudication(&'a BTreeMap<String, FieldValue>),
}

impl App {
    /// Where the entry stands, when it was refused only for having moved on and this very work of this person
    /// moved it. Changes nothing.
    ///
    /// # Errors
    /// `refused` for anything else.
    pub(super) async fn answer_again(
        &self,
        me: &Me,
        entry_id: &str,
        sent: &Sent<'_>,
        refused: Error,
    ) -> Result<EntryOutcome> {
        if !matches!(refused, Error::Refused(Refusal::WrongState { .. })) {
            return Err(refused);
        }
        let entry = self.store.entry(entry_id).await?.ok_or(Error::NotFound("entry"))?;
        if self.has_arrived(me, &entry, sent).await? {
            return Ok(EntryOutcome { state: entry.state });
        }
        Err(refused)
    }

    async fn has_arrived(&self, me: &Me, entry: &Entry, sent: &Sent<'_>) -> Result<bool> {
        let is_me = |person: &Option<String>| person.as_deref() == Some(&me.person_id);
        Ok(match sent {
            Sent::Keying(given) => {
                let keyings = self.store.keyings(&entry.id).await?.into_iter();
                // Oldest first: of several, the last remains.
                let own = keyings.filter(|k| k.person_id == me.person_id).map(|k| (k.key, k.value));
                is_me(&entry.submitted_by) && tidied(given) == Some(own.collect())
            }
            Sent::Verdicts(given) => {
                let verdicts = self.store.verdicts(&entry.id).await?.into_iter();
                let own = verdicts.filter(|v| v.person_id == me.person_id).map(|v| (v.key, v.decision));
                is_me(&entry.verified_by) && decided(given) == Some(own.collect())
            }
            Sent::Adjudication(given) => {
                let fields = self.store.fields(&entry.id).await?.into_iter();
                let settled = fields.filter(|f| given.contains_key(&f.key));
                let in_force: BTreeMap<_, _> = settled.filter_map(|f| Some((f.key, f.value?))).collect();
                is_me(&entry.adjudicated_by) && !given.is_empty() && tidied(given) == Some(in_force)
            }
        })
    }
}

/// The values as the rules keep them; none when one of them is no value.
fn tidied(given: &BTreeMap<String, FieldValue>) -> Option<BTreeMap<String, FieldValue>> {
    let tidy = |(key, value): (&String, &FieldValue)| {
        Some((key.clone(), FieldValue::new(value.state, &value.text).ok()?))
    };
    given.iter().map(tidy).collect()
}

fn decided(given: &BTreeMap<String, Decision>) -> Option<BTreeMap<String, Decision>> {
    let tidy = |(key, decision): (&String, &Decision)| {
        let decision = match decision {
            Decision::Replace(value) => Decision::Replace(FieldValue::new(value.state, &value.text).ok()?),
            other => other.clone(),
        };
        Some((key.clone(), decision))
    };
    given.iter().map(tidy).collect()
}
