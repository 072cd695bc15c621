//! `sohoa demo`: users and a book to look around with. Doing it again adds what is missing and changes nothing.

use super::config::Settings;
use super::service;
use crate::app::{App, Error, NewAccount, NewBook};
use crate::domain::AccountRole::{self, Admin, ScanningCentre, Supervisor, Typist, Verifier};
use anyhow::Context;
use clap::Args as ClapArgs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `sohoa demo`.
#[derive(Debug, ClapArgs)]
#[group(id = "demonstration")]
pub struct Args {
    /// Folder of the demonstration book: book.json and its pages
    #[arg(long, value_name = "FOLDER", default_value = "tests/fixtures/pages")]
    demo_book: PathBuf,
}

/// User name, name of the person, roles. The typists may also verify, to see that nobody verifies own work; what one
/// supervisor finds wrong in a sample the other settles.
const USERS: [(&str, &str, &[AccountRole]); 7] = [
    ("nhaplieu1", "Người nhập liệu 1", &[Typist, Verifier]),
    ("nhaplieu2", "Người nhập liệu 2", &[Typist, Verifier]),
    ("kiemtra", "Người kiểm tra", &[Verifier]),
    ("thamdinh", "Người thẩm định", &[Supervisor]),
    ("pheduyet", "Người phê duyệt", &[Supervisor]),
    ("quetso", "Trung tâm quét", &[ScanningCentre]),
    ("quantri", "Quản trị viên", &[Admin]),
];

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    service::block_on(async {
        let app = service::open_app(settings).await?;
        load(&app, args).await?;
        app.store.close().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Creates the users that are missing, printing their passwords this once, and loads the pages that are.
pub(super) async fn load(app: &App, args: &Args) -> anyhow::Result<()> {
    add_users(app).await?;
    load_book(app, &args.demo_book)
        .await
        .with_context(|| format!("the demonstration book in {} cannot be loaded", args.demo_book.display()))
}

async fn add_users(app: &App) -> anyhow::Result<()> {
    let known: Vec<String> = app.accounts().await?.into_iter().map(|a| a.username).collect();
    let mut out = std::io::stdout();
    for (username, full_name, roles) in USERS {
        if known.iter().any(|k| k == username) {
            continue;
        }
        let password = app.random.password();
        app.add_account(NewAccount {
            username: username.to_owned(),
            full_name: full_name.to_owned(),
            same_person_as: None,
            roles: roles.to_vec(),
            password: password.clone(),
        })
        .await?;
        let roles: Vec<&str> = roles.iter().map(|r| r.as_str()).collect();
        writeln!(out, "  {username:<10} {password}  ({})", roles.join(", "))?;
    }
    let hint = "Passwords are shown once; `sohoa user passwd NAME` sets a new one.";
    writeln!(out, "Demonstration users: {}. {hint}", USERS.map(|(name, ..)| name).join(", "))?;
    Ok(())
}

async fn load_book(app: &App, folder: &Path) -> anyhow::Result<()> {
    let me = app.at_command_line("quetso").await?;
    let text = std::fs::read_to_string(folder.join("book.json")).context("book.json")?;
    let book: NewBook = serde_json::from_str(&text).context("book.json")?;
    let id = match app.add_book(&me, book.clone()).await {
        Ok(added) => added.id,
        Err(Error::BookExists) => app.book_named(&book).await?.id,
        Err(error) => return Err(error.into()),
    };
    if app.book(&id).await?.state != crate::domain::BookState::Open {
        return Ok(());
    }
    for path in pages(folder)? {
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let bytes = std::fs::read(&path).with_context(|| name.clone())?;
        app.upload_page(&me, &id, &name, bytes.into()).await.with_context(|| name.clone())?;
    }
    Ok(())
}

/// The images of a folder in order of their names.
fn pages(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let is_image = |p: &PathBuf| p.extension().is_some_and(|e| e == "jpg" || e == "png");
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    pages.retain(is_image);
    pages.sort();
    Ok(pages)
}
