//! What is held to be no entry, and what stands beside an entry: one person says so, another agrees.

use super::refusal::Refusal;
use super::steps::EntryStep;
use crate::domain::states::EntryState;

/// Something that was held to be no entry, by a person or by the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Where it stood, and stands again when it is restored.
    pub from: EntryState,
    /// Why: a person's words, or [`Aside::NO_INK`].
    pub reason: String,
    /// The person who said so; none when it was the machine.
    pub by: Option<String>,
}

impl Aside {
    /// The machine's reason: hardly anything is written at this place of the page.
    pub const NO_INK: &str = "no_ink";

    /// Where it stands once `person_id` agrees that it is no entry.
    ///
    /// # Errors
    /// [`Refusal::WrongState`], and [`Refusal::SamePerson`] for who said so first.
    pub fn confirmed(&self, state: EntryState, person_id: &str) -> Result<EntryState, Refusal> {
        if self.by.as_deref() == Some(person_id) {
            return Err(Refusal::SamePerson);
        }
        state.after(EntryStep::ConfirmNoEntry)
    }

    /// Where it stands once a person finds that it is an entry after all.
    ///
    /// # Errors
    /// [`Refusal::WrongState`].
    pub fn restored(&self, state: EntryState) -> Result<EntryState, Refusal> {
        match state {
            EntryState::SetAside | EntryState::NoEntry => Ok(self.from),
            _ => Err(Refusal::WrongState { state, step: EntryStep::Restore }),
        }
    }
}

/// What two people have to do with a note beside an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The person who entered it.
    pub entered_by: String,
    /// The person who checked it.
    pub checked_by: Option<String>,
}

impl Note {
    /// Whether `person_id` may check it. Checking it again changes nothing and is allowed.
    ///
    /// # Errors
    /// [`Refusal::SamePerson`] for who entered it.
    pub fn may_check(&self, person_id: &str) -> Result<(), Refusal> {
        if self.entered_by == person_id { Err(Refusal::SamePerson) } else { Ok(()) }
    }

    /// Whether `person_id` may drop it: as long as nobody checked it anybody may, afterwards only a third person.
    ///
    /// # Errors
    /// [`Refusal::SamePerson`].
    pub fn may_drop(&self, person_id: &str) -> Result<(), Refusal> {
        let Some(checked_by) = &self.checked_by else { return Ok(()) };
        let took_part = self.entered_by == person_id || checked_by == person_id;
        if took_part { Err(Refusal::SamePerson) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_entry_takes_a_second_person_and_goes_back_to_where_it_stood() {
        let typed = Aside { from: EntryState::Typed, reason: "ô trống".into(), by: Some("an".into()) };
        assert_eq!(typed.confirmed(EntryState::SetAside, "an"), Err(Refusal::SamePerson));
        assert_eq!(typed.confirmed(EntryState::SetAside, "binh"), Ok(EntryState::NoEntry));
        assert_eq!(typed.restored(EntryState::NoEntry), Ok(EntryState::Typed));
        assert!(typed.confirmed(EntryState::NoEntry, "binh").is_err());
        assert!(typed.restored(EntryState::Typed).is_err());
        let machine = Aside { from: EntryState::Proposed, reason: Aside::NO_INK.into(), by: None };
        assert_eq!(machine.confirmed(EntryState::SetAside, "an"), Ok(EntryState::NoEntry));
    }

    #[test]
    fn a_note_is_checked_by_another_and_once_checked_dropped_by_a_third() {
        let mut note = Note { entered_by: "an".into(), checked_by: None };
        assert_eq!(note.may_check("an"), Err(Refusal::SamePerson));
        assert_eq!((note.may_check("binh"), note.may_drop("an")), (Ok(()), Ok(())));
        note.checked_by = Some("binh".into());
        assert_eq!(note.may_drop("an"), Err(Refusal::SamePerson));
        assert_eq!(note.may_drop("binh"), Err(Refusal::SamePerson));
        assert_eq!(note.may_drop("chi"), Ok(()));
    }
}
