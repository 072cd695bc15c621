//! Entries: tasks, leases, drafts and what the three roles submit.

use super::pages::jpeg;
use crate::app::{
    Answers, App, BatchRequest, Draft, DraftKept, EntryOutcome, EntryView, KeptLeases, Task, TaskRequest,
    Verdicts,
};
use crate::domain::TaskRole;
use crate::http::extract::{Json, Path, Query};
use crate::http::{Error, SignedIn};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct Lease {
    lease_until: i64,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    role: TaskRole,
}

#[derive(Serialize)]
pub(super) struct Waiting {
    waiting: bool,
}

/// `GET /api/v1/tasks/waiting?role=typist`: whether there is an entry to be had; lends none.
pub(super) async fn waiting(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Query(wanted): Query<Wanted>,
) -> Result<axum::Json<Waiting>, Error> {
    Ok(axum::Json(Waiting { waiting: app.is_work_waiting(&me, wanted.role).await? }))
}

/// `POST /api/v1/tasks/next`
pub(super) async fn next(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Json(wish): Json<TaskRequest>,
) -> Result<Response, Error> {
    Ok(match app.next_task(&me, &wish).await? {
        Some(task) => axum::Json(task).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

#[derive(Serialize)]
pub(super) struct Batch {
    tasks: Vec<Task>,
}

/// `POST /api/v1/tasks/batch`: many entries at once for a verifier.
pub(super) async fn batch(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Json(wish): Json<BatchRequest>,
) -> Result<axum::Json<Batch>, Error> {
    Ok(axum::Json(Batch { tasks: app.next_tasks(&me, &wish).await? }))
}

#[derive(Deserialize)]
pub(super) struct Held {
    entry_ids: Vec<String>,
}

/// `POST /api/v1/leases`: a sign of life for many entries.
pub(super) async fn keep_leases(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Json(held): Json<Held>,
) -> Result<axum::Json<KeptLeases>, Error> {
    Ok(axum::Json(app.keep_leases(&me, &held.entry_ids).await?))
}

/// `GET /api/v1/entries/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<EntryView>, Error> {
    Ok(axum::Json(app.entry(&me, &id).await?))
}

/// `GET /api/v1/entries/{id}/fields/{key}/crop.jpg`
pub(super) async fn crop(
    State(app): State<Arc<App>>,
    _: SignedIn,
    Path((id, key)): Path<(String, String)>,
) -> Result<impl IntoResponse, Error> {
    Ok(jpeg(app.field_crop(&id, &key).await?))
}

/// `POST /api/v1/entries/{id}/lease`
pub(super) async fn keep_lease(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<Lease>, Error> {
    Ok(axum::Json(Lease { lease_until: app.keep_lease(&me, &id).await? }))
}

/// `DELETE /api/v1/entries/{id}/lease`
pub(super) async fn give_back(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    app.give_back(&me, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /api/v1/entries/{id}/draft`
pub(super) async fn save_draft(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(draft): Json<Draft>,
) -> Result<axum::Json<DraftKept>, Error> {
    Ok(axum::Json(app.save_draft(&me, &id, &draft).await?))
}

/// `POST /api/v1/entries/{id}/keying`
pub(super) async fn submit_keying(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(answers): Json<Answers>,
) -> Result<axum::Json<EntryOutcome>, Error> {
    Ok(axum::Json(app.submit_keying(&me, &id, answers).await?))
}

/// `POST /api/v1/entries/{id}/verdicts`
pub(super) async fn give_verdicts(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(verdicts): Json<Verdicts>,
) -> Result<axum::Json<EntryOutcome>, Error> {
    Ok(axum::Json(app.give_verdicts(&me, &id, verdicts).await?))
}

/// `POST /api/v1/entries/{id}/adjudication`
pub(super) async fn adjudicate(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(answers): Json<Answers>,
) -> Result<axum::Json<EntryOutcome>, Error> {
    Ok(axum::Json(app.adjudicate(&me, &id, answers).await?))
}
