use super::*;
use crate::domain::kind::FieldState;
use crate::domain::value::ValueError;
use proptest::prelude::*;

fn case() -> ReviewCase {
    let field = |key: &str, blind| FieldCase {
        key: key.into(),
        blind,
        value: None,
        settled: false,
        blind_keyings: vec![],
    };
    ReviewCase {
        entry_id: "e".into(),
        state: EntryState::Proposed,
        submitted_by: None,
        verified_by: None,
        adjudicated_by: None,
        inspected_by: vec![],
        fields: vec![field("ho_ten", false), field("ngay", true)],
    }
}

fn values(name: &str, date: &str) -> BTreeMap<String, FieldValue> {
    let written = |text: &str| FieldValue { state: FieldState::Written, text: text.into() };
    BTreeMap::from([("ho_ten".into(), written(name)), ("ngay".into(), written(date))])
}

fn typed() -> ReviewCase {
    let mut case = case();
    case.submit("an", &values("Lê  Thị Hoà ", "01/02/2016")).unwrap();
    case
}

fn verdicts(name: Decision, date: Decision) -> BTreeMap<String, Decision> {
    BTreeMap::from([("ho_ten".into(), name), ("ngay".into(), date)])
}

fn replace(text: &str) -> Decision {
    Decision::Replace(FieldValue::written(text).unwrap())
}

#[test]
fn a_submission_needs_every_field_and_reports_every_problem() {
    let mut case = case();
    let torn_with_text = FieldValue { state: FieldState::Torn, text: "x".into() };
    let given = BTreeMap::from([("ho_ten".into(), torn_with_text), ("other".into(), FieldValue::blank())]);
    let before = case.clone();
    let Err(Refusal::Fields(problems)) = case.submit("an", &given) else { panic!("accepted") };
    let found: Vec<_> = problems.iter().map(|p| (p.key.as_str(), p.problem)).collect();
    assert_eq!(
        found,
        [
            ("ho_ten", FieldProblemKind::Value(ValueError::TextWithoutWriting)),
            ("ngay", FieldProblemKind::Missing),
            ("other", FieldProblemKind::Unknown),
        ]
    );
    assert_eq!(case, before);
}

#[test]
fn a_second_person_who_confirms_everything_verifies() {
    let mut case = typed();
    assert_eq!(case.fields[0].value, Some(FieldValue::written("Lê Thị Hoà").unwrap()));
    let done = case.verify("binh", &verdicts(Decision::Confirm, Decision::Confirm)).unwrap();
    assert_eq!(done.state, EntryState::Verified);
    assert_eq!(case.verified_by.as_deref(), Some("binh"));
}

#[test]
fn nobody_verifies_own_work() {
    let mut case = typed();
    let own = case.verify("an", &verdicts(Decision::Confirm, Decision::Confirm));
    assert_eq!(own, Err(Refusal::SamePerson));
    assert_eq!(case.may_take(TaskRole::Verifier, "an"), Err(Refusal::SamePerson));
    assert_eq!(case.may_take(TaskRole::Verifier, "binh"), Ok(()));
}

#[test]
fn a_missing_verdict_is_refused_however_sure_the_machine_was() {
    let mut case = typed();
    let one = BTreeMap::from([("ho_ten".into(), Decision::Confirm)]);
    assert!(matches!(case.verify("binh", &one), Err(Refusal::Fields(_))));
    assert_eq!(case.state, EntryState::Typed);
}

#[test]
fn a_different_value_is_settled_only_by_a_third_person() {
    let mut case = typed();
    let done = case.verify("binh", &verdicts(replace("Lê Thị Hoa"), Decision::Confirm)).unwrap();
    assert_eq!(done.state, EntryState::Disputed);
    assert_eq!(case.disputed_keys().collect::<Vec<_>>(), ["ho_ten"]);
    let third = BTreeMap::from([("ho_ten".to_owned(), FieldValue::written("Lê Thị Hoa").unwrap())]);
    assert_eq!(case.clone().adjudicate("an", &third), Err(Refusal::SamePerson));
    assert_eq!(case.clone().adjudicate("binh", &third), Err(Refusal::SamePerson));
    assert!(matches!(case.clone().adjudicate("chi", &values("a", "b")), Err(Refusal::Fields(_))));
    let settled = case.adjudicate("chi", &third).unwrap();
    assert_eq!(settled.state, EntryState::Adjudicated);
    assert_eq!(case.fields[0].value.as_ref().map(|v| v.text.as_str()), Some("Lê Thị Hoa"));
    assert!(case.fields.iter().all(|f| f.settled));
}

#[test]
fn a_rejection_disputes_and_so_does_setting_another_state() {
    for decision in [Decision::Reject, Decision::Replace(FieldValue::blank())] {
        let mut case = typed();
        let done = case.verify("binh", &verdicts(decision, Decision::Confirm)).unwrap();
        assert_eq!(done.state, EntryState::Disputed);
    }
}

#[test]
fn a_replacement_that_equals_another_persons_blind_keying_settles_at_once() {
    let mut case = typed();
    let done = case.verify("binh", &verdicts(Decision::Confirm, replace("01-02-2016 "))).unwrap();
    assert_eq!(done.state, EntryState::Disputed, "the slash is not folded away, so the values differ");
    let mut case = typed();
    let blind = FieldValue::written("02/02/2016").unwrap();
    case.fields[1].blind_keyings.push(PersonValue { person_id: "dung".into(), value: blind.clone() });
    let done = case.verify("binh", &verdicts(Decision::Confirm, replace("02/02/2016."))).unwrap();
    assert_eq!(done.state, EntryState::Verified);
    assert_eq!(case.fields[1].value.as_ref().map(|v| v.text.as_str()), Some("02/02/2016."));
    let mut own = typed();
    own.fields[1].blind_keyings.push(PersonValue { person_id: "binh".into(), value: blind });
    let done = own.verify("binh", &verdicts(Decision::Confirm, replace("02/02/2016"))).unwrap();
    assert_eq!(done.state, EntryState::Disputed, "one's own blind keying is no second person");
}

#[test]
fn another_spelling_of_a_blind_keying_settles_it_as_it_was_submitted() {
    let mut case = typed();
    let done = case.verify("binh", &verdicts(Decision::Confirm, replace("01/02/2016."))).unwrap();
    assert_eq!(done.state, EntryState::Verified);
    assert_eq!(case.fields[1].value, Some(FieldValue::written("01/02/2016").unwrap()));
}

#[test]
fn a_spelling_corrected_by_the_verifier_is_never_lost_in_silence() {
    let mut case = typed();
    let done = case.verify("binh", &verdicts(replace("LÊ THỊ HOÀ"), Decision::Confirm)).unwrap();
    assert_eq!(done.state, EntryState::Disputed);
}

#[derive(Debug, Clone)]
enum Act {
    Submit(u8, bool),
    Verify(u8, u8, u8),
    Adjudicate(u8),
    Book(EntryStep),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (0..4_u8, any::<bool>()).prop_map(|(p, b)| Act::Submit(p, b)),
        (0..4_u8, 0..4_u8, 0..4_u8).prop_map(|(p, a, b)| Act::Verify(p, a, b)),
        (0..4_u8).prop_map(Act::Adjudicate),
        prop_oneof![Just(EntryStep::Accept), Just(EntryStep::Approve), Just(EntryStep::Deliver)]
            .prop_map(Act::Book),
    ]
}

fn decision(n: u8) -> Decision {
    match n {
        0 => Decision::Reject,
        1 => replace("01/02/2016"),
        2 => replace("x"),
        _ => Decision::Confirm,
    }
}

fn perform(case: &mut ReviewCase, act: &Act) {
    let person = |n: &u8| format!("p{n}");
    // A refusal is a fine outcome here: the law below is about what can be reached at all.
    let _refused = match act {
        Act::Submit(p, one) => {
            let text = if *one { "01/02/2016" } else { "x" };
            case.submit(&person(p), &values("Lê Thị Hoà", text)).map(drop)
        }
        Act::Verify(p, a, b) => case.verify(&person(p), &verdicts(decision(*a), decision(*b))).map(drop),
        Act::Adjudicate(p) => {
            let given: BTreeMap<_, _> =
                case.disputed_keys().map(|k| (k.to_owned(), FieldValue::blank())).collect();
            case.adjudicate(&person(p), &given).map(drop)
        }
        Act::Book(step) => case.state.after(*step).map(|state| case.state = state),
    };
}

proptest! {
    #[test]
    fn no_sequence_of_acts_gets_past_two_people(acts in proptest::collection::vec(act(), 1..40)) {
        let mut case = case();
        for act in &acts {
            perform(&mut case, act);
            if case.state.needs_two_people() {
                let (first, second) = (case.submitted_by.clone(), case.verified_by.clone());
                prop_assert!(first.is_some() && second.is_some() && first != second);
                prop_assert!(case.fields.iter().all(|f| f.settled && f.value.is_some()));
            }
            if let Some(third) = &case.adjudicated_by {
                prop_assert_ne!(Some(third), case.submitted_by.as_ref());
                prop_assert_ne!(Some(third), case.verified_by.as_ref());
            }
        }
    }
}

#[test]
fn who_inspected_an_entry_or_settled_it_before_does_not_settle_what_was_found() {
    let mut case = typed();
    case.verify("binh", &verdicts(Decision::Reject, Decision::Confirm)).unwrap();
    let settled = BTreeMap::from([("ho_ten".to_owned(), FieldValue::written("Lê Thị Huệ").unwrap())]);
    case.adjudicate("chi", &settled).unwrap();
    case.state = case.state.after(EntryStep::Contest).unwrap();
    case.fields[0].settled = false;
    case.inspected_by = vec!["dung".into()];
    for party in ["an", "binh", "chi", "dung"] {
        assert_eq!(case.adjudicate(party, &settled), Err(Refusal::SamePerson), "{party}");
    }
    assert_eq!(case.adjudicate("em", &settled).unwrap().state, EntryState::Adjudicated);
}

#[test]
fn what_was_sent_back_is_verified_again_by_neither_typist_nor_third_person_nor_inspector() {
    let mut case = typed();
    case.verify("binh", &verdicts(Decision::Reject, Decision::Confirm)).unwrap();
    let settled = BTreeMap::from([("ho_ten".to_owned(), FieldValue::written("Lê Thị Huệ").unwrap())]);
    case.adjudicate("chi", &settled).unwrap();
    case.state = case.state.after(EntryStep::SendBack).unwrap();
    case.inspected_by = vec!["dung".into()];
    let confirmed = verdicts(Decision::Confirm, Decision::Confirm);
    for party in ["an", "chi", "dung"] {
        assert_eq!(case.verify(party, &confirmed), Err(Refusal::SamePerson), "{party}");
    }
    assert_eq!(case.verify("binh", &confirmed).unwrap().state, EntryState::Verified);
}
