//! The entries of a book: those made by hand, those that are none, what is written beside them, and the pages on
//! which they go on.

use crate::app::{App, EntryByHand, EntryInBook, EntryOutcome, MadeByHand, NoteGiven, NoteView};
use crate::http::extract::{Json, Path};
use crate::http::{Error, SignedIn};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct Entries {
    entries: Vec<EntryInBook>,
}

#[derive(Serialize)]
pub(super) struct Notes {
    notes: Vec<NoteView>,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
pub(super) struct Continuation {
    page_id: String,
    #[serde(default)]
    reason: String,
}

/// `GET /api/v1/books/{id}/entries`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(book_id): Path<String>,
) -> Result<axum::Json<Entries>, Error> {
    Ok(axum::Json(Entries { entries: app.entries_of_book(&me, &book_id).await? }))
}

/// `POST /api/v1/books/{id}/entries`: an entry made by hand.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(book_id): Path<String>,
    Json(new): Json<EntryByHand>,
) -> Result<(StatusCode, axum::Json<MadeByHand>), Error> {
    Ok((StatusCode::CREATED, axum::Json(app.add_entry_by_hand(&me, &book_id, &new).await?)))
}

/// `POST /api/v1/entries/{id}/set_aside`
pub(super) async fn set_aside(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<Reason>,
) -> Result<axum::Json<EntryOutcome>, Error> {
    Ok(axum::Json(app.set_aside(&me, &id, &given.reason).await?))
}

/// `POST /api/v1/entries/{id}/no_entry`
pub(super) async fn confirm_no_entry(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<EntryOutcome>, Error> {
    Ok(axum::Json(app.confirm_no_entry(&me, &id).await?))
}

/// `POST /api/v1/entries/{id}/restore`
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<Reason>,
) -> Result<axum::Json<EntryOutcome>, Error> {
    Ok(axum::Json(app.restore_entry(&me, &id, &given.reason).await?))
}

/// `GET /api/v1/entries/{id}/notes`
pub(super) async fn notes(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<Notes>, Error> {
    Ok(axum::Json(Notes { notes: app.notes(&me, &id).await? }))
}

/// `POST /api/v1/entries/{id}/notes`
pub(super) async fn add_note(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<NoteGiven>,
) -> Result<axum::Json<Notes>, Error> {
    Ok(axum::Json(Notes { notes: app.add_note(&me, &id, &given).await? }))
}

/// `POST /api/v1/entries/{id}/notes/{note}/check`
pub(super) async fn check_note(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path((id, note)): Path<(String, String)>,
) -> Result<axum::Json<Notes>, Error> {
    Ok(axum::Json(Notes { notes: app.check_note(&me, &id, &note).await? }))
}

/// `POST /api/v1/entries/{id}/notes/{note}/drop`
pub(super) async fn drop_note(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path((id, note)): Path<(String, String)>,
    Json(given): Json<Reason>,
) -> Result<axum::Json<Notes>, Error> {
    Ok(axum::Json(Notes { notes: app.drop_note(&me, &id, &note, &given.reason).await? }))
}

/// `POST /api/v1/entries/{id}/pages`: the entry goes on, on this page.
pub(super) async fn continue_on(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<Continuation>,
) -> Result<StatusCode, Error> {
    app.continue_on(&me, &id, &given.page_id, &given.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/v1/entries/{id}/pages/{page}`
pub(super) async fn end_continuation(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path((id, page)): Path<(String, String)>,
) -> Result<StatusCode, Error> {
    app.end_continuation(&me, &id, &page).await?;
    Ok(StatusCode::NO_CONTENT)
}
