//! Pages for people: rendered on the server with all texts in their language; ES modules from [`assets`]
//! take over from there and speak to the JSON API like anyone else.

mod assets;
mod book_pages;
mod desks;
mod entry_pages;
mod login;
mod lot_pages;
mod refused;
mod shell;
mod texts;

use super::Error;
use crate::app::App;
use askama::Template;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use std::sync::Arc;

/// Every address for people.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(login::home))
        .route("/login", get(login::show))
        .route("/books", get(book_pages::list))
        .route("/books/{id}", get(book_pages::show))
        .route("/books/{id}/order", get(entry_pages::order))
        .route("/books/{id}/entries", get(entry_pages::show))
        .route("/type", get(desks::typist))
        .route("/verify", get(desks::verifier))
        .route("/verify/groups", get(desks::groups))
        .route("/refused", get(refused::show))
        .route("/dispute", get(desks::adjudicator))
        .route("/lots", get(lot_pages::list))
        .route("/lots/{id}", get(lot_pages::show))
        .route("/lots/{id}/inspect", get(lot_pages::inspect))
        .route("/static/{version}/{file}", get(assets::serve))
}

/// A template as an answer.
fn html(template: &impl Template) -> Result<Html<String>, Error> {
    Ok(Html(template.render()?))
}

/// JSON that may stand inside a `<script>` element.
fn json_for_script(value: &impl serde::Serialize) -> Result<String, Error> {
    Ok(serde_json::to_string(value)?.replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_a_script_cannot_end_the_script() {
        assert_eq!(json_for_script(&"</script>").unwrap(), "\"\\u003c/script>\"");
    }
}
