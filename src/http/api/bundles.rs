//! Files of many pages: what became of them, trying again, giving up.

use super::pages::{Reason, Reject};
use crate::app::{App, BundleView};
use crate::http::extract::{Json, Path};
use crate::http::{Error, Lang, SignedIn};
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;

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

impl Bundle {
    pub(super) fn new(bundle: BundleView, lang: Lang) -> Self {
        let reject = bundle.reject_code.clone().map(|code| Reject::new(code, lang));
        Self { bundle, reject }
    }
}

/// `GET /api/v1/books/{id}/bundles`: the files of many pages that came in.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: SignedIn,
    lang: Lang,
    Path(book_id): Path<String>,
) -> Result<axum::Json<Bundles>, Error> {
    let bundles = app.bundles(&book_id).await?;
    Ok(axum::Json(Bundles { bundles: bundles.into_iter().map(|b| Bundle::new(b, lang)).collect() }))
}

/// `POST /api/v1/bundles/{id}/retry`: unpacks a file again of which nothing came out.
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    lang: Lang,
    Path(id): Path<String>,
) -> Result<axum::Json<Bundle>, Error> {
    Ok(axum::Json(Bundle::new(app.retry_bundle(&me, &id).await?, lang)))
}

/// `POST /api/v1/bundles/{id}/dismissal`: gives such a file up, with the reason.
pub(super) async fn dismiss(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    lang: Lang,
    Path(id): Path<String>,
    Json(given): Json<Reason>,
) -> Result<axum::Json<Bundle>, Error> {
    Ok(axum::Json(Bundle::new(app.dismiss_bundle(&me, &id, &given.reason).await?, lang)))
}
