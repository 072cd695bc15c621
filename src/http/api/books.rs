//! Books and the supervisor's actions on them.

use crate::app::{App, BookView, NewBook};
use crate::http::extract::{Json, Path};
use crate::http::{Error, SignedIn};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct Books {
    books: Vec<BookView>,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Contractor {
    #[serde(default)]
    contractor: String,
}

/// `GET /api/v1/books`
pub(super) async fn list(State(app): State<Arc<App>>, _: SignedIn) -> Result<axum::Json<Books>, Error> {
    Ok(axum::Json(Books { books: app.books().await? }))
}

/// `POST /api/v1/books`
pub(super) async fn create(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Json(book): Json<NewBook>,
) -> Result<(StatusCode, axum::Json<BookView>), Error> {
    Ok((StatusCode::CREATED, axum::Json(app.add_book(&me, book).await?)))
}

/// `GET /api/v1/books/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<BookView>, Error> {
    Ok(axum::Json(app.book(&id).await?))
}

/// `POST /api/v1/books/{id}/acceptance`
pub(super) async fn accept(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<Reason>,
) -> Result<axum::Json<BookView>, Error> {
    Ok(axum::Json(app.accept_book(&me, &id, given.reason).await?))
}

/// `POST /api/v1/books/{id}/approval`
pub(super) async fn approve(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<BookView>, Error> {
    Ok(axum::Json(app.approve_book(&me, &id).await?))
}

/// `PUT /api/v1/books/{id}/contractor`
pub(super) async fn set_contractor(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<Contractor>,
) -> Result<axum::Json<BookView>, Error> {
    Ok(axum::Json(app.set_contractor(&me, &id, &given.contractor).await?))
}
