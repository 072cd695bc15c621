//! Log-ins. Only the hash of a session's token is stored.

use super::accounts::Account;
use super::arm::{Db, Tx, binds};
use super::error::Result;

const ADD: &str =
    "INSERT INTO session (token_hash, account_id, expires_at, created_at) VALUES ($1, $2, $3, $4)";
const ACCOUNT: &str = "SELECT a.id, a.person_id, p.full_name, a.username, a.password_hash, a.roles, a.active,
    a.created_at FROM session s JOIN account a ON a.id = s.account_id JOIN person p ON p.id = a.person_id
    WHERE s.token_hash = $1 AND s.expires_at > $2 AND a.active = 1";
const END: &str = "DELETE FROM session WHERE token_hash = $1";
const END_OF_ACCOUNT: &str = "DELETE FROM session WHERE account_id = $1";
const END_EXPIRED: &str = "DELETE FROM session WHERE expires_at <= $1";

/// Every query here, for the tests of their plans.
#[cfg(test)]
pub(super) const QUERIES: &[&str] = &[ADD, ACCOUNT, END, END_OF_ACCOUNT, END_EXPIRED];

/// A log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hash of the token that the browser keeps.
    pub token_hash: String,
    /// Who logged in.
    pub account_id: String,
    /// Until when it holds, ms.
    pub expires_at: i64,
    /// Since when, ms.
    pub created_at: i64,
}

impl Db {
    /// The active account whose live session this is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_account(&self, token_hash: &str, now: i64) -> Result<Option<Account>> {
        self.row(ACCOUNT, binds![token_hash, now]).await?.as_ref().map(Account::from_row).transpose()
    }

    /// Ends the sessions that ran out; gives their number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_expired_sessions(&self, now: i64) -> Result<u64> {
        self.write(END_EXPIRED, binds![now]).await
    }
}

impl Tx {
    /// Starts a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_session(&mut self, session: &Session) -> Result<()> {
        let Session { token_hash, account_id, expires_at, created_at } = session;
        self.write(ADD, binds![token_hash, account_id, *expires_at, *created_at]).await.map(drop)
    }

    /// Ends a session; false when there was none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&mut self, token_hash: &str) -> Result<bool> {
        Ok(self.write(END, binds![token_hash]).await? == 1)
    }

    /// Ends every session of an account; gives their number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions_of(&mut self, account_id: &str) -> Result<u64> {
        self.write(END_OF_ACCOUNT, binds![account_id]).await
    }
}
