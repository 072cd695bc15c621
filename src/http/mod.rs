//! The web server: JSON API, pages for clerks, sessions, errors.

mod api;
mod edge;
mod error;
mod extract;
mod incoming;
pub mod lang;
mod pages;
pub mod sentences;
pub mod session;

pub use error::Error;
pub use extract::{Json, Path, Query};
pub use lang::Lang;
pub use session::{SignedIn, Visitor};

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Everything the server answers.
pub fn router(app: Arc<App>) -> Router {
    api::router()
        .merge(pages::router())
        .fallback(|| async { Error::NoSuchAddress })
        .method_not_allowed_fallback(|| async { Error::NoSuchMethod })
        .layer(DefaultBodyLimit::max(extract::MAX_JSON_BYTES))
        .layer(CatchPanicLayer::custom(edge::panicked))
        .layer(from_fn_with_state(Arc::clone(&app), edge::edge))
        .layer(CompressionLayer::new())
        .with_state(app)
}
