//! Lots: their list, one lot, and the desk at which its sample is inspected.

use super::html;
use super::shell::{ChosenLang, Person, Shell};
use crate::app::{App, LotView};
use crate::domain::AccountRole;
use crate::http::{Error, Path};
use askama::Template;
use axum::extract::State;
use axum::response::Html;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "lots.html", config = "src/http/templates/askama.toml")]
struct LotsPage {
    shell: Shell,
    supervises: bool,
}

#[derive(Template)]
#[template(path = "lot.html", config = "src/http/templates/askama.toml")]
struct LotPage {
    shell: Shell,
    lot_id: String,
    name: String,
}

#[derive(Template)]
#[template(path = "inspect.html", config = "src/http/templates/askama.toml")]
struct InspectPage {
    shell: Shell,
    lot_id: String,
}

/// `GET /lots`
pub(super) async fn list(Person(me): Person, lang: ChosenLang) -> Result<Html<String>, Error> {
    let supervises = me.has(AccountRole::Supervisor);
    html(&LotsPage { shell: Shell::new(lang, Some(&me), "/lots")?, supervises })
}

/// `GET /lots/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Person(me): Person,
    lang: ChosenLang,
    Path(id): Path<String>,
) -> Result<Html<String>, Error> {
    let shell = Shell::new(lang, Some(&me), "/lots")?;
    let lot = app.lot(&me, &id).await?;
    html(&LotPage { name: lot_name(&shell, &lot), lot_id: lot.id, shell })
}

/// `GET /lots/{id}/inspect`
pub(super) async fn inspect(
    State(app): State<Arc<App>>,
    Person(me): Person,
    lang: ChosenLang,
    Path(id): Path<String>,
) -> Result<Html<String>, Error> {
    let shell = Shell::new(lang, Some(&me), "/lots")?;
    let lot = app.lot(&me, &id).await?;
    html(&InspectPage { lot_id: lot.id, shell })
}

fn lot_name(shell: &Shell, lot: &LotView) -> String {
    shell.get("lots.number").replace("{n}", &lot.number.to_string())
}
