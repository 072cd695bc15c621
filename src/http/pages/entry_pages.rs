//! The list of a book's entries, and the order of its pages.

use super::book_pages::{book_name, may_open};
use super::html;
use super::shell::{ChosenLang, Person, Shell};
use crate::app::App;
use crate::domain::AccountRole;
use crate::http::{Error, Path};
use askama::Template;
use axum::extract::State;
use axum::response::Html;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "entries.html", config = "src/http/templates/askama.toml")]
struct EntriesPage {
    shell: Shell,
    book_id: String,
    name: String,
    filters: [&'static str; 6],
    may_add: bool,
}

/// `GET /books/{id}/entries`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Person(me): Person,
    lang: ChosenLang,
    Path(id): Path<String>,
) -> Result<Html<String>, Error> {
    let shell = Shell::new(lang, Some(&me), "/books")?;
    let book = app.book(&id).await?;
    let only_verifies = me.roles.iter().all(|role| *role == AccountRole::Verifier);
    html(&EntriesPage {
        name: book_name(&shell, &book),
        filters: ["all", "look", "by_hand", "repeated", "struck", "no_entry"],
        may_add: !only_verifies,
        book_id: book.id,
        shell,
    })
}

#[derive(Template)]
#[template(path = "order.html", config = "src/http/templates/askama.toml")]
struct OrderPage {
    shell: Shell,
    book_id: String,
    name: String,
    may_order: bool,
}

/// `GET /books/{id}/order`
pub(super) async fn order(
    State(app): State<Arc<App>>,
    Person(me): Person,
    lang: ChosenLang,
    Path(id): Path<String>,
) -> Result<Html<String>, Error> {
    let shell = Shell::new(lang, Some(&me), "/books")?;
    let book = app.book(&id).await?;
    let name = book_name(&shell, &book);
    html(&OrderPage { name, may_order: may_open(&me), book_id: book.id, shell })
}
