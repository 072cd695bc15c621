//! Acceptance by sampling: lots, their inspection, and the terms of both.

use crate::app::{
    App, ImprovementTold, InspectionOutcome, LotList, LotPlan, LotView, LotWish, SamplingView, Verdicts,
};
use crate::domain::acceptance::Sampling;
use crate::http::extract::{Json, Path};
use crate::http::{Error, SignedIn};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Terms {
    /// `null` must be said: what is left out turns nothing off.
    #[serde(deserialize_with = "Option::deserialize")]
    sampling: Option<Sampling>,
}

/// `GET /api/v1/sampling`
pub(super) async fn sampling(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
) -> Result<axum::Json<SamplingView>, Error> {
    Ok(axum::Json(app.sampling(&me).await?))
}

/// `PUT /api/v1/sampling`: `{"sampling": null}` accepts whole books.
pub(super) async fn set_sampling(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Json(terms): Json<Terms>,
) -> Result<axum::Json<SamplingView>, Error> {
    Ok(axum::Json(app.set_sampling(&me, terms.sampling).await?))
}

/// `GET /api/v1/lots`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
) -> Result<axum::Json<LotList>, Error> {
    Ok(axum::Json(app.lots(&me).await?))
}

/// `POST /api/v1/lots/plan`: what a lot of these books would be; makes none.
pub(super) async fn plan(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Json(wish): Json<LotWish>,
) -> Result<axum::Json<LotPlan>, Error> {
    Ok(axum::Json(app.plan_lot(&me, &wish).await?))
}

/// `POST /api/v1/lots`
pub(super) async fn create(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Json(wish): Json<LotWish>,
) -> Result<(StatusCode, axum::Json<LotView>), Error> {
    Ok((StatusCode::CREATED, axum::Json(app.make_lot(&me, &wish).await?)))
}

/// `GET /api/v1/lots/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<LotView>, Error> {
    Ok(axum::Json(app.lot(&me, &id).await?))
}

/// `POST /api/v1/lots/improvements`
pub(super) async fn improved(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Json(told): Json<ImprovementTold>,
) -> Result<StatusCode, Error> {
    app.tell_improvement(&me, &told).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/v1/lots/{id}/inspections/next`
pub(super) async fn next(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    Ok(match app.next_inspection(&me, &id).await? {
        Some(task) => axum::Json(task).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// `POST /api/v1/lots/{id}/inspections/{entry}`
pub(super) async fn inspect(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path((id, entry)): Path<(String, String)>,
    Json(verdicts): Json<Verdicts>,
) -> Result<axum::Json<InspectionOutcome>, Error> {
    Ok(axum::Json(app.inspect(&me, (&id, &entry), verdicts).await?))
}

/// `PUT /api/v1/lots/{id}/inspections/{entry}/draft`
pub(super) async fn save_draft(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path((id, entry)): Path<(String, String)>,
    Json(draft): Json<Value>,
) -> Result<StatusCode, Error> {
    app.save_inspection_draft(&me, (&id, &entry), &draft).await?;
    Ok(StatusCode::NO_CONTENT)
}
