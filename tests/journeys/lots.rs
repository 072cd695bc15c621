//! Acceptance by sampling: lots are drawn, inspected by people who had no part in the work, and accepted or sent back
//! whole.

use crate::house::acts::{EVERY_ROLE, confirm_all};
use crate::house::{Answer, Client, House, Json, pages};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sohoa::domain::AccountRole::{Admin, Supervisor};
use sohoa::domain::acceptance::{Sampling, sample};
use std::collections::BTreeSet;

/// A house with a typist, a verifier and two inspectors; everybody has every role.
struct Office {
    house: House,
    an: Client,
    binh: Client,
    chi: Client,
    dung: Client,
    pages: u32,
}

impl Office {
    async fn open() -> Self {
        let house = House::open().await;
        let an = house.user("an", &EVERY_ROLE).await;
        let binh = house.user("binh", &EVERY_ROLE).await;
        let chi = house.user("chi", &EVERY_ROLE).await;
        let dung = house.user("dung", &EVERY_ROLE).await;
        Self { house, an, binh, chi, dung, pages: 0 }
    }

    /// A finished book: typed by An, verified by Bình.
    async fn book(&mut self, entries: u32) -> String {
        let book = self.an.book(&format!("{}", self.pages + 1)).await;
        for _ in 0..entries {
            self.pages += 1;
            self.house.another_entry(&self.an, &book, self.pages).await;
            self.an.type_next().await;
            self.binh.confirm_next().await;
        }
        book
    }

    /// Inspects the whole sample; of the first `wrong` entries the number is read otherwise.
    async fn inspect_all(&self, inspector: &Client, lot: &str, wrong: usize) -> Value {
        let mut outcome = Value::Null;
        for i in 0.. {
            let task = next(inspector, lot).await;
            if task.status == StatusCode::NO_CONTENT {
                break;
            }
            let task = task.expect(StatusCode::OK);
            let mut answers = self.house.truthful(&task).await;
            if i < wrong {
                answers["so"] = json!({ "decision": "replace", "state": "written", "text": "75" });
            }
            outcome = inspect(inspector, lot, &task, &answers).await.expect(StatusCode::OK);
        }
        outcome
    }

    async fn lot(&self, books: &[&String]) -> String {
        self.chi
            .post("/api/v1/lots", &json!({ "book_ids": books }))
            .await
            .expect(StatusCode::CREATED)
            .text("id")
    }

    /// A lot of one entry that is found wrong, made by Chi and inspected by her: it is sent back.
    async fn lot_sent_back(&mut self) {
        let book = self.book(1).await;
        let lot = self.lot(&[&book]).await;
        assert_eq!(self.inspect_all(&self.chi, &lot, 1).await["state"], "not_accepted");
        self.binh.confirm_next().await;
        self.house.clock.advance(std::time::Duration::from_secs(1));
    }
}

async fn next(inspector: &Client, lot: &str) -> Answer {
    inspector.post(&format!("/api/v1/lots/{lot}/inspections/next"), &json!({})).await
}

async fn inspect(inspector: &Client, lot: &str, task: &Value, answers: &Value) -> Answer {
    let path = format!("/api/v1/lots/{lot}/inspections/{}", task["entry"].text("id"));
    inspector.post(&path, &json!({ "fields": answers })).await
}

async fn shown(client: &Client, lot: &str) -> Value {
    client.get(&format!("/api/v1/lots/{lot}")).await.expect(StatusCode::OK)
}

async fn book_state(client: &Client, book: &str) -> (String, Value) {
    let book = client.get(&format!("/api/v1/books/{book}")).await.expect(StatusCode::OK);
    (book.text("state"), book["entries"].clone())
}

#[tokio::test]
async fn a_lot_is_drawn_inspected_by_a_third_person_accepted_approved_and_delivered() {
    let mut office = Office::open().await;
    let books = [office.book(2).await, office.book(2).await];
    let alone = office.chi.post(&format!("/api/v1/books/{}/acceptance", books[0]), &json!({})).await;
    assert_eq!(alone.refusal(), (409, "needs_lot".into()));

    let wish = json!({ "book_ids": books });
    let plan = office.chi.post("/api/v1/lots/plan", &wish).await.expect(StatusCode::OK);
    assert_eq!((&plan["size"], &plan["sample_size"], &plan["accept"]), (&json!(4), &json!(4), &json!(0)));
    assert_eq!((&plan["severity"], &plan["advised"]), (&json!("normal"), &json!("limiting_quality")));
    assert_eq!(plan["curve"].as_array().unwrap().len(), 41);
    let lot = office.lot(&[&books[0], &books[1]]).await;
    assert_eq!(office.chi.post("/api/v1/lots", &wish).await.refusal(), (409, "wrong_book_state".into()));
    assert_eq!(book_state(&office.an, &books[0]).await.0, "in_lot");
    let late = office.an.upload(&books[0], "late.jpg", pages::jpeg(999)).await;
    assert_eq!(late.refusal(), (409, "book_closed".into()));

    for worker in [&office.an, &office.binh] {
        assert_eq!(next(worker, &lot).await.status, StatusCode::NO_CONTENT, "{}", worker.username);
        assert_eq!(shown(worker, &lot).await["left_for_me"], 0);
    }
    let before = shown(&office.chi, &lot).await;
    assert_eq!((&before["left_for_me"], &before["state"]), (&json!(4), &json!("inspection")));
    assert!(before.get("result").is_none() && !before.to_string().contains("seed"), "{before}");
    let outcome = office.inspect_all(&office.chi, &lot, 0).await;
    assert_eq!(outcome, json!({ "state": "accepted", "inspected": 4, "sample_size": 4 }));

    let after = shown(&office.chi, &lot).await;
    let result = &after["result"];
    assert_eq!((&result["entries"]["wrong"], &result["entries"]["inspected"]), (&json!(0), &json!(4)));
    assert_eq!(result["fields"]["inspected"], 4 * 29);
    assert_eq!(result["entries"]["high"], 0.0, "all of it was inspected");
    assert_eq!(result["planted"], result["planted_found"]);
    let mut ids = Vec::new();
    for book in &books {
        assert_eq!(book_state(&office.an, book).await, ("accepted".into(), json!({ "accepted": 2 })));
        let entries = office.an.get(&format!("/api/v1/books/{book}/entries")).await.expect(StatusCode::OK);
        ids.extend(entries["entries"].as_array().unwrap().iter().map(|entry| entry.text("id")));
        office.dung.post(&format!("/api/v1/books/{book}/approval"), &json!({})).await.expect(StatusCode::OK);
        let delivered = office.dung.post(&format!("/api/v1/books/{book}/deliveries"), &json!({})).await;
        delivered.expect(StatusCode::CREATED);
    }
    let seed = hex::decode(result.text("seed")).unwrap();
    let drawn = sample(&seed, ids.iter().map(String::as_str), 4);
    assert_eq!(json!(drawn), result["sample"], "anybody can draw it again");
    assert!(office.house.app.verify_audit(&[], &[]).await.unwrap().events > 30);
}

#[tokio::test]
async fn a_sample_is_no_larger_than_its_plan_and_shared_among_inspectors() {
    let mut office = Office::open().await;
    // AQL 10 at level II: letter C, five of twelve, one wrong entry is borne.
    set_aql(&office, 10.0).await;
    let book = office.book(12).await;
    let lot = office.lot(&[&book]).await;
    let one = next(&office.chi, &lot).await.expect(StatusCode::OK);
    let other = next(&office.dung, &lot).await.expect(StatusCode::OK);
    assert_ne!(one["entry"]["id"], other["entry"]["id"]);
    assert_eq!(
        next(&office.chi, &lot).await.json()["entry"]["id"],
        one["entry"]["id"],
        "the same comes again"
    );
    let stolen = inspect(&office.chi, &lot, &other, &office.house.truthful(&other).await).await;
    assert_eq!(stolen.refusal(), (409, "lease_lost".into()));
    let path = format!("/api/v1/lots/{lot}/inspections/{}/draft", one["entry"].text("id"));
    let draft = json!({ "at": "so" });
    assert_eq!(office.chi.put(&path, &draft).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.dung.put(&path, &draft).await.refusal(), (409, "lease_lost".into()));
    assert_eq!(next(&office.chi, &lot).await.json()["draft"], draft);
    assert_eq!(office.inspect_all(&office.dung, &lot, 0).await["inspected"], 4, "one is in Chi's hand");
    assert_eq!(office.inspect_all(&office.chi, &lot, 0).await["state"], "accepted");
    let rate = shown(&office.chi, &lot).await["result"]["entries"]["high"].as_f64().unwrap();
    assert!((0.52..0.53).contains(&rate), "none of five wrong says little: {rate}");
    assert_eq!(book_state(&office.an, &book).await, ("accepted".into(), json!({ "accepted": 12 })));
}

async fn set_aql(office: &Office, percent: f64) {
    let sampling = Sampling { aql_percent: percent, ..Sampling::default() };
    let terms = json!({ "sampling": sampling });
    office.chi.put("/api/v1/sampling", &terms).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn an_inspector_sees_ink_and_values_and_nothing_of_people_machine_or_history() {
    let mut office = Office::open().await;
    let book = office.book(1).await;
    let lot = office.lot(&[&book]).await;
    let task = next(&office.chi, &lot).await.expect(StatusCode::OK);
    let text = task.to_string();
    for hidden in
        ["proposal", "confidence", "machine_differs", "hint", &office.an.person_id, "Người an", "seed"]
    {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    let all = task["fields"].as_array().unwrap();
    assert_eq!(all.len(), 29);
    assert!(all.iter().all(|f| f["value"]["state"].is_string() && f["blind"] == false), "{text}");
    assert!(task["entry"].get("number").is_none(), "the number is a field like any other");
    let entry = task["entry"].text("id");
    let aside = office.chi.get(&format!("/api/v1/entries/{entry}")).await.expect(StatusCode::OK);
    assert!(
        aside.get("values").is_none() && aside["entry"].get("number").is_none(),
        "no other way in: {aside}"
    );
    let mut without = office.house.truthful(&task).await;
    without["so"] = json!({ "decision": "reject" });
    let refused = inspect(&office.chi, &lot, &task, &without).await;
    assert_eq!(refused.refusal(), (422, "bad_fields".into()), "a wrong field needs what stands there");
}

#[tokio::test]
async fn an_accepted_lots_wrong_fields_are_settled_by_another_person_before_approval() {
    let mut office = Office::open().await;
    set_aql(&office, 10.0).await;
    let book = office.book(5).await;
    let lot = office.lot(&[&book]).await;
    assert_eq!(office.inspect_all(&office.chi, &lot, 1).await["state"], "accepted");
    let (state, entries) = book_state(&office.an, &book).await;
    assert_eq!((state.as_str(), entries), ("accepted", json!({ "accepted": 4, "disputed": 1 })));
    let result = shown(&office.dung, &lot).await["result"].clone();
    assert_eq!((&result["entries"]["wrong"], &result["fields"]["wrong"]), (&json!(1), &json!(1)));
    let finding = &result["findings"][0];
    assert_eq!((finding.text("key").as_str(), &finding["found"]["text"]), ("so", &json!("75")));
    assert_eq!(finding["recorded"]["text"], "57");

    let approve = format!("/api/v1/books/{book}/approval");
    assert_eq!(office.dung.post(&approve, &json!({})).await.refusal(), (409, "unfinished".into()));
    for party in [&office.an, &office.binh, &office.chi] {
        assert_eq!(party.next("adjudicator").await.status, StatusCode::NO_CONTENT, "{}", party.username);
        let entry = finding.text("entry_id");
        let own = party.settle(&entry, &json!({ "so": { "state": "written", "text": "75" } })).await;
        assert_eq!(own.refusal(), (403, "same_person".into()), "{}", party.username);
    }
    let task = office.dung.take("adjudicator").await;
    let disputed = task["fields"].as_array().unwrap();
    let texts: Vec<&Value> =
        disputed[0]["candidates"].as_array().unwrap().iter().map(|c| &c["text"]).collect();
    assert_eq!((disputed.len(), texts), (1, vec![&json!("57"), &json!("75")]));
    let settled = json!({ "so": { "state": "written", "text": "75" } });
    office.dung.settle(&task["entry"].text("id"), &settled).await.expect(StatusCode::OK);
    office.dung.post(&approve, &json!({})).await.expect(StatusCode::OK);
    assert_eq!(book_state(&office.an, &book).await, ("approved".into(), json!({ "approved": 5 })));
}

#[tokio::test]
async fn a_lot_that_is_not_accepted_goes_back_whole_with_its_reasons() {
    let mut office = Office::open().await;
    let book = office.book(3).await;
    let lot = office.lot(&[&book]).await;
    assert_eq!(office.inspect_all(&office.chi, &lot, 1).await["state"], "not_accepted");
    assert_eq!(book_state(&office.an, &book).await, ("open".into(), json!({ "typed": 3 })));
    let again = json!({ "book_ids": [book] });
    assert_eq!(office.chi.post("/api/v1/lots", &again).await.refusal(), (409, "unfinished".into()));

    let wrong = shown(&office.chi, &lot).await["result"]["findings"][0].text("entry_id");
    for barred in [&office.an, &office.chi] {
        let taken = barred.take_this("verifier", &wrong).await;
        assert_eq!(taken.status, StatusCode::NO_CONTENT, "{}", barred.username);
    }
    let task = office.binh.take_this("verifier", &wrong).await.expect(StatusCode::OK);
    let number = task["fields"].as_array().unwrap().iter().find(|f| f["key"] == "so").unwrap().clone();
    assert_eq!((&number["reason"], &number["attention"]), (&json!("found_wrong"), &json!(true)));
    assert_eq!(number["value"]["text"], "57", "who checks again looks at the ink");
    let mut verdicts = confirm_all(&task);
    verdicts["so"] = json!({ "decision": "replace", "state": "written", "text": "75" });
    assert_eq!(office.binh.judge(&wrong, &verdicts).await.expect(StatusCode::OK)["state"], "disputed");
    office.dung.take("adjudicator").await;
    office
        .dung
        .settle(&wrong, &json!({ "so": { "state": "written", "text": "75" } }))
        .await
        .expect(StatusCode::OK);
    office.binh.confirm_next().await;
    office.dung.confirm_next().await;

    let again = office.lot(&[&book]).await;
    assert_eq!(shown(&office.chi, &again).await["is_first"], false);
    // Who settled or verified an entry again does not inspect it; Chi inspected it before and may.
    assert_eq!(shown(&office.dung, &again).await["left_for_me"], 1);
    assert_eq!(office.inspect_all(&office.chi, &again, 0).await["state"], "accepted");
    assert_eq!(book_state(&office.an, &book).await.0, "accepted");
}

#[tokio::test]
async fn who_overlooks_a_planted_mistake_looks_again_and_it_is_told() {
    let mut office = Office::open().await;
    let book = office.book(8).await;
    let lot = office.lot(&[&book]).await;
    let (mut overlooked, mut untouched) = (0, BTreeSet::new());
    for _ in 0..8 {
        let task = next(&office.chi, &lot).await.expect(StatusCode::OK);
        let blindly = inspect(&office.chi, &lot, &task, &confirm_all(&task)).await;
        if blindly.status == StatusCode::OK {
            untouched.insert(task["entry"].text("id"));
            continue;
        }
        assert_eq!(blindly.refusal(), (409, "overlooked".into()));
        overlooked += 1;
        let again = next(&office.chi, &lot).await.expect(StatusCode::OK);
        assert_eq!(again["fields"], task["fields"], "the same mistake is shown again");
        let answers = office.house.truthful(&task).await;
        assert_eq!(answers.as_object().unwrap().values().filter(|a| a["decision"] == "replace").count(), 1);
        inspect(&office.chi, &lot, &task, &answers).await.expect(StatusCode::OK);
    }
    let result = shown(&office.chi, &lot).await["result"].clone();
    assert_eq!((&result["planted"], &result["planted_found"]), (&json!(overlooked), &json!(0)));
    assert_eq!((untouched.len() + overlooked, &result["entries"]["wrong"]), (8, &json!(0)));
    let (state, entries) = book_state(&office.an, &book).await;
    assert_eq!(
        (state.as_str(), entries),
        ("accepted", json!({ "accepted": 8 })),
        "nothing planted enters a record"
    );
}

#[tokio::test]
async fn an_inspection_sent_twice_counts_once() {
    let mut office = Office::open().await;
    let book = office.book(2).await;
    let lot = office.lot(&[&book]).await;
    let task = next(&office.chi, &lot).await.expect(StatusCode::OK);
    let answers = office.house.truthful(&task).await;
    let first = inspect(&office.chi, &lot, &task, &answers).await.expect(StatusCode::OK);
    let again = inspect(&office.chi, &lot, &task, &answers).await.expect(StatusCode::OK);
    assert_eq!((&first["inspected"], &first), (&json!(1), &again));
    let mut others = answers.clone();
    others["so"] = json!({ "decision": "replace", "state": "written", "text": "75" });
    let changed = inspect(&office.chi, &lot, &task, &others).await;
    assert_eq!(changed.refusal(), (409, "not_under_inspection".into()));
    let by_another = inspect(&office.dung, &lot, &task, &answers).await;
    assert_eq!(by_another.refusal(), (409, "not_under_inspection".into()));
    assert_eq!(inspect(&office.an, &lot, &task, &answers).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn inspection_is_tightened_stopped_and_taken_up_again() {
    let mut office = Office::open().await;
    let procedure = async |office: &Office| {
        let lots = office.chi.get("/api/v1/lots").await.expect(StatusCode::OK);
        lots["sources"][0].text("procedure")
    };
    let improved = json!({ "kind": "KS", "reason": "đã tập huấn lại" });
    office.lot_sent_back().await;
    assert_eq!(procedure(&office).await, "normal");
    let early = office.chi.post("/api/v1/lots/improvements", &improved).await;
    assert_eq!(early.refusal(), (409, "inspection_not_stopped".into()));
    office.lot_sent_back().await;
    assert_eq!(procedure(&office).await, "tightened");
    for _ in 0..5 {
        office.lot_sent_back().await;
    }
    assert_eq!(procedure(&office).await, "stopped");
    let book = office.book(1).await;
    let wish = json!({ "book_ids": [book], "scheme": "limiting_quality" });
    assert_eq!(office.chi.post("/api/v1/lots", &wish).await.refusal(), (409, "inspection_stopped".into()));
    let told = office.chi.post("/api/v1/lots/improvements", &improved).await;
    assert_eq!(told.status, StatusCode::NO_CONTENT);
    assert_eq!(procedure(&office).await, "tightened");
    let plan = office.chi.post("/api/v1/lots/plan", &json!({ "book_ids": [book] })).await;
    assert_eq!(plan.expect(StatusCode::OK)["severity"], "tightened");
    let other = json!({ "contractor": "Công ty B" });
    office.an.put(&format!("/api/v1/books/{book}/contractor"), &other).await.expect(StatusCode::OK);
    let plan = office.chi.post("/api/v1/lots/plan", &json!({ "book_ids": [book] })).await;
    assert_eq!(plan.expect(StatusCode::OK)["severity"], "normal", "another contractor");
}

#[tokio::test]
async fn books_of_different_sources_make_no_lot_and_inputs_are_checked() {
    let mut office = Office::open().await;
    let (one, other) = (office.book(1).await, office.book(1).await);
    let contractor = json!({ "contractor": " Công ty  B " });
    let path = format!("/api/v1/books/{other}/contractor");
    let set = office.an.put(&path, &contractor).await.expect(StatusCode::OK);
    assert_eq!(set["contractor"], "Công ty B");
    let both = json!({ "book_ids": [one, other] });
    assert_eq!(office.chi.post("/api/v1/lots", &both).await.refusal(), (409, "lot_mixed".into()));
    let none = office.chi.post("/api/v1/lots", &json!({ "book_ids": [] })).await;
    assert_eq!(none.refusal(), (422, "bad_input".into()));
    let missing = office.chi.post("/api/v1/lots", &json!({ "book_ids": ["no-such-book"] })).await;
    assert_eq!(missing.refusal(), (404, "not_found".into()));
    assert_eq!(next(&office.chi, "no-such-lot").await.refusal(), (404, "not_found".into()));
    let typist = office.house.user("em", &EVERY_ROLE[..2]).await;
    assert_eq!(typist.post("/api/v1/lots", &both).await.refusal(), (403, "not_allowed".into()));
    assert_eq!(typist.get("/api/v1/lots").await.refusal(), (403, "not_allowed".into()));
    let lot = office.lot(&[&other]).await;
    let late = office.an.put(&path, &json!({ "contractor": "" })).await;
    assert_eq!(late.refusal(), (409, "wrong_book_state".into()));
    assert_eq!(shown(&office.chi, &lot).await["contractor"], "Công ty B");
}

#[tokio::test]
async fn terms_are_the_norms_and_only_an_administrator_does_without_sampling() {
    let house = House::open().await;
    let (supervisor, admin) = (house.user("td", &[Supervisor]).await, house.user("qt", &[Admin]).await);
    let terms = supervisor.get("/api/v1/sampling").await.expect(StatusCode::OK);
    assert_eq!((&terms["sampling"]["aql_percent"], &terms["sampling"]["level"]), (&json!(1.0), &json!("ii")));
    assert_eq!(terms["aql_steps"].as_array().unwrap().len(), 16);
    let wrong = supervisor.put("/api/v1/sampling", &json!({ "sampling": { "aql_percent": 1.1 } })).await;
    assert_eq!(wrong.refusal(), (422, "bad_input".into()));
    assert_eq!(admin.put("/api/v1/sampling", &json!({})).await.status, StatusCode::BAD_REQUEST);
    let none = json!({ "sampling": null });
    assert_eq!(supervisor.put("/api/v1/sampling", &none).await.refusal(), (403, "not_allowed".into()));
    assert_eq!(admin.put("/api/v1/sampling", &none).await.expect(StatusCode::OK)["sampling"], Value::Null);
    let book = supervisor.book("1").await;
    let lot = supervisor.post("/api/v1/lots", &json!({ "book_ids": [book] })).await;
    assert_eq!(lot.refusal(), (409, "no_sampling".into()));
}
