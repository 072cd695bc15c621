//! Pages: upload, state, pictures.

use super::bundles::Bundle;
use crate::app::{App, PageView, Uploaded};
use crate::domain::gate::{self, Finding};
use crate::domain::states::PageState;
use crate::http::extract::{Json, Path, Query};
use crate::http::incoming::Incoming;
use crate::http::{Error, Lang, SignedIn, sentences};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
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
pub(super) struct Reject {
    code: String,
    message: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Told>,
}

/// One thing that is wrong with a capture, in words.
#[derive(Serialize)]
struct Told {
    reason: gate::Reason,
    message: String,
    places: Vec<[[f32; 2]; 4]>,
}

impl Reject {
    pub(super) fn new(code: String, lang: Lang) -> Self {
        Self { message: sentences::of_code(&code, lang), findings: Vec::new(), code }
    }
}

#[derive(Serialize)]
pub(super) struct Pages {
    pages: Vec<Page>,
}

/// What an upload became.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Taken {
    /// One page.
    Page(Page),
    /// A file whose pages follow.
    Bundle { bundle: Bundle, already: bool },
}

#[derive(Deserialize)]
pub(super) struct FileName {
    #[serde(default)]
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct Width {
    width: Option<u32>,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    pub(super) reason: String,
}

impl Page {
    pub(super) fn new(page: PageView, lang: Lang) -> Self {
        let code = page.reject_code.clone().filter(|_| page.state == PageState::Rejected);
        let told = |finding: &Finding| Told {
            reason: finding.reason,
            message: sentences::of_finding(finding, lang),
            places: finding.places.clone(),
        };
        let findings = page.findings.iter().map(told).collect();
        let reject = code.map(|code| Reject { findings, ..Reject::new(code, lang) });
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

/// `POST /api/v1/books/{id}/pages?name=FILE`: the body is the file, of one page or many.
#[expect(clippy::too_many_arguments, reason = "one extractor each")]
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    lang: Lang,
    Path(book_id): Path<String>,
    Query(file): Query<FileName>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, axum::Json<Taken>), Error> {
    app.may_upload(&me, &book_id).await?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let file_on_disk = Incoming::take(&app, body, (announced, app.settings.max_upload_bytes())).await?;
    let (bytes, _room) = file_on_disk.bytes(&app).await?;
    let (taken, already) = app.upload(&me, &book_id, &file.name, bytes).await?;
    Ok(match taken {
        Uploaded::Page(page) => {
            let status = if already { StatusCode::OK } else { StatusCode::CREATED };
            (status, axum::Json(Taken::Page(Page { already, ..Page::new(page, lang) })))
        }
        Uploaded::Bundle(bundle) => {
            let status = if already { StatusCode::OK } else { StatusCode::ACCEPTED };
            (status, axum::Json(Taken::Bundle { bundle: Bundle::new(bundle, lang), already }))
        }
    })
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
