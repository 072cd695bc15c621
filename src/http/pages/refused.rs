//! The scanning centre's desk: refused pages, why, and what to do about each.

use super::html;
use super::shell::{ChosenLang, Person, Shell};
use crate::http::Error;
use askama::Template;
use axum::response::Html;

#[derive(Template)]
#[template(path = "refused.html", config = "src/http/templates/askama.toml")]
struct RefusedPage {
    shell: Shell,
}

/// `GET /refused`
pub(super) async fn show(Person(me): Person, lang: ChosenLang) -> Result<Html<String>, Error> {
    html(&RefusedPage { shell: Shell::new(lang, Some(&me), "/refused")? })
}
