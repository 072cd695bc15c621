//! People and their accounts: who may come in, and who is there.

use super::password::{hash_password, password_matches};
use super::record::Deed;
use super::{App, Error, MIN_PASSWORD_CHARS, Result};
use crate::domain::AccountRole;
use crate::store::{Account, After, Session, StoreError};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::num::{NonZeroU32, NonZeroUsize};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The account that acts, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Me {
    /// The account.
    pub account_id: String,
    /// The person behind it: four eyes count people, not accounts.
    pub person_id: String,
    /// What is typed to log in.
    pub username: String,
    /// The person's name.
    pub full_name: String,
    /// What the account may do.
    pub roles: Vec<AccountRole>,
    /// The network address it acts from.
    #[serde(skip)]
    pub address: String,
}

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount {
    /// What is typed to log in.
    pub username: String,
    /// The person's name, for a person not known yet.
    pub full_name: String,
    /// An account of the person meant, when this is another account of somebody known.
    pub same_person_as: Option<String>,
    /// What it may do.
    pub roles: Vec<AccountRole>,
    /// The password, at least [`MIN_PASSWORD_CHARS`] long.
    pub password: String,
}

/// Longest password, bytes: hashing time grows with it.
const MAX_PASSWORD_BYTES: usize = 1_000;

/// Limits log-ins: ten in a row for each name from one address, then one every six seconds; and 300 in a row
/// from one address (an office behind one line, at eight o'clock), then one a second.
#[derive(Debug)]
pub struct LogInLimit {
    /// Passwords hashed at the same time: each takes 19 MiB and a core.
    hashing: Semaphore,
    by_name: DefaultKeyedRateLimiter<(String, String)>,
    by_address: DefaultKeyedRateLimiter<String>,
}

impl Default for LogInLimit {
    fn default() -> Self {
        let quota = |per_minute: u32, burst: u32| {
            let of = |n| NonZeroU32::new(n).expect("limits are above zero");
            Quota::per_minute(of(per_minute)).allow_burst(of(burst))
        };
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            hashing: Semaphore::new(cores),
            by_name: RateLimiter::keyed(quota(10, 10)),
            by_address: RateLimiter::keyed(quota(60, 300)),
        }
    }
}

impl LogInLimit {
    fn check(&self, username: &str, address: &str) -> Result<()> {
        let name = (username.to_owned(), address.to_owned());
        let free =
            self.by_address.check_key(&address.to_owned()).is_ok() && self.by_name.check_key(&name).is_ok();
        if free { Ok(()) } else { Err(Error::TooManyAttempts) }
    }

    async fn hashing_permit(&self) -> SemaphorePermit<'_> {
        self.hashing.acquire().await.expect("the semaphore is never closed")
    }

    /// Forgets those who have not tried for long.
    pub fn tidy(&self) {
        self.by_name.retain_recent();
        self.by_address.retain_recent();
    }
}

impl Me {
    /// Whether the account has the role.
    #[must_use]
    pub fn has(&self, role: AccountRole) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the account has one of the roles.
    pub(super) fn has_any(&self, roles: &[AccountRole]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// Refuses unless the account has one of the roles.
    pub(super) fn needs(&self, roles: &[AccountRole]) -> Result<()> {
        if self.has_any(roles) { Ok(()) } else { Err(Error::NotAllowed) }
    }

    fn new(account: Account, address: &str) -> Self {
        Self {
            account_id: account.id,
            person_id: account.person_id,
            username: account.username,
            full_name: account.full_name,
            roles: account.roles,
            address: address.to_owned(),
        }
    }
}

impl App {
    /// Starts a session; gives the secret token for the cookie.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], [`Error::TooManyAttempts`].
    pub async fn log_in(&self, username: &str, password: String, address: &str) -> Result<(String, Me)> {
        if !is_username(username) || password.len() > MAX_PASSWORD_BYTES {
            return Err(Error::WrongPassword);
        }
        self.log_in_limit.check(username, address)?;
        let account = self.store.account_by_username(username).await?.filter(|a| a.active);
        let hash = account.as_ref().map(|a| a.password_hash.clone());
        let permit = self.log_in_limit.hashing_permit().await;
        let matches = blocking(move || password_matches(&password, hash.as_deref())).await?;
        drop(permit);
        if !matches {
            tracing::info!("log-in refused");
            return Err(Error::WrongPassword);
        }
        let me = Me::new(account.ok_or(Error::WrongPassword)?, address);
        let token = hex::encode(self.random.bytes::<32>());
        let now = self.clock.now_ms();
        let session = Session {
            token_hash: hash_token(&token),
            account_id: me.account_id.clone(),
            expires_at: now + i64::from(self.settings.session_secs) * 1_000,
            created_at: now,
        };
        let mut tx = self.store.begin().await?;
        tx.add_session(&session).await?;
        self.record(&mut tx, Deed::of(&me, "session.start", &me.account_id)).await?;
        tx.commit().await?;
        Ok((token, me))
    }

    /// Ends the session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, token: &str, me: &Me) -> Result<()> {
        let mut tx = self.store.begin().await?;
        if tx.end_session(&hash_token(token)).await? {
            self.record(&mut tx, Deed::of(me, "session.end", &me.account_id)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Whose session the token belongs to, if it is still good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn who_is(&self, token: &str, address: &str) -> Result<Option<Me>> {
        let account = self.store.session_account(&hash_token(token), self.clock.now_ms()).await?;
        Ok(account.map(|account| Me::new(account, address)))
    }

    /// The account as whoever sits at the machine's own command line uses it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn at_command_line(&self, username: &str) -> Result<Me> {
        Ok(Me::new(self.account_named(username).await?, "command line"))
    }

    /// Adds an account, and the person when it is not another account of somebody known.
    ///
    /// # Errors
    /// [`Error::BadInput`] names what is wrong or taken.
    pub async fn add_account(&self, new: NewAccount) -> Result<Account> {
        check_account(&new)?;
        let known = match &new.same_person_as {
            Some(username) => Some(self.account_named(username).await?),
            None => None,
        };
        let password_hash = self.hash(new.password).await?;
        let account = Account {
            id: self.new_id(),
            person_id: known.as_ref().map_or_else(|| self.new_id(), |a| a.person_id.clone()),
            full_name: known.as_ref().map_or(new.full_name, |a| a.full_name.clone()),
            username: new.username,
            password_hash,
            roles: new.roles,
            active: true,
            created_at: self.clock.now_ms(),
        };
        let mut tx = self.store.begin().await?;
        if known.is_none() {
            tx.put_person(&account.person_id, &account.full_name).await?;
        }
        tx.add_account(&account).await.map_err(|error| match error {
            StoreError::Duplicate(_) => Error::BadInput(vec!["username"]),
            other => other.into(),
        })?;
        let detail = json!({ "roles": account.roles, "person": account.person_id });
        self.record(&mut tx, Deed::of_system("account.add", &account.id).detail(detail)).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Sets a new password and ends the account's sessions.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::BadInput`].
    pub async fn set_password(&self, username: &str, password: String) -> Result<()> {
        check_password(&password)?;
        let account = self.account_named(username).await?;
        let account = Account { password_hash: self.hash(password).await?, ..account };
        let mut tx = self.store.begin().await?;
        tx.set_account(&account).await?;
        tx.end_sessions_of(&account.id).await?;
        self.record(&mut tx, Deed::of_system("account.password", &account.id)).await?;
        Ok(tx.commit().await?)
    }

    /// Ends sessions that ran out and forgets old log-in attempts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tidy_sessions(&self) -> Result<()> {
        self.log_in_limit.tidy();
        self.store.end_expired_sessions(self.clock.now_ms()).await?;
        Ok(())
    }

    /// Every account.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let mut accounts: Vec<Account> = Vec::new();
        loop {
            let last = accounts.last().map(|a| a.id.clone());
            let more = self.store.accounts(After { id: last.as_deref(), limit: 500 }).await?;
            if more.is_empty() {
                return Ok(accounts);
            }
            accounts.extend(more);
        }
    }

    async fn account_named(&self, username: &str) -> Result<Account> {
        self.store.account_by_username(username).await?.ok_or(Error::NotFound("account"))
    }

    async fn hash(&self, password: String) -> Result<String> {
        let salt = self.random.bytes();
        let _permit = self.log_in_limit.hashing_permit().await;
        blocking(move || hash_password(&password, salt)).await
    }
}

/// What can be a user name: nothing else is looked up, counted or remembered.
fn is_username(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    (1..=64).contains(&name.len()) && name.chars().all(plain)
}

fn check_account(new: &NewAccount) -> Result<()> {
    let mut wrong = Vec::new();
    if !is_username(&new.username) {
        wrong.push("username");
    }
    if new.same_person_as.is_none() && new.full_name.trim().is_empty() {
        wrong.push("full_name");
    }
    if new.roles.is_empty() {
        wrong.push("roles");
    }
    if check_password(&new.password).is_err() {
        wrong.push("password");
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::BadInput(wrong)) }
}

fn check_password(password: &str) -> Result<()> {
    let chars = password.chars().count();
    let fits = chars >= MIN_PASSWORD_CHARS && password.len() <= MAX_PASSWORD_BYTES;
    if fits { Ok(()) } else { Err(Error::BadInput(vec!["password"])) }
}

/// Only this hash is stored: who reads the database cannot take over a session.
fn hash_token(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// Computes on a thread where blocking is fine.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Broken(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_log_ins_in_a_row_are_enough_for_one_name_at_one_place() {
        let limit = LogInLimit::default();
        let refused = (0..12).filter(|_| limit.check("an", "10.0.0.1").is_err()).count();
        assert_eq!(refused, 2);
        assert!(limit.check("an", "10.0.0.2").is_ok());
        assert!(limit.check("binh", "10.0.0.1").is_ok());
    }
}
