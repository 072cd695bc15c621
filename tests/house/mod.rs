//! A whole house for tests: the real router over a temporary SQLite file, blobs in memory, a reader that makes
//! its readings up, and a clock that only the test moves.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its own part; helpers fail the test")]

pub mod acts;
pub mod gate;
pub mod pages;
pub mod reader;
pub mod unpacker;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use gate::MadeUpGate;
use http_body_util::BodyExt;
use reader::{MadeUpReader, OtherReader};
use serde_json::Value;
use sohoa::app::{
    App, CHECK_PAGE, Clock, InProcess, Keys, LogInLimit, ModelSource, NewAccount, PageReader, PictureLocks,
    Random, ReaderShelf, Settings, UPLOAD_ROOM_MB, Unpacker,
};
use sohoa::blob::Blobs;
use sohoa::domain::Form;
use sohoa::domain::states::AccountRole;
use sohoa::jobs::{OpenReader, Runner, RunnerOptions, Shelf};
use sohoa::store::{ClaimJob, Db, Job};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tower::ServiceExt;
use unpacker::Moody;

/// The standing time at which every house opens: 21 November 2026, 00:00 UTC.
pub const OPENING_MS: i64 = 1_795_219_200_000;

pub struct House {
    pub app: Arc<App>,
    pub clock: Clock,
    pub reader: Arc<MadeUpReader>,
    /// What takes files of many pages apart.
    pub unpacker: Arc<Moody>,
    pub gate: Arc<MadeUpGate>,
    /// Models beside the first whose folders are there.
    pub others: Arc<Mutex<BTreeMap<String, Arc<OtherReader>>>>,
    router: Router,
    _folder: tempfile::TempDir,
}

/// Somebody with a browser.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookie: Option<String>,
    pub username: String,
    pub person_id: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub bytes: Vec<u8>,
}

impl House {
    pub async fn open() -> Self {
        Self::open_with(Settings::default()).await
    }

    pub async fn open_with(settings: Settings) -> Self {
        Self::open_unpacking(settings, Arc::new(InProcess)).await
    }

    /// With another unpacker than the one of this process.
    pub async fn open_unpacking(settings: Settings, unpacker: Arc<dyn Unpacker>) -> Self {
        let unpacker = Arc::new(Moody::over(unpacker));
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::standing_at(OPENING_MS);
        let random = Random::system();
        let reader = Arc::new(MadeUpReader::default());
        let gate = Arc::new(MadeUpGate::default());
        let app = Arc::new(App {
            store: Db::open_sqlite(&folder.path().join("sohoa.db")).await.unwrap(),
            blobs: Blobs::in_memory(),
            clock: clock.clone(),
            keys: Keys::fleeting(&random),
            random,
            forms: Form::embedded(),
            settings: Settings { pictures_ahead: false, ..settings },
            log_in_limit: LogInLimit::default(),
            picture_locks: PictureLocks::default(),
            incoming: folder.path().to_owned(),
            upload_room: tokio::sync::Semaphore::new(UPLOAD_ROOM_MB),
            unpacker: unpacker.clone(),
            gate: gate.clone(),
            work_wanted: tokio::sync::Notify::new(),
        });
        app.ensure_project().await.unwrap();
        let router = sohoa::http::router(Arc::clone(&app));
        Self { app, clock, reader, unpacker, gate, others: Arc::default(), router, _folder: folder }
    }

    /// A new account of a new person, logged in.
    pub async fn user(&self, username: &str, roles: &[AccountRole]) -> Client {
        self.account(username, None, roles).await
    }

    /// Another account of the person behind `other`, logged in.
    pub async fn second_account(&self, username: &str, other: &Client, roles: &[AccountRole]) -> Client {
        self.account(username, Some(other.username.clone()), roles).await
    }

    async fn account(&self, username: &str, same_person_as: Option<String>, roles: &[AccountRole]) -> Client {
        let password = format!("mật khẩu của {username}");
        let account = NewAccount {
            username: username.to_owned(),
            full_name: format!("Người {username}"),
            same_person_as,
            roles: roles.to_vec(),
            password: password.clone(),
        };
        let person_id = self.app.add_account(account).await.unwrap().person_id;
        let router = self.router.clone();
        let mut client = Client { router, cookie: None, username: username.to_owned(), person_id };
        let given = serde_json::json!({ "username": username, "password": password });
        let answer = client.post("/api/v1/sessions", &given).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        client.cookie = cookie.split(';').next().map(str::to_owned);
        client
    }

    /// Somebody who has not logged in.
    pub fn stranger(&self) -> Client {
        Client {
            router: self.router.clone(),
            cookie: None,
            username: String::new(),
            person_id: String::new(),
        }
    }

    /// Works off every job that is due; gives their number, without the first looks at pages that wait for one now.
    pub async fn work(&self) -> usize {
        self.check_pages().await;
        self.runner().run_until_idle().await.unwrap()
    }

    /// Has a first look at every page that waits for one.
    pub async fn check_pages(&self) -> usize {
        let mut looks = 0;
        while let Some(job) = self.claim(CHECK_PAGE).await {
            self.app.check_page(&job).await.unwrap();
            looks += 1;
        }
        looks
    }

    /// Takes a job of this kind, for a minute.
    pub async fn claim(&self, kind: &str) -> Option<Job> {
        let now = self.clock.now_ms();
        let claim = ClaimJob { claimant: "test", kinds: &[kind], now, lease_until: now + 60_000 };
        self.app.store.claim_job(&claim).await.unwrap()
    }

    pub fn runner(&self) -> Runner {
        Runner::new(Arc::clone(&self.app), self.opener(), "test", RunnerOptions::default())
    }

    pub fn shelf(&self) -> Arc<dyn ReaderShelf> {
        Arc::new(Shelf::new(self.opener()))
    }

    fn opener(&self) -> OpenReader {
        let (first, others) = (Arc::clone(&self.reader), Arc::clone(&self.others));
        Arc::new(move |source| match source {
            ModelSource::Shipped => Ok(first.clone() as Arc<dyn PageReader>),
            ModelSource::Named(model) => match others.lock().unwrap().get(&model.to_string()) {
                Some(other) => Ok(other.clone() as Arc<dyn PageReader>),
                None => anyhow::bail!("the model {model} is gone"),
            },
        })
    }
}

impl Client {
    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, Body::from(body.to_string())).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask("PUT", path, Body::from(body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, Body::empty()).await
    }

    /// Uploads a file into a book.
    pub async fn upload(&self, book: &str, name: &str, bytes: impl Into<Body>) -> Answer {
        let name: String = name.bytes().map(|b| format!("%{b:02X}")).collect();
        self.ask("POST", &format!("/api/v1/books/{book}/pages?name={name}"), bytes.into()).await
    }

    pub async fn ask(&self, method: &str, path: &str, body: Body) -> Answer {
        let request = Request::builder().method(method).uri(path).header("x-sohoa", "1");
        self.send(request, body).await
    }

    /// As [`Client::ask`], but the caller chooses the headers.
    pub async fn send(&self, mut request: axum::http::request::Builder, body: Body) -> Answer {
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// A new birth book; its id.
    pub async fn book(&self, number: &str) -> String {
        let book = serde_json::json!({
            "kind": "KS", "year_opened": 2016, "number": number, "office": "UBND xã An Nhơn"
        });
        self.post("/api/v1/books", &book).await.expect(StatusCode::CREATED).text("id")
    }
}

/// Reading JSON in tests.
pub trait Json {
    /// The text under a key.
    fn text(&self, key: &str) -> String;
}

impl Json for Value {
    #[track_caller]
    fn text(&self, key: &str) -> String {
        self[key].as_str().unwrap_or_else(|| panic!("no text `{key}` in {self}")).to_owned()
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body, after the status was found to be `status`.
    #[track_caller]
    pub fn expect(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// Status and error code of a refusal; its sentence must be there and tell nothing technical.
    #[track_caller]
    pub fn refusal(&self) -> (u16, String) {
        let error = &self.json()["error"];
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.ends_with('.') && message.chars().count() > 15, "no sentence: {}", self.text());
        for technical in ["panicked", "src/", "Error", "sqlx", "::"] {
            assert!(!message.contains(technical), "technical words: {message}");
        }
        assert!(error["id"].as_str().is_some_and(|id| id.len() >= 8), "no id: {}", self.text());
        (self.status.as_u16(), error["code"].as_str().unwrap_or_default().to_owned())
    }
}
