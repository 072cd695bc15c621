//! The life of a model: tried out in the shadow, activated for a project or a kind, taken back.

use crate::house::acts::{EVERY_ROLE, as_proposed};
use crate::house::reader::{OtherReader, made_up};
use crate::house::{Client, House, Json, pages};
use axum::http::StatusCode;
use serde_json::Value;
use sohoa::app::{Error, NewModel, Operator, Settings};
use sohoa::domain::{AccountRole, FieldKind, ModelVersion, Scope};
use sohoa::store::{Project, Proposal};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn other(version: &str) -> ModelVersion {
    ModelVersion::new("other", version).unwrap()
}

pub fn at_the_machine() -> Operator {
    Operator { me: None, seat: "uid 7".into() }
}

fn of_kind(kind: FieldKind) -> Scope {
    Scope { project_id: None, kind: Some(kind) }
}

impl House {
    /// A model that reads in the shadow, or not.
    pub async fn add_other(&self, version: &str, shadow: bool) -> Arc<OtherReader> {
        let reader = Arc::new(OtherReader::new(version));
        self.others.lock().unwrap().insert(other(version).to_string(), Arc::clone(&reader));
        let new = NewModel { id: other(version), checksum: format!("{version:a>64}"), shadow };
        assert!(self.app.add_model(&at_the_machine(), &new).await.unwrap());
        reader
    }

    async fn activate(&self, version: &str, scope: &Scope) {
        self.app.activate_model(&at_the_machine(), &other(version), scope).await.unwrap();
    }

    async fn proposals(&self, entry: &str) -> Vec<Proposal> {
        self.app.store.proposals(entry).await.unwrap()
    }

    async fn page_of(&self, uploader: &Client, book: &str, number: u32) -> String {
        let page = uploader.upload(book, "1.jpg", pages::jpeg(number)).await;
        page.expect(StatusCode::CREATED).text("id")
    }

    /// Action and circumstances of what was done to models, oldest first.
    async fn model_events(&self) -> Vec<(String, Value)> {
        let records = self.app.store.audit_records("system", 0, 100).await.unwrap();
        let told = records.into_iter().map(|r| (r.event.action, r.event.detail.parse().unwrap()));
        told.filter(|(action, _): &(String, Value)| action.starts_with("model.")).collect()
    }
}

#[tokio::test]
async fn a_model_in_the_shadow_reads_what_is_read_and_no_clerk_sees_it() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let (book, before) = house.one_entry(&an, 1).await;
    let shadow = house.add_other("2", true).await;
    let entry = house.another_entry(&an, &book, 2).await;

    assert_eq!(house.proposals(&before).await.len(), 29, "pages read before are left alone");
    let proposals = house.proposals(&entry).await;
    let of_shadow: Vec<&Proposal> = proposals.iter().filter(|p| p.shadow).collect();
    assert_eq!((proposals.len(), of_shadow.len()), (58, 29));
    assert!(of_shadow.iter().all(|p| p.reader.model == "other" && p.reader.version == "2"));
    let fields = house.app.store.fields(&entry).await.unwrap();
    assert!(fields.iter().all(|f| f.value.is_none() && !f.settled), "the shadow decides nothing");

    let task = an.take("typist").await;
    assert!(!task.to_string().contains("Hoà 2"), "{task}");
    let second =
        an.post("/api/v1/tasks/next", &serde_json::json!({"role": "typist", "except": [before]})).await;
    let second = second.expect(StatusCode::OK);
    assert_eq!(second["entry"].text("id"), entry);
    let shown = second["fields"].as_array().unwrap().iter().find(|f| f["kind"] == "person_name").unwrap();
    assert_eq!(shown["proposal"]["text"], made_up(FieldKind::PersonName));
    assert_eq!(shadow.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_page_that_the_shadow_cannot_read_is_as_well_off_as_without_it() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let shadow = house.add_other("2", true).await;
    shadow.finds_bad.store(true, Ordering::SeqCst);
    let (book, entry) = house.one_entry(&an, 1).await;
    assert_eq!((house.proposals(&entry).await.len(), shadow.asked.load(Ordering::SeqCst)), (29, 1));

    house.others.lock().unwrap().clear();
    let entry = house.another_entry(&an, &book, 2).await;
    assert_eq!(house.proposals(&entry).await.len(), 29);
    let summary = an.get("/api/v1/jobs/summary").await.json();
    assert_eq!((&summary["ready"], &summary["dead"]), (&1.into(), &0.into()), "it waits for its folder");
    house.app.set_shadow(&at_the_machine(), &other("2"), false).await.unwrap();
    house.clock.advance(Duration::from_secs(60));
    assert_eq!(house.work().await, 1);
    assert_eq!(house.proposals(&entry).await.len(), 29, "taken out of the shadow, it reads nothing more");
    an.type_next().await;
}

#[tokio::test]
async fn live_pages_come_first_and_the_shadow_never_piles_up() {
    let house = House::open_with(Settings { shadow_backlog: 2, ..Settings::default() }).await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    house.add_other("2", true).await;
    for n in 1..=5 {
        house.page_of(&an, &book, n).await;
    }
    let runner = house.runner();
    house.check_pages().await;
    assert_eq!(runner.run_until_idle().await.unwrap(), 5 + 2, "five pages, two of them in the shadow too");
    assert_eq!(house.reader.asked.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_model_active_for_a_kind_reads_that_kind_until_it_is_taken_back_without_a_restart() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let book = an.book("1").await;
    let runner = house.runner();
    house.add_other("2", false).await;
    house.add_other("3", false).await;
    let names = of_kind(FieldKind::PersonName);
    let reads = async |number: u32| {
        let page = house.page_of(&an, &book, number).await;
        house.check_pages().await;
        runner.run_until_idle().await.unwrap();
        let entries = house.app.store.entries_of_page(&page).await.unwrap();
        let shown = house.app.store.shown_proposals(&entries[0].id).await.unwrap();
        assert_eq!(house.proposals(&entries[0].id).await.len(), 29, "one reading for each field");
        ["nks_ho_ten", "so"].map(|key| format!("{} {}", shown[key].reader.version, shown[key].value.text))
    };
    assert_eq!(reads(1).await, ["1 Nguyễn Thị Hoà", "1 57"]);
    house.activate("2", &names).await;
    assert_eq!(reads(2).await, ["2 Nguyễn Thị Hoà 2", "1 57"]);
    house.activate("3", &names).await;
    house.activate("2", &Scope::default()).await;
    assert_eq!(reads(3).await, ["3 Nguyễn Thị Hoà 3", "2 57 2"]);
    let back = house.app.roll_back_model(&at_the_machine(), &names).await.unwrap();
    assert_eq!((back.before, back.after), (Some(other("3")), Some(other("2"))));
    assert_eq!(reads(4).await, ["2 Nguyễn Thị Hoà 2", "2 57 2"]);
    house.app.roll_back_model(&at_the_machine(), &Scope::default()).await.unwrap();
    house.app.roll_back_model(&at_the_machine(), &names).await.unwrap();
    assert_eq!(reads(5).await, ["1 Nguyễn Thị Hoà", "1 57"]);
    let nothing = house.app.roll_back_model(&at_the_machine(), &names).await;
    assert!(matches!(nothing, Err(Error::NothingActivated)), "{nothing:?}");
}

#[tokio::test]
async fn a_person_s_work_stands_whatever_model_is_active_afterwards() {
    let house = House::open().await;
    let (an, binh) = (house.user("an", &EVERY_ROLE).await, house.user("binh", &EVERY_ROLE).await);
    let (_, entry) = house.one_entry(&an, 1).await;
    let task = an.take("typist").await;
    let typed = as_proposed(&task);
    house.add_other("2", true).await;
    house.activate("2", &Scope::default()).await;
    house.work().await;
    an.key(&entry, &typed).await.expect(StatusCode::OK);
    assert_eq!(binh.confirm_next().await.0, entry);
    let fields = house.app.store.fields(&entry).await.unwrap();
    assert!(fields.iter().all(|f| f.settled && !f.value.as_ref().unwrap().text.ends_with(" 2")));
}

#[tokio::test]
async fn a_model_that_is_gone_keeps_its_pages_waiting_and_others_go_on() {
    let house = House::open().await;
    let an = house.user("an", &EVERY_ROLE).await;
    let mut project = house.app.ensure_project().await.unwrap();
    let here = Scope { project_id: Some(project.id.clone()), kind: None };
    let book = an.book("1").await;
    project = Project { id: "project-2".into(), name: "Dự án hai".into(), ..project };
    let mut elsewhere = house.app.store.book(&book).await.unwrap().unwrap();
    elsewhere = sohoa::store::Book {
        id: "book-2".into(),
        project_id: project.id.clone(),
        number: "2".into(),
        ..elsewhere
    };
    let mut tx = house.app.store.begin().await.unwrap();
    tx.put_project(&project).await.unwrap();
    tx.add_book(&elsewhere).await.unwrap();
    tx.commit().await.unwrap();

    house.add_other("2", false).await;
    house.activate("2", &here).await;
    house.others.lock().unwrap().clear();
    let waits = house.page_of(&an, &book, 1).await;
    let goes_on = house.page_of(&an, "book-2", 2).await;
    let state = async |page: &str| an.get(&format!("/api/v1/pages/{page}")).await.json().text("state");
    for _ in 0..20 {
        house.work().await;
        house.clock.advance(Duration::from_secs(60));
    }
    assert_eq!((state(&waits).await.as_str(), state(&goes_on).await.as_str()), ("received", "read"));
    let summary = an.get("/api/v1/jobs/summary").await.json();
    assert_eq!((&summary["ready"], &summary["dead"]), (&1.into(), &0.into()), "twenty tries are no failure");

    house.app.roll_back_model(&at_the_machine(), &here).await.unwrap();
    house.work().await;
    assert_eq!(state(&waits).await, "read");
}

#[tokio::test]
async fn every_step_is_an_event_and_only_administrators_take_it() {
    let house = House::open().await;
    let admin = house.user("quan.tri", &[AccountRole::Admin]).await;
    house.user("an", &[AccountRole::Typist]).await;
    house.add_other("2", true).await;
    let acting = async |username: &str| {
        let me = house.app.at_command_line(username).await.unwrap();
        Operator { me: Some(me), seat: "uid 7".into() }
    };
    let names = of_kind(FieldKind::PersonName);
    let refused = house.app.activate_model(&acting("an").await, &other("2"), &names).await;
    assert!(matches!(refused, Err(Error::NotAllowed)), "{refused:?}");
    let by = acting(&admin.username).await;
    let unknown = house.app.activate_model(&by, &other("9"), &names).await;
    assert!(matches!(unknown, Err(Error::NotFound("model"))), "{unknown:?}");
    house.app.activate_model(&by, &other("2"), &names).await.unwrap();
    house.app.activate_model(&by, &other("2"), &names).await.unwrap();
    house.app.set_shadow(&by, &other("2"), false).await.unwrap();
    house.app.roll_back_model(&by, &names).await.unwrap();
    let events = house.model_events().await;
    let actions: Vec<&str> = events.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["model.add", "model.activate", "model.shadow", "model.rollback"]);
    let activated = &events[1].1;
    assert_eq!((&activated["before"], &activated["after"]), (&Value::Null, &"other@2".into()));
    assert_eq!((&activated["kind"], &activated["seat"]), (&"person_name".into(), &"uid 7".into()));
    let records = house.app.store.audit_of_subject("other@2", 10).await.unwrap();
    assert_eq!(records[1].event.account_id, by.me.map(|me| me.account_id));
    house.app.verify_audit(&[], &[]).await.unwrap();
}

#[tokio::test]
async fn other_files_under_a_known_version_are_refused() {
    let house = House::open().await;
    house.add_other("2", true).await;
    let again = NewModel { id: other("2"), checksum: format!("{:a>64}", "2"), shadow: false };
    assert!(!house.app.add_model(&at_the_machine(), &again).await.unwrap(), "the same is there already");
    let differs = NewModel { checksum: "b".repeat(64), ..again };
    let refused = house.app.add_model(&at_the_machine(), &differs).await;
    assert!(matches!(&refused, Err(Error::ModelDiffers(id)) if *id == other("2")), "{refused:?}");
}
