//! People, and the accounts they log in with. One person may have several accounts and stays one person.

use super::arm::{Db, Row, Tx, binds, json_text};
use super::error::Result;
use super::paging::After;
use crate::domain::AccountRole;
use std::fmt;

/// An account with the name of its person.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// UUIDv7.
    pub id: String,
    /// The identity behind it.
    pub person_id: String,
    /// The person's name.
    pub full_name: String,
    /// What is typed to log in; unique.
    pub username: String,
    /// PHC string.
    pub password_hash: String,
    /// What it may do.
    pub roles: Vec<AccountRole>,
    /// Whether it may log in.
    pub active: bool,
    /// When it was made, ms.
    pub created_at: i64,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({} of {}, {:?}, active: {})", self.id, self.person_id, self.roles, self.active)
    }
}

const PUT_PERSON: &str = "INSERT INTO person (id, full_name) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET full_name = excluded.full_name";
const ADD_ACCOUNT: &str =
    "INSERT INTO account (id, person_id, username, password_hash, roles, active, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const SET_ACCOUNT: &str = "UPDATE account SET password_hash = $2, roles = $3, active = $4 WHERE id = $1";
const BY_USERNAME: &str =
    "SELECT a.id, a.person_id, p.full_name, a.username, a.password_hash, a.roles, a.active,
    a.created_at FROM account a JOIN person p ON p.id = a.person_id WHERE a.username = $1";
const BY_ID: &str = "SELECT a.id, a.person_id, p.full_name, a.username, a.password_hash, a.roles, a.active,
    a.created_at FROM account a JOIN person p ON p.id = a.person_id WHERE a.id = $1";
const LIST: &str = "SELECT a.id, a.person_id, p.full_name, a.username, a.password_hash, a.roles, a.active,
    a.created_at FROM account a JOIN person p ON p.id = a.person_id WHERE a.id > $1 ORDER BY a.id LIMIT $2";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[PUT_PERSON, ADD_ACCOUNT, SET_ACCOUNT, BY_USERNAME, BY_ID, LIST];

impl Account {
    pub(super) fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.text("id")?,
            person_id: row.text("person_id")?,
            full_name: row.text("full_name")?,
            username: row.text("username")?,
            password_hash: row.text("password_hash")?,
            roles: row.json("roles")?,
            active: row.truth("active")?,
            created_at: row.int("created_at")?,
        })
    }
}

impl Db {
    /// The account that logs in with this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account_by_username(&self, username: &str) -> Result<Option<Account>> {
        self.row(BY_USERNAME, binds![username]).await?.as_ref().map(Account::from_row).transpose()
    }

    /// The account with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn account(&self, id: &str) -> Result<Option<Account>> {
        self.row(BY_ID, binds![id]).await?.as_ref().map(Account::from_row).transpose()
    }

    /// Accounts, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self, after: After<'_>) -> Result<Vec<Account>> {
        self.rows(LIST, binds![after.ascending(), after.limit]).await?.iter().map(Account::from_row).collect()
    }
}

impl Tx {
    /// Stores a person, new or renamed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_person(&mut self, id: &str, full_name: &str) -> Result<()> {
        self.write(PUT_PERSON, binds![id, full_name]).await.map(drop)
    }

    /// Adds an account to a person that is stored already (`full_name` is not used).
    ///
    /// # Errors
    /// [`super::StoreError::Duplicate`] when the username is taken.
    pub async fn add_account(&mut self, account: &Account) -> Result<()> {
        let roles = json_text(&account.roles)?;
        let binds = binds![
            &account.id,
            &account.person_id,
            &account.username,
            &account.password_hash,
            roles,
            account.active,
            account.created_at,
        ];
        self.write(ADD_ACCOUNT, binds).await.map(drop)
    }

    /// Changes an account's password, roles and whether it is active; the rest of it never changes. Gives
    /// false when there is no such account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_account(&mut self, account: &Account) -> Result<bool> {
        let roles = json_text(&account.roles)?;
        let binds = binds![&account.id, &account.password_hash, roles, account.active];
        Ok(self.write(SET_ACCOUNT, binds).await? == 1)
    }
}
