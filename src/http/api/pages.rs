//! Pages: upload, state, pictures.

use crate::app::{self, App, PageView};
use crate::domain::states::PageState;
use crate::http::extract::{Json, Path, Query, read_body};
use crate::http::{Error, Lang, SignedIn, sentences};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A page with the reason of its rejection in words.
#[derive(Serialize)]
pub(super) struct Page {
    #[serde(flatten)]
    page: PageView,
    reject: Option<Reject>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    already: bool,
}

#[derive(Serialize)]
struct Reject {
    code: String,
    message: &'static str,
}

#[derive(Serialize)]
pub(super) struct Pages {
    pages: Vec<Page>,
}

#[derive(Deserialize)]
pub(super) struct FileName {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
pub(super) struct Width {
    width: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    reason: String,
}

impl Page {
    fn new(page: PageView, lang: Lang) -> Self {
        let code = page.reject_code.clone().filter(|_| page.state == PageState::Rejected);
        let reject = code.map(|code| Reject { message: sentences::of_code(&code, lang), code });
        Self { page, reject, already: false }
    }
}

/// `GET /api/v1/books/{id}/pages`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: SignedIn,
    lang: Lang,
    Path(book_id): Path<String>,
) -> Result<axum::Json<Pages>, Error> {
    let pages = app.pages(&book_id).await?;
    Ok(axum::Json(Pages { pages: pages.into_iter().map(|p| Page::new(p, lang)).collect() }))
}

/// `POST /api/v1/books/{id}/pages?name=FILE`: the body is the file.
#[expect(clippy::too_many_arguments, reason = "one extractor each")]
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    lang: Lang,
    Path(book_id): Path<String>,
    Query(file): Query<FileName>,
    body: Body,
) -> Result<(StatusCode, axum::Json<Page>), Error> {
    // Others wait in line before their bytes are taken off the wire.
    let _room = app.upload_room.acquire().await.map_err(|_| app::Error::Broken("no room".into()))?;
    let bytes = read_body(body, app.settings.limits.max_bytes).await?;
    let (page, already) = app.upload_page(&me, &book_id, &file.name, bytes).await?;
    let status = if already { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, axum::Json(Page { already, ..Page::new(page, lang) })))
}

/// `GET /api/v1/pages/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    _: SignedIn,
    lang: Lang,
    Path(id): Path<String>,
) -> Result<axum::Json<Page>, Error> {
    Ok(axum::Json(Page::new(app.page(&id).await?, lang)))
}

/// `POST /api/v1/pages/{id}/insist`
pub(super) async fn insist(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    lang: Lang,
    Path(id): Path<String>,
    Json(given): Json<Reason>,
) -> Result<axum::Json<Page>, Error> {
    Ok(axum::Json(Page::new(app.insist_on_page(&me, &id, &given.reason).await?, lang)))
}

/// `GET /api/v1/pages/{id}/original`
pub(super) async fn original(
    State(app): State<Arc<App>>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Error> {
    let (mime, bytes) = app.original(&id).await?;
    Ok(([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, KEEP.to_owned())], bytes))
}

/// `GET /api/v1/pages/{id}/image?width=1600`
pub(super) async fn image(
    State(app): State<Arc<App>>,
    _: SignedIn,
    Path(id): Path<String>,
    Query(wish): Query<Width>,
) -> Result<impl IntoResponse, Error> {
    Ok(jpeg(app.page_image(&id, wish.width).await?))
}

/// Pictures never change under their address; only the person's own browser may keep them.
const KEEP: &str = "private, max-age=3600, immutable";

/// A JPEG answer.
pub(super) fn jpeg(bytes: Bytes) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, KEEP)], bytes)
}
