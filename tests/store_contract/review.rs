use crate::stage::{NOW, Stage, step, values};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sohoa::domain::review::{BookStep, Decision, Refusal};
use sohoa::domain::{EntryState, FieldValue, TaskRole};
use sohoa::store::StoreError;
use std::collections::BTreeMap;

fn written(text: &str) -> FieldValue {
    FieldValue::written(text).unwrap()
}

pub async fn two_people_verify_an_entry(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    let typed = stage.db.entry("entry-0001").await.unwrap().unwrap();
    assert_eq!((typed.state, typed.submitted_by.as_deref()), (EntryState::Typed, Some("an")));
    let keyings = stage.db.keyings("entry-0001").await.unwrap();
    let keyed: Vec<_> = keyings.iter().map(|k| (k.key.as_str(), k.blind, k.value.text.as_str())).collect();
    assert_eq!(keyed, [("ho_ten", false, "Lê Thị Hoà"), ("ngay", true, "01/02/2016")]);

    let mut tx = stage.db.begin().await.unwrap();
    let mut case = tx.review_case("entry-0001").await.unwrap().unwrap();
    let all: BTreeMap<_, _> = case.fields.iter().map(|f| (f.key.clone(), Decision::Confirm)).collect();
    assert_eq!(case.verify("an", &all), Err(Refusal::SamePerson), "whatever account is used");
    drop(tx);

    stage.verify("entry-0001", "binh", Decision::Confirm).await;
    let verified = stage.db.entry("entry-0001").await.unwrap().unwrap();
    assert_eq!((verified.state, verified.verified_by.as_deref()), (EntryState::Verified, Some("binh")));
    let fields = stage.db.fields("entry-0001").await.unwrap();
    assert!(fields.iter().all(|f| f.settled));
    assert_eq!(fields[0].value, Some(written("Lê Thị Hoà")));
    let verdicts = stage.db.verdicts("entry-0001").await.unwrap();
    assert!(verdicts.len() == 2 && verdicts.iter().all(|v| v.decision == Decision::Confirm));
}

pub async fn a_dispute_goes_to_a_third_person(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    stage.verify("entry-0001", "binh", Decision::Replace(written("Lê Thị Hoa"))).await;
    assert_eq!(stage.db.entry("entry-0001").await.unwrap().unwrap().state, EntryState::Disputed);
    let fields = stage.db.fields("entry-0001").await.unwrap();
    assert_eq!(fields.iter().map(|f| f.settled).collect::<Vec<_>>(), [false, true]);
    let verdicts = stage.db.verdicts("entry-0001").await.unwrap();
    assert_eq!(verdicts[0].decision, Decision::Replace(written("Lê Thị Hoa")));
    assert_eq!(stage.claim(TaskRole::Adjudicator, "an").await, None);
    assert_eq!(stage.claim(TaskRole::Adjudicator, "binh").await, None);
    assert_eq!(stage.claim(TaskRole::Adjudicator, "chi").await.as_deref(), Some("entry-0001"));

    let mut tx = stage.db.begin().await.unwrap();
    let mut case = tx.review_case("entry-0001").await.unwrap().unwrap();
    let given = BTreeMap::from([("ho_ten".to_owned(), written("Lê Thị Huệ"))]);
    let done = case.adjudicate("chi", &given).unwrap();
    tx.save_adjudication(&case, &done, step("adjudicate", "chi")).await.unwrap();
    tx.commit().await.unwrap();
    let entry = stage.db.entry("entry-0001").await.unwrap().unwrap();
    assert_eq!((entry.state, entry.adjudicated_by.as_deref()), (EntryState::Adjudicated, Some("chi")));
    let fields = stage.db.fields("entry-0001").await.unwrap();
    assert_eq!(fields[0].value, Some(written("Lê Thị Huệ")));
    assert!(fields.iter().all(|f| f.settled));
    assert_eq!(stage.db.task_lease("entry-0001").await.unwrap(), None);
}

pub async fn a_blind_keying_of_another_person_settles_at_once(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    stage.submit("entry-0001", "an", "Lê Thị Hoà").await;
    let mut tx = stage.db.begin().await.unwrap();
    let mut case = tx.review_case("entry-0001").await.unwrap().unwrap();
    let blind = &case.fields[1].blind_keyings;
    assert_eq!(blind.iter().map(|k| k.person_id.as_str()).collect::<Vec<_>>(), ["an"]);
    let spelled_otherwise = Decision::Replace(written("01/02/2016."));
    let given =
        BTreeMap::from([("ho_ten".to_owned(), Decision::Confirm), ("ngay".to_owned(), spelled_otherwise)]);
    let done = case.verify("binh", &given).unwrap();
    assert_eq!(done.state, EntryState::Verified);
    tx.save_verification(&case, &done, step("verify", "binh")).await.unwrap();
    tx.commit().await.unwrap();
    let in_force = stage.db.fields("entry-0001").await.unwrap().remove(1).value;
    assert_eq!(in_force, Some(written("01/02/2016")), "as submitted: nobody looks at the other spelling");
}

/// Every way past the four eyes that raw SQL offers; `id` stands for a proposed entry.
const WAYS_AROUND: &[&str] = &[
    "UPDATE entry SET state = 'verified' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'typed' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'verified', submitted_by = 'an' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'verified', verified_by = 'an' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'verified', submitted_by = 'an', verified_by = 'an' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'proposed', submitted_by = 'an', verified_by = 'an' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'accepted', submitted_by = 'an' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'approved', submitted_by = 'an', verified_by = 'an' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'delivered' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'disputed', submitted_by = 'an' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'adjudicated', submitted_by = 'an', verified_by = 'binh' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'adjudicated', submitted_by = 'an', verified_by = 'binh', adjudicated_by = 'an'
      WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'adjudicated', submitted_by = 'an', verified_by = 'binh', adjudicated_by = 'binh'
      WHERE id = 'entry-0001'",
    "UPDATE entry SET adjudicated_by = 'chi' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'verified', submitted_by = 'an', verified_by = 'account-an-2'
      WHERE id = 'entry-0001'",
    "UPDATE entry SET state = 'done' WHERE id = 'entry-0001'",
    "UPDATE entry SET state = NULL WHERE id = 'entry-0001'",
    "INSERT INTO entry (id, book_id, page_id, ordinal, priority, state, submitted_by, kind, office, created_at,
      updated_at) VALUES ('x', 'book-1', 'page-0001', 99, 0, 'verified', 'an', 'KS', 'o', 0, 0)",
];

pub async fn the_database_itself_keeps_four_eyes_open(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    for sql in WAYS_AROUND {
        assert!(stage.refuses(sql).await, "the database takes: {sql}");
    }
    let honest = "UPDATE entry SET state = 'verified', submitted_by = 'an', verified_by = 'binh'
        WHERE id = 'entry-0001'";
    assert_eq!(stage.sql(honest).await.unwrap(), 1, "or the refusals above would mean nothing");
    let stolen = "UPDATE entry SET submitted_by = 'binh' WHERE id = 'entry-0001'";
    assert!(stage.refuses(stolen).await);
    assert!(stage.refuses("UPDATE entry SET verified_by = NULL WHERE id = 'entry-0001'").await);
    assert!(stage.refuses("DELETE FROM person WHERE id = 'an'").await);
}

pub async fn the_database_itself_keeps_values_whole(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    for sql in [
        "UPDATE field SET settled = 1 WHERE key = 'ho_ten'",
        "UPDATE field SET settled = 1, settled_by = 'an' WHERE key = 'ho_ten'",
        "UPDATE field SET state = 'written', text = '' WHERE key = 'ho_ten'",
        "UPDATE field SET state = 'blank', text = 'x' WHERE key = 'ho_ten'",
        "UPDATE field SET state = 'smudged', text = '' WHERE key = 'ho_ten'",
        "UPDATE field SET text = 'x' WHERE key = 'ho_ten'",
        "UPDATE book SET state = 'accepted' WHERE id = 'book-1'",
        "UPDATE book SET state = 'approved', accepted_by = 'an', accepted_at = 1 WHERE id = 'book-1'",
        "UPDATE page SET state = 'rejected' WHERE id = 'page-0001'",
        "UPDATE page SET reject_code = 'x' WHERE id = 'page-0001'",
        "DELETE FROM page WHERE id = 'page-0001'",
        "DELETE FROM book WHERE id = 'book-1'",
    ] {
        assert!(stage.refuses(sql).await, "the database takes: {sql}");
    }
}

pub async fn a_step_saved_twice_changes_nothing(stage: Stage) {
    let stage = stage.with_book().await;
    stage.entry(1).await;
    let mut tx = stage.db.begin().await.unwrap();
    let mut case = tx.review_case("entry-0001").await.unwrap().unwrap();
    let done = case.submit("an", &values("Lê Thị Hoà")).unwrap();
    tx.save_submission(&case, &done, step("s1", "an")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = stage.db.begin().await.unwrap();
    let again = tx.save_submission(&case, &done, step("s2", "binh")).await;
    assert!(matches!(again, Err(StoreError::LeaseLost)));
    drop(tx);
    let entry = stage.db.entry("entry-0001").await.unwrap().unwrap();
    assert_eq!(entry.submitted_by.as_deref(), Some("an"));
    assert_eq!(stage.db.keyings("entry-0001").await.unwrap().len(), 2);
}

/// One random act of one random person on one of the entries; refusals are part of the game.
async fn act(stage: &Stage, rng: &mut StdRng, n: u32) {
    let entry = format!("entry-{:04}", rng.random_range(1..=2));
    let person = ["an", "binh", "chi"][rng.random_range(0..3)];
    let id = format!("step-{n}");
    let mut tx = stage.db.begin().await.unwrap();
    let mut case = tx.review_case(&entry).await.unwrap().unwrap();
    let name = if rng.random() { "Lê Thị Hoà" } else { "Lê Thị Hoa" };
    let by = step(&id, person);
    match rng.random_range(0..5) {
        0 | 1 => {
            if let Ok(done) = case.submit(person, &values(name)) {
                tx.save_submission(&case, &done, by).await.unwrap();
            }
        }
        2 => {
            let on_name = if rng.random() { Decision::Confirm } else { Decision::Replace(written(name)) };
            let given =
                BTreeMap::from([("ho_ten".to_owned(), on_name), ("ngay".to_owned(), Decision::Confirm)]);
            if let Ok(done) = case.verify(person, &given) {
                tx.save_verification(&case, &done, by).await.unwrap();
            }
        }
        3 => {
            let given = case.disputed_keys().map(|k| (k.to_owned(), written(name))).collect();
            if let Ok(done) = case.adjudicate(person, &given) {
                tx.save_adjudication(&case, &done, by).await.unwrap();
            }
        }
        _ => {
            let book = tx.lock_book("book-1").await.unwrap().unwrap();
            let counts = tx.book_counts("book-1").await.unwrap();
            if book.state.after(BookStep::Accept, counts, None).is_ok() {
                tx.save_book_step("book-1", BookStep::Accept, person, NOW).await.unwrap();
            }
        }
    }
    tx.commit().await.unwrap();
}

pub async fn no_sequence_of_steps_gets_past_two_people(stage: Stage) {
    let stage = stage.with_book().await;
    let mut accepted = 0;
    for round in 0..12_u64 {
        for table in ["verdict", "adjudication", "keying", "field", "entry", "page"] {
            stage.sql(&format!("DELETE FROM {table}")).await.unwrap();
        }
        let reset = "UPDATE book SET state = 'open', accepted_by = NULL, accepted_at = NULL";
        stage.sql(reset).await.unwrap();
        stage.entry(1).await;
        stage.entry(2).await;
        let mut rng = StdRng::seed_from_u64(round);
        for n in 0..40 {
            act(&stage, &mut rng, n).await;
            let alone = "SELECT COUNT(*) FROM entry
                WHERE state IN ('verified', 'adjudicated', 'accepted')
                  AND (SELECT COUNT(DISTINCT person_id) FROM (SELECT entry_id, person_id FROM keying
                       UNION SELECT entry_id, person_id FROM verdict) p WHERE p.entry_id = entry.id) < 2";
            assert_eq!(stage.number(alone).await, 0, "round {round}, step {n}");
        }
        accepted += stage.number("SELECT COUNT(*) FROM entry WHERE state = 'accepted'").await;
    }
    assert!(accepted > 0, "the acts never got anywhere, so they prove nothing");
}
