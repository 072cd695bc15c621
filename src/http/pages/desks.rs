//! The three desks: typing, verifying, settling disputes. The page is the same; the module differs.

use super::html;
use super::shell::{ChosenLang, Person, Shell};
use crate::app::Me;
use crate::http::Error;
use askama::Template;
use axum::response::Html;

#[derive(Template)]
#[template(path = "desk.html", config = "src/http/templates/askama.toml")]
struct DeskPage {
    shell: Shell,
    title: &'static str,
    script: &'static str,
}

impl DeskPage {
    fn render_for(
        me: &Me,
        lang: ChosenLang,
        href: &str,
        module: [&'static str; 2],
    ) -> Result<Html<String>, Error> {
        let [title, script] = module;
        html(&Self { shell: Shell::new(lang, Some(me), href)?, title, script })
    }
}

/// `GET /type`
pub(super) async fn typist(Person(me): Person, lang: ChosenLang) -> Result<Html<String>, Error> {
    DeskPage::render_for(&me, lang, "/type", ["nav.typist", "type.js"])
}

/// `GET /verify`
pub(super) async fn verifier(Person(me): Person, lang: ChosenLang) -> Result<Html<String>, Error> {
    DeskPage::render_for(&me, lang, "/verify", ["nav.verifier", "verify.js"])
}

#[derive(Template)]
#[template(path = "groups.html", config = "src/http/templates/askama.toml")]
struct GroupsPage {
    shell: Shell,
}

/// `GET /verify/groups`: fields of many entries that read the same, together.
pub(super) async fn groups(Person(me): Person, lang: ChosenLang) -> Result<Html<String>, Error> {
    html(&GroupsPage { shell: Shell::new(lang, Some(&me), "/verify")? })
}

/// `GET /dispute`
pub(super) async fn adjudicator(Person(me): Person, lang: ChosenLang) -> Result<Html<String>, Error> {
    DeskPage::render_for(&me, lang, "/dispute", ["nav.adjudicator", "dispute.js"])
}
