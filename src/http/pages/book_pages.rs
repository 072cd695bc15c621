//! The list of books, and one book.

use super::shell::{ChosenLang, Person, Shell};
use super::{html, json_for_script};
use crate::app::{App, BookView, Me};
use crate::domain::{AccountRole, Form};
use crate::http::{Error, Path};
use askama::Template;
use axum::extract::State;
use axum::response::Html;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "books.html", config = "src/http/templates/askama.toml")]
struct BooksPage {
    shell: Shell,
    may_open: bool,
    kinds: Vec<Kind>,
    first_json: String,
}

struct Kind {
    word: &'static str,
    text: &'static str,
}

#[derive(Template)]
#[template(path = "book.html", config = "src/http/templates/askama.toml")]
struct BookPage {
    shell: Shell,
    book_id: String,
    name: String,
    state: String,
    may_send: bool,
    supervises: bool,
}

/// `GET /books`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Person(me): Person,
    lang: ChosenLang,
) -> Result<Html<String>, Error> {
    let shell = Shell::new(lang, Some(&me), "/books")?;
    let first_json = json_for_script(&app.books().await?)?;
    html(&BooksPage { may_open: may_open(&me), kinds: kinds(&shell, &app.forms), first_json, shell })
}

/// `GET /books/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Person(me): Person,
    lang: ChosenLang,
    Path(id): Path<String>,
) -> Result<Html<String>, Error> {
    let shell = Shell::new(lang, Some(&me), "/books")?;
    let book = app.book(&id).await?;
    html(&BookPage {
        name: book_name(&shell, &book),
        state: shell.get(&format!("book.state.{}", book.state)).to_owned(),
        may_send: may_open(&me),
        supervises: me.roles.contains(&AccountRole::Supervisor),
        book_id: book.id,
        shell,
    })
}

/// Whether somebody lists books, sends pages and puts them in order.
pub(super) fn may_open(me: &Me) -> bool {
    let roles = [AccountRole::ScanningCentre, AccountRole::Supervisor, AccountRole::Admin];
    me.roles.iter().any(|role| roles.contains(role))
}

/// The kinds of register for which a form is there: others could not be read.
fn kinds(shell: &Shell, forms: &[Form]) -> Vec<Kind> {
    let known = |word: &str| forms.iter().any(|form| form.register_kind.as_str() == word);
    let kinds = shell.under("kind.").filter(|(word, _)| known(word));
    kinds.map(|(word, text)| Kind { word, text }).collect()
}

/// How people name a book.
pub(super) fn book_name(shell: &Shell, book: &BookView) -> String {
    shell
        .get("book.name")
        .replace("{kind}", book.kind.as_str())
        .replace("{number}", &book.number)
        .replace("{year}", &book.year_opened.to_string())
        .replace("{office}", &book.office)
}
