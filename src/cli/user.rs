//! `sohoa user`: accounts from the command line.

use super::config::Settings;
use super::service;
use crate::app::{App, Error, NewAccount};
use crate::domain::AccountRole;
use anyhow::{Context, bail};
use clap::{Args as ClapArgs, Subcommand};
use std::io::{BufRead, Write};
use std::process::ExitCode;

/// Arguments of `sohoa user`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add an account; prints its password once
    Add(Add),
    /// List the accounts
    List,
    /// Set a new password and end the account's sessions
    Passwd(Passwd),
}

#[derive(Debug, ClapArgs)]
struct Add {
    /// What is typed to log in: letters, digits, and . - _ @
    username: String,
    /// The person's full name
    #[arg(long, required_unless_present = "same_person_as")]
    name: Option<String>,
    /// What the account may do; may be given several times
    #[arg(long, required = true, value_name = "ROLE", value_parser = parse_role)]
    role: Vec<AccountRole>,
    /// Another account of the same person: for the four eyes both count as one
    #[arg(long, value_name = "USERNAME", conflicts_with = "name")]
    same_person_as: Option<String>,
    /// Read the password from standard input instead of making one up
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, ClapArgs)]
struct Passwd {
    /// Whose password
    username: String,
    /// Read the password from standard input instead of making one up
    #[arg(long)]
    password_stdin: bool,
}

fn parse_role(word: &str) -> Result<AccountRole, String> {
    let known = || AccountRole::ALL.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ");
    word.parse().map_err(|_| format!("roles are {}", known()))
}

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    service::block_on(async {
        let app = service::open_app(settings).await?;
        match &args.action {
            Action::Add(new) => add(&app, new).await?,
            Action::List => list(&app).await?,
            Action::Passwd(whose) => set_password(&app, whose).await?,
        }
        app.store.close().await;
        Ok(ExitCode::SUCCESS)
    })
}

async fn add(app: &App, new: &Add) -> anyhow::Result<()> {
    let (password, made_up) = password(app, new.password_stdin)?;
    let account = NewAccount {
        username: new.username.clone(),
        full_name: new.name.clone().unwrap_or_default(),
        same_person_as: new.same_person_as.clone(),
        roles: new.role.clone(),
        password: password.clone(),
    };
    app.add_account(account).await.map_err(|error| explained(error, &new.username))?;
    tell(&new.username, &password, made_up)
}

async fn set_password(app: &App, whose: &Passwd) -> anyhow::Result<()> {
    let (password, made_up) = password(app, whose.password_stdin)?;
    let set = app.set_password(&whose.username, password.clone()).await;
    set.map_err(|error| explained(error, &whose.username))?;
    tell(&whose.username, &password, made_up)
}

async fn list(app: &App) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for account in app.accounts().await? {
        let roles: Vec<&str> = account.roles.iter().map(|r| r.as_str()).collect();
        let off = if account.active { "" } else { "  (off)" };
        writeln!(out, "{:<16} {:<28} {}{off}", account.username, account.full_name, roles.join(","))?;
    }
    Ok(())
}

/// The password to be set, and whether it was made up here.
fn password(app: &App, from_stdin: bool) -> anyhow::Result<(String, bool)> {
    if !from_stdin {
        return Ok((app.random.password(), true));
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("no password on standard input")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("no password on standard input");
    }
    Ok((password, false))
}

fn tell(username: &str, password: &str, made_up: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    if made_up {
        writeln!(out, "{username}  {password}")?;
    } else {
        writeln!(out, "{username}")?;
    }
    Ok(())
}

/// The refusal in words for whoever sits at the command line.
fn explained(error: Error, username: &str) -> anyhow::Error {
    match error {
        Error::NotFound(_) => {
            anyhow::anyhow!("there is no account `{username}`, or not the one named as the same person")
        }
        Error::BadInput(wrong) if wrong.contains(&"username") => {
            anyhow::anyhow!("`{username}` is taken, or holds more than letters, digits and . - _ @")
        }
        Error::BadInput(wrong) if wrong.contains(&"password") => {
            anyhow::anyhow!("a password has {} to 1000 characters", crate::app::MIN_PASSWORD_CHARS)
        }
        other => other.into(),
    }
}
