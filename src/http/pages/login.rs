//! Logging in, and where `/` leads.

use super::html;
use super::shell::{ChosenLang, Person, Shell, first_way};
use crate::http::Error;
use askama::Template;
use axum::response::{Html, Redirect};

#[derive(Template)]
#[template(path = "login.html", config = "src/http/templates/askama.toml")]
struct LoginPage {
    shell: Shell,
}

/// `GET /`: to the first work of the day.
pub(super) async fn home(Person(me): Person) -> Redirect {
    Redirect::to(first_way(&me))
}

/// `GET /login`
pub(super) async fn show(lang: ChosenLang) -> Result<Html<String>, Error> {
    html(&LoginPage { shell: Shell::new(lang, None, "/login")? })
}
