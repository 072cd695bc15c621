//! What clerks do again and again.

use super::{Answer, Client, House, Json, pages};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use sohoa::domain::AccountRole::{self, Admin, ScanningCentre, Supervisor, Typist, Verifier};
use sohoa::domain::review::ProjectPolicy;
use sohoa::store::AuditRecord;

/// Every role, so that only persons and states can stand in the way.
pub const EVERY_ROLE: [AccountRole; 5] = [Typist, Verifier, Supervisor, ScanningCentre, Admin];

impl House {
    /// A book with one page, read; the ids of book and entry.
    pub async fn one_entry(&self, uploader: &Client, number: u32) -> (String, String) {
        let book = uploader.book(&number.to_string()).await;
        let entry = self.another_entry(uploader, &book, number).await;
        (book, entry)
    }

    /// Another page in a book, read; the id of its entry.
    pub async fn another_entry(&self, uploader: &Client, book: &str, number: u32) -> String {
        let page = uploader.upload(book, "trang.jpg", pages::jpeg(number)).await.expect(StatusCode::CREATED);
        self.work().await;
        let page = uploader.get(&format!("/api/v1/pages/{}", page.text("id"))).await.expect(StatusCode::OK);
        assert_eq!(page["state"], "read", "{page}");
        page["entries"][0].text("id")
    }
}

impl House {
    /// Changes the first project's policy; holds for pages read from now on.
    pub async fn with_policy(&self, change: impl FnOnce(&mut ProjectPolicy)) {
        let mut project = self.app.ensure_project().await.unwrap();
        change(&mut project.policy);
        let mut tx = self.app.store.begin().await.unwrap();
        tx.put_project(&project).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The answers of an inspector who looks: every field right, or what is recorded where something else is shown.
    pub async fn truthful(&self, task: &Value) -> Value {
        let recorded = self.app.store.fields(&task["entry"].text("id")).await.unwrap();
        let recorded: Map<String, Value> =
            recorded.into_iter().filter_map(|f| Some((f.key, json!(f.value?)))).collect();
        fields(task, |field| match &recorded[&field.text("key")] {
            value if *value == field["value"] => json!({ "decision": "confirm" }),
            value => json!({ "decision": "replace", "state": value["state"], "text": value["text"] }),
        })
    }

    /// A house whose supervisors accept whole books, without samples.
    pub async fn open_unsampled() -> Self {
        let house = Self::open().await;
        house.with_policy(|policy| policy.sampling = None).await;
        house
    }

    /// What the log says of an entry since it was read: action, account and detail of each event.
    pub async fn events_of(&self, entry: &str) -> Vec<(String, String, Value)> {
        let records = self.app.store.audit_of_subject(entry, 100).await.unwrap();
        let told = |r: AuditRecord| {
            let event = r.event;
            (event.action, event.account_id.unwrap_or_default(), event.detail.parse().unwrap())
        };
        records.into_iter().map(told).collect()
    }
}

impl Client {
    pub async fn next(&self, role: &str) -> Answer {
        self.post("/api/v1/tasks/next", &json!({ "role": role })).await
    }

    /// Takes this very entry.
    pub async fn take_this(&self, role: &str, entry: &str) -> Answer {
        self.post("/api/v1/tasks/next", &json!({ "role": role, "entry_id": entry })).await
    }

    /// Does something with an entry for a reason: `set_aside`, `no_entry`, `restore`.
    pub async fn with_reason(&self, entry: &str, act: &str) -> Answer {
        self.post(&format!("/api/v1/entries/{entry}/{act}"), &json!({ "reason": "vì sổ như vậy" })).await
    }

    /// The next task, which must be there.
    pub async fn take(&self, role: &str) -> Value {
        self.next(role).await.expect(StatusCode::OK)
    }

    pub async fn key(&self, entry: &str, fields: &Value) -> Answer {
        self.post(&format!("/api/v1/entries/{entry}/keying"), &json!({ "fields": fields })).await
    }

    pub async fn judge(&self, entry: &str, fields: &Value) -> Answer {
        self.post(&format!("/api/v1/entries/{entry}/verdicts"), &json!({ "fields": fields })).await
    }

    pub async fn settle(&self, entry: &str, fields: &Value) -> Answer {
        self.post(&format!("/api/v1/entries/{entry}/adjudication"), &json!({ "fields": fields })).await
    }

    /// Takes the next entry as typist and submits what the machine read, blind fields from the paper.
    pub async fn type_next(&self) -> String {
        let task = self.take("typist").await;
        let entry = task["entry"].text("id");
        self.key(&entry, &as_proposed(&task)).await.expect(StatusCode::OK);
        entry
    }

    /// Takes the next entry as verifier and confirms every field.
    pub async fn confirm_next(&self) -> (String, Value) {
        let task = self.take("verifier").await;
        let entry = task["entry"].text("id");
        let outcome = self.judge(&entry, &confirm_all(&task)).await.expect(StatusCode::OK);
        (entry, outcome)
    }
}

/// A value for every field of a typist's task: the machine's, or for blind fields what stands on the paper.
pub fn as_proposed(task: &Value) -> Value {
    fields(task, |field| match &field["proposal"] {
        Value::Null => {
            let kind = serde_json::from_value(field["kind"].clone()).unwrap();
            json!({ "state": "written", "text": super::reader::made_up(kind) })
        }
        proposal => json!({ "state": proposal["state"], "text": proposal["text"] }),
    })
}

/// A confirmation for every field of a verifier's task.
pub fn confirm_all(task: &Value) -> Value {
    fields(task, |_| json!({ "decision": "confirm" }))
}

/// Something for every field of a task.
pub fn fields(task: &Value, give: impl Fn(&Value) -> Value) -> Value {
    let fields = task["fields"].as_array().unwrap();
    Value::Object(fields.iter().map(|f| (f.text("key"), give(f))).collect::<Map<_, _>>())
}
