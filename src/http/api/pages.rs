//! Pages: upload, state, pictures.

use crate::app::{self, App, BundleView, PageView, UPLOAD_ROOM_MB, Uploaded};
use crate::domain::states::PageState;
use crate::http::extract::{Json, Path, Query, read_body};
use crate::http::{Error, Lang, SignedIn, sentences};
use crate::image::BundleKind;
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
struct Reject {
    code: String,
    message: &'static str,
}

#[derive(Serialize)]
pub(super) struct Pages {
    pages: Vec<Page>,
}

/// A file of many pages with the reason of its refusal in words.
#[derive(Serialize)]
pub(super) struct Bundle {
    #[serde(flatten)]
    bundle: BundleView,
    reject: Option<Reject>,
}

#[derive(Serialize)]
pub(super) struct Bundles {
    bundles: Vec<Bundle>,
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

impl Bundle {
    fn new(bundle: BundleView, lang: Lang) -> Self {
        let code = bundle.reject_code.clone();
        let reject = code.map(|code| Reject { message: sentences::of_code(&code, lang), code });
        Self { bundle, reject }
    }
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

/// `GET /api/v1/books/{id}/bundles`: the files of many pages that came in.
pub(super) async fn bundles(
    State(app): State<Arc<App>>,
    _: SignedIn,
    lang: Lang,
    Path(book_id): Path<String>,
) -> Result<axum::Json<Bundles>, Error> {
    let bundles = app.bundles(&book_id).await?;
    Ok(axum::Json(Bundles { bundles: bundles.into_iter().map(|b| Bundle::new(b, lang)).collect() }))
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
    let max_bytes = app.settings.max_upload_bytes();
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    // Others wait in line before their bytes are taken off the wire.
    let megabytes = (announced.unwrap_or(max_bytes).min(max_bytes) >> 20) + 1;
    let room = app.upload_room.acquire_many(megabytes.min(UPLOAD_ROOM_MB) as u32).await;
    let _room = room.map_err(|_| app::Error::Broken("no room".into()))?;
    let bytes = read_body(body, announced, max_bytes).await?;
    let most_of_page = app.settings.limits.max_bytes;
    if bytes.len() > most_of_page && BundleKind::of(&bytes).is_none() {
        return Err(Error::TooLarge { max_bytes: most_of_page });
    }
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
