//! What the store's contract is tried on: a fresh database, and a book with people around it.

use sohoa::domain::audit::SYSTEM_CHAIN;
use sohoa::domain::review::{Decision, ProjectPolicy};
use sohoa::domain::{AccountRole, BookState, FieldKind, FieldValue, RegisterKind, TaskRole};
use sohoa::store::{
    Account, AddedPage, Book, BookSize, ClaimEntry, ControlTotals, Db, Entry, NewEntry, NewEvent, NewField,
    NewPage, Page, Project, Step,
};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use std::collections::BTreeMap;

/// The time at which every test begins, ms.
pub const NOW: i64 = 1_800_000_000_000;

/// A database, and a way around the store's own methods.
#[derive(Clone)]
pub struct Stage {
    pub db: Db,
    raw: Raw,
}

#[derive(Clone)]
enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Stage {
    pub async fn open(address: &str) -> Self {
        let db = Db::open(address).await.unwrap();
        let raw = match &db {
            Db::Sqlite(_) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(address).foreign_keys(true);
                Raw::Sqlite(SqlitePool::connect_with(options).await.unwrap())
            }
            Db::Postgres(_) => Raw::Postgres(PgPool::connect(address).await.unwrap()),
        };
        Self { db, raw }
    }

    /// Runs SQL as somebody would who goes around the program.
    pub async fn sql(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.raw {
            Raw::Sqlite(pool) => Ok(sqlx::query(sql).execute(pool).await?.rows_affected()),
            Raw::Postgres(pool) => Ok(sqlx::query(sql).execute(pool).await?.rows_affected()),
        }
    }

    /// One whole number.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match &self.raw {
            Raw::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
            Raw::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    /// Whether the database itself refuses it.
    pub async fn refuses(&self, sql: &str) -> bool {
        match self.sql(sql).await {
            Ok(_) => false,
            Err(sqlx::Error::Database(e)) => {
                use sqlx::error::ErrorKind::{CheckViolation, ForeignKeyViolation, NotNullViolation};
                matches!(e.kind(), CheckViolation | ForeignKeyViolation | NotNullViolation)
            }
            Err(other) => panic!("{other}"),
        }
    }

    pub async fn close(self) {
        match &self.raw {
            Raw::Sqlite(pool) => pool.close().await,
            Raw::Postgres(pool) => pool.close().await,
        }
        self.db.close().await;
    }

    /// People `an`, `binh`, `chi`, `dung` with an account each (`account-an` …), a second account of `an`
    /// (`account-an-2`), and the open book `book-1`.
    pub async fn with_book(self) -> Self {
        let mut tx = self.db.begin().await.unwrap();
        for person in ["an", "binh", "chi", "dung"] {
            tx.put_person(person, &format!("Nguyễn {person}")).await.unwrap();
            tx.add_account(&account(&format!("account-{person}"), person)).await.unwrap();
        }
        tx.add_account(&account("account-an-2", "an")).await.unwrap();
        let policy = ProjectPolicy::default();
        tx.put_project(&Project { id: "project-1".into(), name: "Thử".into(), policy }).await.unwrap();
        tx.add_book(&book(1)).await.unwrap();
        tx.commit().await.unwrap();
        self
    }

    /// A page of `book-1` whose bytes have this number.
    pub async fn page(&self, n: u32) -> Page {
        let mut tx = self.db.begin().await.unwrap();
        let AddedPage::New(page) = tx.add_page(&new_page(n)).await.unwrap() else { panic!("page {n} twice") };
        tx.commit().await.unwrap();
        page
    }

    /// A page with one proposed entry.
    pub async fn entry(&self, n: u32) -> Entry {
        let page = self.page(n).await;
        let mut tx = self.db.begin().await.unwrap();
        let entry = tx.ensure_entry(&new_entry(n, &page.id)).await.unwrap();
        tx.set_page_read(&page.id).await.unwrap();
        tx.commit().await.unwrap();
        entry
    }

    pub async fn claim(&self, role: TaskRole, person: &str) -> Option<String> {
        self.db.claim_entry(&claim(role, person, &format!("account-{person}"), NOW)).await.unwrap()
    }

    /// A whole step of a typist, as `app` takes it.
    pub async fn submit(&self, entry_id: &str, person: &str, name: &str) {
        let mut tx = self.db.begin().await.unwrap();
        let mut case = tx.review_case(entry_id).await.unwrap().unwrap();
        let done = case.submit(person, &values(name)).unwrap();
        tx.save_submission(&case, &done, step(&format!("submit-{entry_id}"), person)).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A whole step of a verifier, with this decision on the name.
    pub async fn verify(&self, entry_id: &str, person: &str, on_name: Decision) {
        let mut tx = self.db.begin().await.unwrap();
        let mut case = tx.review_case(entry_id).await.unwrap().unwrap();
        let decisions = BTreeMap::from([("ho_ten".into(), on_name), ("ngay".into(), Decision::Confirm)]);
        let done = case.verify(person, &decisions).unwrap();
        tx.save_verification(&case, &done, step(&format!("verify-{entry_id}"), person)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

pub fn account(id: &str, person_id: &str) -> Account {
    Account {
        id: id.into(),
        person_id: person_id.into(),
        full_name: String::new(),
        username: id.trim_start_matches("account-").into(),
        password_hash: "$argon2id$…".into(),
        roles: vec![AccountRole::Typist, AccountRole::Verifier],
        active: true,
        created_at: NOW,
    }
}

pub fn book(n: u32) -> Book {
    Book {
        id: format!("book-{n}"),
        project_id: "project-1".into(),
        kind: RegisterKind::Birth,
        year_opened: 2016,
        number: format!("{n:02}"),
        office: "UBND xã Hoà Bình".into(),
        form_id: Some("birth_2016".into()),
        state: BookState::Open,
        accepted_by: None,
        accepted_at: None,
        approved_by: None,
        approved_at: None,
        created_at: NOW,
        expected: BookSize::default(),
        closing: ControlTotals::default(),
        contractor: String::new(),
        lot_id: None,
    }
}

pub fn new_page(n: u32) -> NewPage {
    NewPage {
        id: format!("page-{n:04}"),
        book_id: "book-1".into(),
        sha256: format!("{n:064x}"),
        file_name: format!("trang {n}.jpg"),
        mime: "image/jpeg".into(),
        size_bytes: 1_000,
        width: 2_480,
        height: 3_508,
        created_at: NOW,
        bundle_id: None,
        picture_sha256: None,
    }
}

pub fn new_entry(n: u32, page_id: &str) -> NewEntry {
    let quad = [[1.0, 2.0], [3.0, 2.0], [3.0, 4.5], [1.0, 4.5]];
    let field = |key: &str, kind, blind| NewField { key: key.into(), kind, quad, blind };
    NewEntry {
        id: format!("entry-{n:04}"),
        book_id: "book-1".into(),
        page_id: page_id.into(),
        ordinal: i64::from(n),
        priority: 0,
        kind: RegisterKind::Birth,
        office: "UBND xã Hoà Bình".into(),
        created_at: NOW,
        fields: vec![field("ho_ten", FieldKind::PersonName, false), field("ngay", FieldKind::Date, true)],
        is_empty: false,
    }
}

pub fn values(name: &str) -> BTreeMap<String, FieldValue> {
    let written = |text: &str| FieldValue::written(text).unwrap();
    BTreeMap::from([("ho_ten".into(), written(name)), ("ngay".into(), written("01/02/2016"))])
}

pub fn step<'a>(id: &'a str, person_id: &'a str) -> Step<'a> {
    let account_id = match person_id {
        "an" => "account-an",
        "binh" => "account-binh",
        "chi" => "account-chi",
        "dung" => "account-dung",
        other => panic!("{other} has no account"),
    };
    Step { id, person_id, account_id, at: NOW + 1 }
}

pub fn claim<'a>(role: TaskRole, person_id: &'a str, account_id: &'a str, now: i64) -> ClaimEntry<'a> {
    ClaimEntry { role, person_id, account_id, book_id: None, entry_id: None, now, lease_until: now + 300_000 }
}

pub fn event<'a>(book_id: &'a str, subject: &'a str, after: Option<serde_json::Value>) -> NewEvent<'a> {
    NewEvent {
        book_id,
        at: NOW,
        account_id: Some("account-an"),
        address: Some("10.0.0.7"),
        action: if book_id == SYSTEM_CHAIN { "session.start" } else { "entry.submit" },
        subject,
        detail: serde_json::json!({}),
        before: None,
        after,
        salt: [7; 16],
    }
}
