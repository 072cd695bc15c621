//! No sequence of calls makes an entry `verified` with fewer than two people, whatever accounts they use.
//!
//! The test keeps its own book of who did what, from answers alone, and compares after every call. Everybody
//! has every role and knows every entry; two of the five accounts are one person's.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod house;

use axum::http::StatusCode;
use house::acts::{EVERY_ROLE, as_proposed, confirm_all, fields};
use house::{Client, House, Json};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sohoa::app::Settings;
use sohoa::domain::acceptance::{Sampling, Scheme};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A call that somebody may make at any time.
#[derive(Debug, Clone, Copy)]
enum Act {
    Take(&'static str),
    /// By its name: the only way to an entry that is typed from paper.
    TakeThis(&'static str, usize),
    /// Says that it is no entry, agrees with that, or finds that it is one.
    Aside(&'static str, usize),
    /// As a well-behaved clerk: takes what is next and finishes it.
    Work(&'static str, Judgement),
    GiveBack(usize),
    Type {
        entry: usize,
        changed: bool,
    },
    Judge {
        entry: usize,
        how: Judgement,
    },
    Settle(usize),
    /// Everybody does what is next, until nothing is left to do.
    Finish,
    MakeLot,
    /// Of the lot made last, the next entry; `wrong`: the inspector reads another number.
    Inspect {
        wrong: bool,
    },
    InspectAll {
        wrong: usize,
    },
    Accept,
    Approve,
    Deliver,
    Wait,
}

#[derive(Debug, Clone, Copy)]
enum Judgement {
    ConfirmAll,
    RejectOne,
    ReplaceOne,
    ReplaceAllBySame,
}

/// The last one has no page.
const ENTRIES: usize = 3;

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let entry = 0..ENTRIES;
    let judgement = prop_oneof![
        3 => Just(Judgement::ConfirmAll),
        1 => Just(Judgement::RejectOne),
        1 => Just(Judgement::ReplaceOne),
        1 => Just(Judgement::ReplaceAllBySame),
    ];
    let role = || prop::sample::select(vec!["typist", "verifier", "adjudicator"]);
    let act = prop_oneof![
        3 => role().prop_map(Act::Take),
        3 => (role(), entry.clone()).prop_map(|(role, entry)| Act::TakeThis(role, entry)),
        2 => (prop::sample::select(vec!["set_aside", "no_entry", "restore"]), entry.clone())
            .prop_map(|(act, entry)| Act::Aside(act, entry)),
        5 => (role(), judgement.clone()).prop_map(|(role, how)| Act::Work(role, how)),
        1 => entry.clone().prop_map(Act::GiveBack),
        4 => (entry.clone(), any::<bool>()).prop_map(|(entry, changed)| Act::Type { entry, changed }),
        4 => (entry.clone(), judgement).prop_map(|(entry, how)| Act::Judge { entry, how }),
        2 => entry.prop_map(Act::Settle),
        2 => Just(Act::Finish),
        3 => Just(Act::MakeLot),
        4 => any::<bool>().prop_map(|wrong| Act::Inspect { wrong }),
        2 => (0..3_usize).prop_map(|wrong| Act::InspectAll { wrong }),
        1 => Just(Act::Accept),
        1 => Just(Act::Approve),
        1 => Just(Act::Deliver),
        1 => Just(Act::Wait),
    ];
    prop::collection::vec((0..5_usize, act), 10..40)
}

/// What the test itself saw of one entry.
#[derive(Debug, Default)]
struct Seen {
    people: BTreeSet<String>,
    submitted_by: Option<String>,
    judged_by: Option<String>,
    settled_by: Option<String>,
    aside_by: Option<String>,
    none_by: Option<String>,
    /// Whoever took part, ever.
    parties: BTreeSet<String>,
    inspectors: BTreeSet<String>,
}

impl Seen {
    fn takes_part(&mut self, client: &Client) {
        self.people.insert(client.person_id.clone());
        self.parties.insert(client.person_id.clone());
    }

    /// Who verified it answers for it no longer.
    fn is_sent_back(&mut self) {
        self.judged_by = None;
        self.people = self.submitted_by.iter().chain(&self.settled_by).cloned().collect();
    }
}

struct World<'a> {
    house: &'a House,
    people: &'a [Client],
    book: String,
    entries: Vec<String>,
    seen: Vec<Seen>,
    verified: usize,
    lot: Option<String>,
    /// Lots accepted and sent back.
    decided: [usize; 2],
}

impl World<'_> {
    async fn act(&mut self, who: usize, act: Act) {
        let client = self.people[who].clone();
        match act {
            Act::Take(role) => drop(client.next(role).await),
            Act::TakeThis(role, entry) => drop(client.take_this(role, &self.entries[entry]).await),
            Act::Aside(act, entry) => self.aside(&client, act, entry).await,
            Act::Work(role, how) => drop(self.work(&client, role, how).await),
            Act::GiveBack(entry) => {
                drop(client.delete(&format!("/api/v1/entries/{}/lease", self.entries[entry])).await);
            }
            Act::Type { entry, changed } => self.type_in(&client, entry, changed).await,
            Act::Judge { entry, how } => self.judge(&client, entry, how).await,
            Act::Settle(entry) => self.settle(&client, entry).await,
            Act::Finish => self.finish().await,
            Act::MakeLot => self.make_lot(&client).await,
            Act::Inspect { wrong } => self.inspect(&client, wrong).await,
            Act::InspectAll { wrong } => self.inspect_all(wrong).await,
            Act::Accept => self.book_step(&client, "acceptance").await,
            Act::Approve => self.book_step(&client, "approval").await,
            Act::Deliver => self.book_step(&client, "deliveries").await,
            Act::Wait => self.house.clock.advance(Duration::from_secs(400)),
        }
    }

    /// What the client sees of an entry: its task when it holds one, else a guess that anybody could make.
    async fn task(&self, client: &Client, entry: usize) -> Value {
        let path = format!("/api/v1/entries/{}", self.entries[entry]);
        let shown = client.get(&path).await.expect(StatusCode::OK);
        match &shown["task"] {
            Value::Null => guessed_task(),
            task => task.clone(),
        }
    }

    /// False when there was nothing to do.
    async fn work(&mut self, client: &Client, role: &str, how: Judgement) -> bool {
        let taken = client.next(role).await;
        if taken.status != StatusCode::OK {
            return false;
        }
        let id = taken.json()["entry"].text("id");
        let entry =
            self.entries.iter().position(|e| *e == id).expect("nothing waits but this world's entries");
        match role {
            "typist" => self.type_in(client, entry, false).await,
            "verifier" => self.judge(client, entry, how).await,
            _ => self.settle(client, entry).await,
        }
        true
    }

    async fn type_in(&mut self, client: &Client, entry: usize, changed: bool) {
        let mut values = as_proposed(&self.task(client, entry).await);
        if changed && !values["so"].is_null() {
            values["so"] = json!({ "state": "written", "text": format!("của {}", client.username) });
        }
        if client.key(&self.entries[entry], &values).await.status == StatusCode::OK {
            self.seen[entry].submitted_by = Some(client.person_id.clone());
            self.seen[entry].takes_part(client);
        }
    }

    async fn judge(&mut self, client: &Client, entry: usize, how: Judgement) {
        let task = self.task(client, entry).await;
        let mut verdicts = match how {
            Judgement::ReplaceAllBySame => fields(&task, |f| {
                let value = f.get("value").cloned().unwrap_or(json!({ "state": "blank", "text": "" }));
                json!({ "decision": "replace", "state": value["state"], "text": value["text"] })
            }),
            _ => confirm_all(&task),
        };
        match how {
            Judgement::RejectOne => verdicts["so"] = json!({ "decision": "reject" }),
            Judgement::ReplaceOne => {
                verdicts["so"] = json!({ "decision": "replace", "state": "written", "text": "khác" });
            }
            Judgement::ConfirmAll | Judgement::ReplaceAllBySame => {}
        }
        if client.judge(&self.entries[entry], &verdicts).await.status == StatusCode::OK {
            self.seen[entry].judged_by = Some(client.person_id.clone());
            self.seen[entry].takes_part(client);
        }
    }

    async fn aside(&mut self, client: &Client, act: &str, entry: usize) {
        if client.with_reason(&self.entries[entry], act).await.status != StatusCode::OK {
            return;
        }
        let seen = &mut self.seen[entry];
        match act {
            "set_aside" => seen.aside_by = Some(client.person_id.clone()),
            "no_entry" => seen.none_by = Some(client.person_id.clone()),
            _ => (seen.aside_by, seen.none_by) = (None, None),
        }
    }

    async fn settle(&mut self, client: &Client, entry: usize) {
        let task = self.task(client, entry).await;
        let values = fields(&task, |_| json!({ "state": "written", "text": "người thứ ba" }));
        if client.settle(&self.entries[entry], &values).await.status == StatusCode::OK {
            self.seen[entry].settled_by = Some(client.person_id.clone());
            self.seen[entry].takes_part(client);
        }
    }

    /// Everybody does all the work there is; the entry without a page is asked for by its name.
    async fn finish(&mut self) {
        let people: Vec<Client> = self.people.to_vec();
        for role in ["typist", "verifier", "adjudicator"] {
            for client in &people {
                drop(client.take_this(role, &self.entries[ENTRIES - 1]).await);
                for _ in 0..2 * ENTRIES {
                    if !self.work(client, role, Judgement::ConfirmAll).await {
                        break;
                    }
                }
            }
        }
    }

    /// Everybody inspects what there is; of the first `wrong` entries another number is read.
    async fn inspect_all(&mut self, wrong: usize) {
        let people: Vec<Client> = self.people.to_vec();
        let turns = people.iter().flat_map(|client| [client; ENTRIES]);
        let mut read_otherwise = 0;
        for client in turns {
            let inspected = self.inspectors();
            self.inspect(client, read_otherwise < wrong).await;
            read_otherwise += usize::from(self.inspectors() > inspected);
        }
    }

    fn inspectors(&self) -> usize {
        self.seen.iter().map(|seen| seen.inspectors.len()).sum()
    }

    async fn make_lot(&mut self, client: &Client) {
        let made = client.post("/api/v1/lots", &json!({ "book_ids": [self.book] })).await;
        if made.status == StatusCode::CREATED {
            self.lot = Some(made.json().text("id"));
        }
    }

    async fn inspect(&mut self, client: &Client, wrong: bool) {
        let Some(lot) = self.lot.clone() else { return };
        let path = format!("/api/v1/lots/{lot}/inspections");
        let task = client.post(&format!("{path}/next"), &json!({})).await;
        // Without a task: as somebody who guesses at an entry in another's hand.
        let (id, mut answers) = match task.status {
            StatusCode::OK => (task.json()["entry"].text("id"), self.house.truthful(&task.json()).await),
            _ => (self.entries[0].clone(), confirm_all(&guessed_task())),
        };
        if wrong {
            answers["so"] = json!({ "decision": "replace", "state": "written", "text": "mẫu đọc khác" });
        }
        let taken = client.post(&format!("{path}/{id}"), &json!({ "fields": answers })).await;
        let entry = self.entries.iter().position(|e| *e == id).expect("the lot holds this world's entries");
        if taken.status != StatusCode::OK || self.seen[entry].inspectors.contains(&client.person_id) {
            return;
        }
        self.seen[entry].inspectors.insert(client.person_id.clone());
        match taken.json().text("state").as_str() {
            "accepted" => self.decided[0] += 1,
            "not_accepted" => {
                self.decided[1] += 1;
                self.send_back(client).await;
            }
            _ => {}
        }
    }

    /// What was in the lot is typed again; what was held to be no entry was not in it.
    async fn send_back(&mut self, client: &Client) {
        for (id, seen) in self.entries.iter().zip(&mut self.seen) {
            let shown = client.get(&format!("/api/v1/entries/{id}")).await.expect(StatusCode::OK);
            if shown["entry"]["state"] == "typed" {
                seen.is_sent_back();
            }
        }
    }

    async fn book_step(&self, client: &Client, step: &str) {
        drop(client.post(&format!("/api/v1/books/{}/{step}", self.book), &json!({})).await);
    }

    /// The law.
    async fn check(&mut self) -> Result<(), TestCaseError> {
        let watcher = &self.people[0];
        let mut states = BTreeMap::new();
        for (id, seen) in self.entries.iter().zip(&self.seen) {
            let shown = watcher.get(&format!("/api/v1/entries/{id}")).await.expect(StatusCode::OK);
            let state = shown["entry"].text("state");
            let open = ["proposed", "unscannable", "typed", "disputed", "set_aside", "no_entry"];
            let agreed = !open.contains(&state.as_str());
            let (typed, judged, settled) = (&seen.submitted_by, &seen.judged_by, &seen.settled_by);
            prop_assert!(!agreed || seen.people.len() >= 2, "{state} by {seen:?}");
            prop_assert!(!agreed || judged.is_some(), "sent back and never verified again: {seen:?}");
            prop_assert!(seen.inspectors.is_disjoint(&seen.parties), "inspected own work: {seen:?}");
            prop_assert!(judged.is_none() || judged != typed, "judged own work: {seen:?}");
            prop_assert!(settled.is_none() || (settled != typed && settled != judged), "{seen:?}");
            prop_assert!(state != "adjudicated" || seen.people.len() >= 3, "{state} by {seen:?}");
            let (aside, none) = (&seen.aside_by, &seen.none_by);
            prop_assert!((state == "no_entry") == none.is_some(), "{state} by {seen:?}");
            prop_assert!(none.is_none() || (aside.is_some() && aside != none), "{state} by {seen:?}");
            *states.entry(agreed).or_insert(0) += 1;
        }
        self.verified = states.get(&true).copied().unwrap_or(0);
        Ok(())
    }
}

/// What anybody can know without a task: the form's fields.
fn guessed_task() -> Value {
    let form = &sohoa::domain::Form::embedded()[0];
    let fields: Vec<Value> = form.fields.iter().map(|f| json!({ "key": f.key, "kind": f.kind })).collect();
    json!({ "fields": fields })
}

#[test]
fn no_sequence_of_calls_agrees_with_fewer_than_two_people() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (house, people) = runtime.block_on(async {
        // Time runs far in this test, and nobody logs in again.
        let house = House::open_with(Settings { session_secs: u32::MAX, ..Settings::default() }).await;
        let an = house.user("an", &EVERY_ROLE).await;
        let an_again = house.second_account("an.khac", &an, &EVERY_ROLE).await;
        let (binh, chi) = (house.user("binh", &EVERY_ROLE).await, house.user("chi", &EVERY_ROLE).await);
        assert_eq!(an.person_id, an_again.person_id);
        let dung = house.user("dung", &EVERY_ROLE).await;
        (house, [an, an_again, binh, chi, dung])
    });
    let (mut number, mut verified, mut decided) = (0, 0, [0, 0]);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    // TestRunner wants a closure that may be called again; what it counts lives in cells.
    let counts = std::cell::RefCell::new((&mut number, &mut verified, &mut decided));
    let law = |acts| {
        let mut counts = counts.borrow_mut();
        runtime.block_on(async {
            let mut world = open_world(&house, &people, counts.0).await;
            // Of three worlds two begin with finished work: chance alone seldom comes as far as a lot.
            if !counts.0.is_multiple_of(3) {
                world.finish().await;
                world.check().await?;
            }
            for (who, act) in acts {
                world.act(who, act).await;
                world.check().await?;
            }
            *counts.1 += world.verified;
            (0..2).for_each(|i| counts.2[i] += world.decided[i]);
            retire(&world).await;
            Ok(())
        })
    };
    runner.run(&acts(), law).unwrap();
    assert!(decided.iter().all(|lots| *lots > 0), "no lot was ever accepted, or none sent back: {decided:?}");
    assert!(verified > 0, "no sequence ever verified anything: the test proves nothing");
    let report = runtime.block_on(house.app.verify_audit(&[], &[])).unwrap();
    assert!(report.chains > u64::from(cases) && report.events > u64::from(cases) * 10, "{report:?}");
}

/// A fresh book with its entries read, in a house where nothing else waits.
async fn open_world<'a>(house: &'a House, people: &'a [Client], number: &mut u32) -> World<'a> {
    *number += 1;
    // Every fourth world accepts whole books; the plan of the others bears one wrong entry, or none.
    let (samples, accept) = (!number.is_multiple_of(4), u64::from(number.is_multiple_of(2)));
    let terms = || Sampling { scheme: Scheme::LimitingQuality, limit_accept: accept, ..Sampling::default() };
    house.with_policy(|policy| policy.sampling = samples.then(terms)).await;
    let book = people[0].book(&number.to_string()).await;
    let mut entries = Vec::new();
    for i in 1..ENTRIES as u32 {
        entries.push(house.another_entry(&people[0], &book, *number * 16 + i).await);
    }
    let by_hand = json!({ "reason": "trang đã mủn", "after_page": 1 });
    let made = people[0].post(&format!("/api/v1/books/{book}/entries"), &by_hand).await;
    entries.push(made.expect(StatusCode::CREATED).text("id"));
    let seen = (0..ENTRIES).map(|_| Seen::default()).collect();
    World { house, people, book, entries, seen, verified: 0, lot: None, decided: [0, 0] }
}

/// Brings what is left to its end, so that the next world's tasks are its own entries.
async fn retire(world: &World<'_>) {
    world.house.clock.advance(Duration::from_secs(400));
    for entry in 0..ENTRIES {
        for _ in 0..3 {
            // By the next day, who saw an entry as typist may verify it.
            world.house.clock.advance(Duration::from_secs(24 * 3600));
            for client in world.people {
                for role in ["typist", "verifier", "adjudicator"] {
                    drop(client.next(role).await);
                }
                let task = world.task(client, entry).await;
                let id = &world.entries[entry];
                drop(client.key(id, &as_proposed(&task)).await);
                drop(client.judge(id, &confirm_all(&task)).await);
                let values = fields(&task, |_| json!({ "state": "blank", "text": "" }));
                drop(client.settle(id, &values).await);
                world.house.clock.advance(Duration::from_secs(400));
            }
        }
    }
}
