//! The outermost layer: gives every request an id, renders refusals in the person's language, logs what
//! failed (once, with the id that the person sees), and sets the headers that keep browsers careful.

use super::{Error, Lang, sentences};
use crate::app::{self, App};
use crate::domain::review::Refusal;
use axum::Json;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::any::Any;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// What browsers may load: nothing from elsewhere.
const CSP: &str = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; \
                   form-action 'self'; frame-ancestors 'none'";

const CAREFUL: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Runs a request between its id and its headers.
pub(super) async fn edge(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = app.short_id();
    let lang = Lang::of(request.headers());
    let for_programs = request.uri().path().starts_with("/api/");
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, method = %request.method(), path);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, ms) = (response.status().as_u16(), started.elapsed().as_millis() as u64);
    span.in_scope(|| tracing::debug!(status, ms, "answered"));
    if let Some(error) = refusal(&response) {
        let _in_span = span.enter();
        log(&error);
        response = if for_programs { as_json(&error, lang, &id) } else { as_page(&error, lang, &id) };
    }
    let headers = response.headers_mut();
    for (name, value) in CAREFUL {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = id.parse() {
        headers.insert("x-request-id", value);
    }
    response
}

/// Turns a caught panic into an error like others.
#[expect(clippy::needless_pass_by_value, reason = "the layer wants a function of this shape")]
pub(super) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let words = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
        .unwrap_or_else(|| "without a message".to_owned());
    Error::Panicked(words).into_response()
}

/// The error behind an answer; answers of axum and its layers that came without one get theirs here.
fn refusal(response: &Response) -> Option<Arc<Error>> {
    if let Some(error) = response.extensions().get::<Arc<Error>>() {
        return Some(Arc::clone(error));
    }
    let untyped = !response.headers().contains_key(header::CONTENT_TYPE);
    match response.status() {
        StatusCode::METHOD_NOT_ALLOWED if untyped => Some(Arc::new(Error::NoSuchMethod)),
        StatusCode::NOT_FOUND if untyped => Some(Arc::new(Error::NoSuchAddress)),
        _ => None,
    }
}

fn log(error: &Error) {
    if error.status().is_server_error() {
        let chain = causes(error);
        tracing::error!(code = error.code(), chain, "request failed");
    } else {
        tracing::debug!(code = error.code(), "request refused");
    }
}

/// An error and its causes on one line.
fn causes(error: &Error) -> String {
    let mut chain = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        chain = format!("{chain}: {cause}");
        source = cause.source();
    }
    chain
}

fn as_json(error: &Error, lang: Lang, id: &str) -> Response {
    let mut body = json!({
        "code": error.code(), "message": sentences::sentence(error, lang), "id": id,
    });
    let fields = field_sentences(error, lang);
    if !fields.is_empty() {
        body["fields"] = Value::Object(fields);
    }
    if let Error::App(app::Error::PageElsewhere { page_id }) = error {
        body["page_id"] = Value::from(page_id.as_str());
    }
    (error.status(), Json(json!({ "error": body }))).into_response()
}

/// One sentence for each field or input refused.
fn field_sentences(error: &Error, lang: Lang) -> Map<String, Value> {
    let said = |key: &str, sentence: &'static str| (key.to_owned(), Value::from(sentence));
    match error {
        Error::App(app::Error::Refused(Refusal::Fields(problems))) => {
            problems.iter().map(|p| said(&p.key, sentences::of_problem(p.problem, lang))).collect()
        }
        Error::App(app::Error::BadInput(names)) => {
            names.iter().map(|name| said(name, sentences::of_input(name, lang))).collect()
        }
        _ => Map::new(),
    }
}

fn as_page(error: &Error, lang: Lang, id: &str) -> Response {
    let (sentence, tag) = (sentences::sentence(error, lang), lang.tag());
    let page = format!(
        "<!doctype html><html lang=\"{tag}\"><meta charset=\"utf-8\"><title>Sổ Hoá</title>\
         <main><h1>{sentence}</h1><p><a href=\"/\">{}</a></p><p><small>{id}</small></p></main></html>",
        lang.pick("Về trang đầu", "To the first page")
    );
    (error.status(), Html(page)).into_response()
}
