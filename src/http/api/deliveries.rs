//! Deliveries: the files that leave the house.

use crate::app::{App, DeliveryView};
use crate::http::extract::Path;
use crate::http::{Error, SignedIn};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use std::sync::Arc;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Serialize)]
pub(super) struct Deliveries {
    deliveries: Vec<DeliveryView>,
}

/// `GET /api/v1/books/{id}/deliveries`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: SignedIn,
    Path(book_id): Path<String>,
) -> Result<axum::Json<Deliveries>, Error> {
    Ok(axum::Json(Deliveries { deliveries: app.deliveries(&book_id).await? }))
}

/// `POST /api/v1/books/{id}/deliveries`
pub(super) async fn create(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(book_id): Path<String>,
) -> Result<(StatusCode, axum::Json<DeliveryView>), Error> {
    Ok((StatusCode::CREATED, axum::Json(app.deliver_book(&me, &book_id).await?)))
}

/// `GET /api/v1/deliveries/{id}/workbook`
pub(super) async fn workbook(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Error> {
    let (delivery, bytes) = app.workbook(&me, &id).await?;
    let disposition = format!("attachment; filename=\"{}\"", delivery.file);
    Ok(([(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes))
}
