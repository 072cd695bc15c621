//! How the program is doing.

use crate::app::{App, JobsSummary};
use crate::http::{Error, SignedIn};
use axum::extract::State;
use std::sync::Arc;

/// `GET /healthz`: the process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: database and blobs answer.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Error> {
    app.check_ready().await.map_err(|error| Error::NotReady(Box::new(error)))?;
    Ok("ready\n")
}

/// `GET /api/v1/jobs/summary`
pub(super) async fn jobs(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
) -> Result<axum::Json<JobsSummary>, Error> {
    Ok(axum::Json(app.jobs_summary(&me).await?))
}
