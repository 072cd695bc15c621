use crate::stage::{NOW, Stage, claim, new_entry};
use sohoa::domain::review::{Aside, Decision, Refusal};
use sohoa::domain::{EntryState, FieldKind, NoteKind, RegisterKind, TaskRole};
use sohoa::store::{ClaimEntry, Entry, NewByHand, NewEntry, NewField, NewNote, StoreError};

fn fields() -> Vec<NewField> {
    let field = |key: &str, kind| NewField { key: key.into(), kind, quad: [[0.0; 2]; 4], blind: false };
    vec![field("ho_ten", FieldKind::PersonName), field("ngay", FieldKind::Date)]
}

async fn by_hand(stage: &Stage, id: &str, page_id: Option<&str>) -> Result<Option<Entry>, StoreError> {
    let new = NewByHand {
        id,
        book_id: "book-1",
        page_id,
        ordinals: (150, 151),
        kind: RegisterKind::Birth,
        office: "UBND xã Hoà Bình",
        form_id: "birth_2016",
        reason: "trang đã mủn",
        created_at: NOW,
        fields: &fields(),
    };
    let mut tx = stage.db.begin().await.unwrap();
    let made = tx.add_by_hand(&new).await?;
    tx.commit().await.unwrap();
    Ok(made)
}

pub async fn an_entry_without_a_page_is_typed_by_who_asks_for_it(stage: Stage) {
    let stage = stage.with_book().await;
    let made = by_hand(&stage, "hand-1", None).await.unwrap().unwrap();
    assert_eq!((made.state, made.page_id.as_deref()), (EntryState::Unscannable, None));
    assert_eq!(made.by_hand.as_deref(), Some("trang đã mủn"));
    assert_eq!(stage.claim(TaskRole::Typist, "an").await, None, "the queue does not hand it out");
    let this = ClaimEntry { entry_id: Some("hand-1"), ..claim(TaskRole::Typist, "an", "account-an", NOW) };
    assert_eq!(stage.db.claim_entry(&this).await.unwrap().as_deref(), Some("hand-1"));
    assert_eq!(stage.claim(TaskRole::Typist, "an").await.as_deref(), Some("hand-1"), "held until it is done");
    let other = ClaimEntry { person_id: "binh", account_id: "account-binh", ..this };
    assert_eq!(stage.db.claim_entry(&other).await.unwrap(), None, "one entry, one person");
    stage.submit("hand-1", "an", "Lê Thị Hoà").await;
    assert_eq!(stage.claim(TaskRole::Verifier, "an").await, None, "nobody verifies own work");
    let verifier = claim(TaskRole::Verifier, "an", "account-an", NOW);
    let own = ClaimEntry { entry_id: Some("hand-1"), ..verifier };
    assert_eq!(stage.db.claim_entry(&own).await.unwrap(), None, "not even by its name");
    assert_eq!(stage.claim(TaskRole::Verifier, "binh").await.as_deref(), Some("hand-1"));
    stage.verify("hand-1", "binh", Decision::Confirm).await;
    let done = stage.db.entry("hand-1").await.unwrap().unwrap();
    assert_eq!((done.state, done.priority), (EntryState::Verified, 1));
}

pub async fn entries_made_by_hand_stand_behind_those_of_their_page(stage: Stage) {
    let stage = stage.with_book().await;
    let page = stage.entry(1).await.page_id.unwrap();
    let first = by_hand(&stage, "hand-1", Some(&page)).await.unwrap().unwrap();
    assert_eq!((first.state, first.ordinal), (EntryState::Proposed, 150));
    assert_eq!(by_hand(&stage, "hand-2", None).await.unwrap().unwrap().ordinal, 151);
    assert_eq!(by_hand(&stage, "hand-3", None).await.unwrap(), None, "no room left");
    let listed = stage.db.entries_of_book("book-1", "so").await.unwrap();
    let ids: Vec<&str> = listed.iter().map(|e| e.entry.id.as_str()).collect();
    assert_eq!(ids, ["entry-0001", "hand-1", "hand-2"]);
    let keys: Vec<String> = stage.db.fields("hand-2").await.unwrap().into_iter().map(|f| f.key).collect();
    assert_eq!(keys, ["ho_ten", "ngay"]);
}

async fn set_aside(stage: &Stage, entry: &str, aside: &Aside) -> Result<(), StoreError> {
    let mut tx = stage.db.begin().await.unwrap();
    tx.set_aside(entry, aside, NOW + 1).await?;
    tx.commit().await
}

pub async fn what_is_no_entry_takes_two_people_and_comes_back_to_where_it_stood(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    assert!(stage.claim(TaskRole::Verifier, "chi").await.is_some());
    let aside = Aside { from: EntryState::Typed, reason: "ô trống".into(), by: Some("binh".into()) };
    let late = Aside { from: EntryState::Proposed, ..aside.clone() };
    assert!(matches!(set_aside(&stage, "entry-0001", &late).await, Err(StoreError::LeaseLost)));
    set_aside(&stage, "entry-0001", &aside).await.unwrap();
    let shown = stage.db.entry("entry-0001").await.unwrap().unwrap();
    assert_eq!((shown.state, shown.aside.as_ref()), (EntryState::SetAside, Some(&aside)));
    assert!(stage.db.task_lease("entry-0001").await.unwrap().is_none(), "taken out of the hand");
    assert_eq!(stage.claim(TaskRole::Verifier, "chi").await, None);
    let counts = stage.db.book_summary("book-1").await.unwrap().counts();
    assert_eq!((counts.entries, counts.open), (0, 1), "it waits for a second person");

    let mut tx = stage.db.begin().await.unwrap();
    assert!(matches!(
        tx.confirm_no_entry("entry-0001", "binh", NOW).await,
        Err(StoreError::Constraint { .. })
    ));
    drop(tx);
    let mut tx = stage.db.begin().await.unwrap();
    tx.confirm_no_entry("entry-0001", "chi", NOW + 2).await.unwrap();
    tx.commit().await.unwrap();
    let counts = stage.db.book_summary("book-1").await.unwrap().counts();
    assert_eq!((counts.entries, counts.open), (0, 0));
    let mut tx = stage.db.begin().await.unwrap();
    tx.restore_entry("entry-0001", EntryState::Typed, NOW + 3).await.unwrap();
    tx.commit().await.unwrap();
    let back = stage.db.entry("entry-0001").await.unwrap().unwrap();
    assert_eq!((back.state, back.aside, back.submitted_by.as_deref()), (EntryState::Typed, None, Some("an")));
    stage.verify("entry-0001", "chi", Decision::Confirm).await;
}

pub async fn a_place_without_ink_waits_for_a_person(stage: Stage) {
    let stage = stage.with_book().await;
    let page = stage.entry(1).await.page_id.unwrap();
    let empty = NewEntry { id: "empty-1".into(), ordinal: 2, is_empty: true, ..new_entry(1, &page) };
    let mut tx = stage.db.begin().await.unwrap();
    let made = tx.ensure_entry(&empty).await.unwrap();
    let again = tx.ensure_entry(&NewEntry { is_empty: false, ..empty.clone() }).await.unwrap();
    tx.commit().await.unwrap();
    let machine = Aside { from: EntryState::Proposed, reason: Aside::NO_INK.into(), by: None };
    assert_eq!((made.state, made.aside), (EntryState::SetAside, Some(machine)));
    assert_eq!(again.state, EntryState::SetAside, "reading again changes nothing");
    assert_eq!(stage.db.fields("empty-1").await.unwrap().len(), 2);
    let mut tx = stage.db.begin().await.unwrap();
    tx.restore_entry("empty-1", EntryState::Proposed, NOW + 1).await.unwrap();
    let again = tx.ensure_entry(&empty).await.unwrap();
    assert_eq!(again.state, EntryState::Proposed, "what a person brought back stays");
    tx.commit().await.unwrap();
}

async fn note(stage: &Stage, id: &str, text: &str) -> Result<(), StoreError> {
    let new = NewNote {
        id,
        entry_id: "entry-0001",
        book_id: "book-1",
        kind: NoteKind::Margin,
        noted_on: "03/05/2019",
        text,
        entered_by: "an",
        entered_at: NOW,
    };
    let mut tx = stage.db.begin().await.unwrap();
    tx.add_note(&new).await?;
    tx.commit().await
}

pub async fn notes_are_entered_by_one_and_checked_by_another(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    assert!(matches!(note(&stage, "note-0", "").await, Err(StoreError::Constraint { .. })));
    note(&stage, "note-1", "cải chính họ tên mẹ").await.unwrap();
    note(&stage, "note-2", "nhầm").await.unwrap();
    let mut tx = stage.db.begin().await.unwrap();
    assert_eq!(tx.book_counts("book-1").await.unwrap().notes, 2);
    let locked = tx.lock_note("note-1").await.unwrap().unwrap();
    assert_eq!(locked.people.may_check("an"), Err(Refusal::SamePerson));
    assert!(tx.check_note("note-1", "binh", NOW + 1).await.unwrap());
    assert!(!tx.check_note("note-1", "chi", NOW + 2).await.unwrap(), "once is enough");
    assert!(tx.drop_note("note-2", "an", "ghi nhầm trường hợp", NOW + 1).await.unwrap());
    assert!(!tx.drop_note("note-2", "an", "lần nữa", NOW + 2).await.unwrap());
    assert_eq!(tx.book_counts("book-1").await.unwrap().notes, 0);
    tx.commit().await.unwrap();
    let standing = stage.db.notes("entry-0001").await.unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!(
        (standing[0].text.as_str(), standing[0].noted_on.as_str()),
        ("cải chính họ tên mẹ", "03/05/2019")
    );
    assert_eq!(
        (standing[0].entered_name.as_str(), standing[0].people.checked_by.as_deref()),
        ("Nguyễn an", Some("binh"))
    );
    assert_eq!(stage.db.notes_of_book("book-1").await.unwrap(), standing);
}

pub async fn an_entry_goes_on_on_other_pages(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    for n in 2..=3 {
        stage.page(n).await;
    }
    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.add_continuation("entry-0001", "page-0003").await.unwrap());
    assert!(tx.add_continuation("entry-0001", "page-0002").await.unwrap());
    assert!(!tx.add_continuation("entry-0001", "page-0002").await.unwrap());
    tx.commit().await.unwrap();
    let pages = stage.db.continuations("entry-0001").await.unwrap();
    assert_eq!(pages.iter().map(|p| p.ordinal).collect::<Vec<_>>(), [2, 3]);
    let of_book = stage.db.continuations_of_book("book-1").await.unwrap();
    assert_eq!(of_book, [("entry-0001".to_owned(), 2), ("entry-0001".to_owned(), 3)]);
    let mut tx = stage.db.begin().await.unwrap();
    assert!(tx.remove_continuation("entry-0001", "page-0002").await.unwrap());
    assert!(!tx.remove_continuation("entry-0001", "page-0002").await.unwrap());
    assert!(tx.add_continuation("entry-0001", "no such page").await.is_err());
}

pub async fn the_database_itself_refuses_what_one_person_says_alone(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    by_hand(&stage, "hand-1", None).await.unwrap();
    note(&stage, "note-1", "ghi chú").await.unwrap();
    for sql in [
        "UPDATE entry SET page_id = NULL WHERE id = 'entry-0001'",
        "UPDATE entry SET by_hand = NULL WHERE id = 'hand-1'",
        "UPDATE entry SET by_hand = '' WHERE id = 'hand-1'",
        "UPDATE entry SET form_id = NULL WHERE id = 'hand-1'",
        "UPDATE entry SET state = 'proposed' WHERE id = 'hand-1'",
        "UPDATE entry SET state = 'unscannable' WHERE id = 'entry-0001'",
        "UPDATE entry SET state = 'typed' WHERE id = 'hand-1'",
        "UPDATE entry SET state = 'verified', submitted_by = 'an' WHERE id = 'hand-1'",
        "UPDATE entry SET state = 'set_aside' WHERE id = 'entry-0001'",
        "UPDATE entry SET state = 'set_aside', set_aside_from = 'proposed' WHERE id = 'entry-0001'",
        "UPDATE entry SET state = 'no_entry', set_aside_from = 'proposed', set_aside_reason = 'x' WHERE id = 'entry-0001'",
        "UPDATE entry SET state = 'no_entry', set_aside_from = 'proposed', set_aside_reason = 'x', set_aside_by = 'an', set_aside_checked_by = 'an' WHERE id = 'entry-0001'",
        "UPDATE entry_note SET checked_by = 'an', checked_at = 1 WHERE id = 'note-1'",
        "UPDATE entry_note SET checked_by = 'nobody', checked_at = 1 WHERE id = 'note-1'",
        "UPDATE entry_note SET text = '' WHERE id = 'note-1'",
    ] {
        assert!(stage.refuses(sql).await, "{sql}");
    }
    let allowed = "UPDATE entry SET state = 'no_entry', set_aside_from = 'proposed', set_aside_reason = 'x',
        set_aside_by = 'an', set_aside_checked_by = 'binh' WHERE id = 'entry-0001'";
    assert_eq!(stage.sql(allowed).await.unwrap(), 1);
}
