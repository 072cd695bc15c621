//! Logging in and out.

use crate::app::{App, Me};
use crate::http::extract::Json;
use crate::http::lang::cookie;
use crate::http::session::{Address, SESSION_COOKIE, own_site};
use crate::http::{Error, SignedIn};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Credentials {
    username: String,
    password: String,
}

/// `POST /api/v1/sessions`
pub(super) async fn create(
    State(app): State<Arc<App>>,
    address: Address,
    headers: HeaderMap,
    Json(given): Json<Credentials>,
) -> Result<impl IntoResponse, Error> {
    own_site(&Method::POST, &headers)?;
    let (token, me) = app.log_in(&given.username, given.password, &address.0).await?;
    let max_age = app.settings.session_secs;
    Ok((AppendHeaders([(header::SET_COOKIE, session_cookie(&app, &token, max_age))]), axum::Json(me)))
}

/// `DELETE /api/v1/sessions/current`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Error> {
    if let Some(token) = cookie(&headers, SESSION_COOKIE) {
        app.log_out(token, &me).await?;
    }
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, session_cookie(&app, "", 0))])))
}

/// `GET /api/v1/me`
pub(super) async fn me(SignedIn(me): SignedIn) -> axum::Json<Me> {
    axum::Json(me)
}

fn session_cookie(app: &App, token: &str, max_age_secs: u32) -> String {
    let secure = if app.settings.secure_cookies { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={token}; Path=/; Max-Age={max_age_secs}; HttpOnly; SameSite=Strict{secure}")
}
