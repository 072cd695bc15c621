//! Refused pages: the list, the picture with what was found, another capture.

use super::pages::{Page, jpeg};
use crate::app::{App, BookName, RefusedPage};
use crate::http::extract::{Path, Query};
use crate::http::incoming::Incoming;
use crate::http::{Error, Lang, SignedIn};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use std::sync::Arc;

/// A refused page with its book.
#[derive(Serialize)]
pub(super) struct Refused {
    #[serde(flatten)]
    page: Page,
    book: BookName,
}

#[derive(Serialize)]
pub(super) struct AllRefused {
    pages: Vec<Refused>,
}

impl Refused {
    fn new(refused: RefusedPage, lang: Lang) -> Self {
        Self { page: Page::new(refused.page, lang), book: refused.book }
    }
}

/// `GET /api/v1/refused`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    lang: Lang,
) -> Result<axum::Json<AllRefused>, Error> {
    let refused = app.refused_pages(&me).await?;
    Ok(axum::Json(AllRefused { pages: refused.into_iter().map(|p| Refused::new(p, lang)).collect() }))
}

/// `GET /api/v1/pages/{id}/findings.jpg`
pub(super) async fn picture(
    State(app): State<Arc<App>>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Error> {
    Ok(jpeg(app.findings_picture(&id).await?))
}

/// `POST /api/v1/pages/{id}/replacement?name=FILE`: the body is the picture.
#[expect(clippy::too_many_arguments, reason = "one extractor each")]
pub(super) async fn replace(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    lang: Lang,
    Path(id): Path<String>,
    Query(file): Query<super::pages::FileName>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, axum::Json<Page>), Error> {
    app.may_upload(&me, &app.page(&id).await?.book_id).await?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let file_on_disk = Incoming::take(&app, body, (announced, app.settings.limits.max_bytes)).await?;
    let (bytes, _room) = file_on_disk.bytes(&app).await?;
    let page = app.replace_page(&me, &id, &file.name, bytes).await?;
    Ok((StatusCode::CREATED, axum::Json(Page::new(page, lang))))
}
