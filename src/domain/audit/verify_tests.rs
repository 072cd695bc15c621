use super::*;
use crate::domain::audit::{Head, HeadKey};

#[derive(Clone)]
struct Link {
    event: Event,
    prev: Hash,
    hash: Hash,
    values: Option<StoredValues>,
}

fn key() -> HeadKey {
    HeadKey::from_seed([3; 32])
}

fn event(seq: u64, action: &str) -> (Event, StoredValues) {
    let values = StoredValues { salt: vec![seq as u8; 16], before: None, after: Some(format!("\"{seq}\"")) };
    let event = Event {
        book_id: "b".into(),
        seq,
        at: 1_000 + seq as i64,
        account_id: Some("a".into()),
        address: None,
        action: action.into(),
        subject: "e".into(),
        detail: "{}".into(),
        before_hash: None,
        after_hash: values.after.as_deref().map(|v| value_hash(&values.salt, v)),
    };
    (event, values)
}

fn chained(events: impl IntoIterator<Item = (Event, StoredValues)>) -> Vec<Link> {
    let mut prev = GENESIS;
    let link = |(event, values): (Event, StoredValues)| {
        let hash = event.hash(&prev);
        let link = Link { event, prev, hash, values: Some(values) };
        prev = hash;
        link
    };
    events.into_iter().map(link).collect()
}

fn chain(len: u64) -> Vec<Link> {
    chained((1..=len).map(|seq| event(seq, "entry.submit")))
}

fn head(chain: &[Link], seq: u64) -> SignedHead {
    let hash = chain[seq as usize - 1].hash;
    key().sign(Head { book_id: "b".into(), seq, hash, signed_at: 9 })
}

fn check(chain: &[Link], heads: Vec<SignedHead>) -> Result<ChainReport, Fault> {
    let mut verifier = ChainVerifier::new("b", heads, &[key().public()])?;
    for link in chain {
        verifier.push(&link.event, (&link.prev, &link.hash), link.values.as_ref())?;
    }
    verifier.finish()
}

fn book() -> String {
    "b".into()
}

#[test]
fn a_sound_chain_passes_and_says_how_far_it_is_covered() {
    let chain = chain(6);
    let heads = vec![head(&chain, 5), head(&chain, 2)];
    assert_eq!(check(&chain, heads), Ok(ChainReport { events: 6, covered: 5 }));
    assert_eq!(check(&[], vec![]), Ok(ChainReport { events: 0, covered: 0 }));
}

#[test]
fn a_changed_event_is_named() {
    let mut chain = chain(6);
    chain[3].event.account_id = Some("somebody else".into());
    assert_eq!(check(&chain, vec![]), Err(Fault::Changed { book_id: book(), seq: 4 }));
}

#[test]
fn a_changed_hash_is_named_at_its_event() {
    let mut chain = chain(4);
    chain[1].event.action = "entry.verify".into();
    chain[1].hash = chain[1].event.hash(&chain[1].prev);
    assert_eq!(check(&chain, vec![]), Err(Fault::Changed { book_id: book(), seq: 3 }));
}

#[test]
fn a_removed_event_is_named_even_the_first() {
    for gone in [0, 3] {
        let mut chain = chain(6);
        chain.remove(gone);
        assert_eq!(check(&chain, vec![]), Err(Fault::Removed { book_id: book(), seq: gone as u64 + 1 }));
    }
}

#[test]
fn events_that_swapped_places_are_found() {
    let mut chain = chain(4);
    chain.swap(1, 2);
    assert_eq!(check(&chain, vec![]), Err(Fault::Removed { book_id: book(), seq: 2 }));
}

#[test]
fn a_tail_cut_off_under_a_head_is_found_and_so_is_a_whole_chain() {
    let full = chain(6);
    let cut = Fault::CutOff { book_id: book(), from: 4, to: 5 };
    assert_eq!(check(&full[..3], vec![head(&full, 5)]), Err(cut));
    let all = Fault::CutOff { book_id: book(), from: 1, to: 5 };
    assert_eq!(check(&[], vec![head(&full, 5)]), Err(all));
}

#[test]
fn a_chain_written_anew_does_not_fit_its_head() {
    let full = chain(6);
    let action = |seq| if seq == 4 { "entry.verify" } else { "entry.submit" };
    let anew = chained((1..=6).map(|seq| event(seq, action(seq))));
    let heads = || vec![head(&full, 2), head(&full, 5)];
    assert_eq!(check(&anew, heads()), Err(Fault::Rewritten { book_id: book(), from: 3, to: 5 }));
    assert!(check(&anew, vec![]).is_ok(), "without a head nothing can be known");
}

#[test]
fn a_value_that_was_deleted_is_fine_and_one_that_was_changed_is_found() {
    let mut chain = chain(3);
    chain[0].values = None;
    assert!(check(&chain, vec![]).is_ok());
    chain[1].values.as_mut().unwrap().after = Some("\"other\"".into());
    assert_eq!(check(&chain, vec![]), Err(Fault::ValueChanged { book_id: book(), seq: 2 }));
}

#[test]
fn a_forged_head_and_one_of_an_unknown_key_are_found() {
    let chain = chain(3);
    let mut forged = head(&chain, 3);
    forged.head.hash = [1; 32];
    assert_eq!(check(&chain, vec![forged]), Err(Fault::BadSignature { book_id: book(), seq: 3 }));
    let stranger = HeadKey::from_seed([4; 32]);
    let signed = stranger.sign(head(&chain, 3).head);
    let unknown = Fault::UnknownKey { book_id: book(), seq: 3, key_id: stranger.public().id() };
    assert_eq!(check(&chain, vec![signed]), Err(unknown));
}
