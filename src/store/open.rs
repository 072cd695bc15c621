//! Opening a database and bringing it up to date.

use super::arm::{Db, PostgresArm, SqliteArm};
use super::error::{Result, StoreError};
use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations");

/// How long a writer waits for another process's lock. Transactions here take milliseconds; a checkpoint after
/// a long pause can take seconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

impl Db {
    /// Opens by address: `postgres://…` for a server, `sqlite:PATH` or a plain path for a file (made when it
    /// is not there). Applies what migrations are missing.
    ///
    /// # Errors
    /// [`StoreError::Open`], without the password that the address may hold.
    pub async fn open(address: &str) -> Result<Self> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Self::open_postgres(address).await
        } else {
            Self::open_sqlite(Path::new(address.strip_prefix("sqlite:").unwrap_or(address))).await
        }
    }

    /// Opens the SQLite file at `path`.
    ///
    /// # Errors
    /// [`StoreError::Open`].
    pub async fn open_sqlite(path: &Path) -> Result<Self> {
        let failed = |source| open_error(path.display().to_string(), source);
        // FULL: in WAL mode the log is synced with every commit, so that what was acknowledged survives a
        // power cut; NORMAL would only keep the file sound.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        migrate_sqlite(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(failed)?;
        Ok(Self::Sqlite(SqliteArm { writer, readers }))
    }

    async fn open_postgres(address: &str) -> Result<Self> {
        let failed = |source| open_error("the PostgreSQL server".into(), source);
        let options: PgConnectOptions = address.parse().map_err(failed)?;
        // A pool tries again and again until its timeout; who starts the program wants to know at once.
        let connecting = PgConnection::connect_with(&options);
        let mut first = tokio::time::timeout(CONNECT_TIMEOUT, connecting)
            .await
            .map_err(|_| failed(sqlx::Error::PoolTimedOut))?
            .map_err(failed)?;
        MIGRATIONS.run(&mut first).await.map_err(|source| open_error("migrations".into(), source))?;
        first.close().await.map_err(failed)?;
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_lazy_with(options);
        Ok(Self::Postgres(PostgresArm { pool }))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<()> {
        self.rows("SELECT 1", vec![]).await.map(drop)
    }

    /// Waits for what is under way and closes every connection. On SQLite the log is folded into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(arm) => {
                arm.readers.close().await;
                arm.writer.close().await;
            }
            Self::Postgres(arm) => arm.pool.close().await,
        }
    }
}

/// The settings that SQLite's safety rests on, as the connection that writes has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteSettings {
    /// `wal`.
    pub journal_mode: String,
    /// 2 is FULL.
    pub synchronous: i64,
    /// Whether references are kept.
    pub foreign_keys: bool,
}

impl SqliteArm {
    /// Asks the connection that writes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings(&self) -> Result<SqliteSettings> {
        let mut writer = self.writer.acquire().await?;
        let journal_mode = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *writer).await?;
        let synchronous = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *writer).await?;
        let foreign_keys = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut *writer).await?;
        Ok(SqliteSettings { journal_mode, synchronous, foreign_keys })
    }
}

/// Two processes that start at the same time both find migrations missing, and SQLite has no lock that
/// spans them: the one that comes second finds the tables there. That may happen with every migration; each
/// further look finds one missing less.
async fn migrate_sqlite(writer: &sqlx::SqlitePool) -> Result<()> {
    for _ in MIGRATIONS.iter() {
        if MIGRATIONS.run(writer).await.is_ok() {
            return Ok(());
        }
    }
    MIGRATIONS.run(writer).await.map_err(|source| open_error("migrations".into(), source))
}

pub(super) fn open_error(what: String, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Open { what, source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::AssertSqlSafe;
    use sqlx::migrate::Migrator;
    use std::borrow::Cow;

    /// SQLite makes the table of entries anew in 0009, while everything else refers to it.
    #[tokio::test]
    async fn entries_and_what_hangs_on_them_live_through_their_tables_making_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.sqlite");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true).foreign_keys(true);
        let old = sqlx::SqlitePool::connect_with(options).await.unwrap();
        let before = MIGRATIONS.iter().filter(|m| m.version < 9).cloned().collect::<Vec<_>>();
        Migrator { migrations: Cow::Owned(before), ..Migrator::DEFAULT }.run(&old).await.unwrap();
        for sql in [
            "INSERT INTO person VALUES ('an', 'An')",
            "INSERT INTO account VALUES ('a', 'an', 'an', 'x', '[]', 1, 1)",
            "INSERT INTO project VALUES ('p', 'P', 'type_then_verify', '{}')",
            "INSERT INTO book (id, project_id, kind, year_opened, number, office, state, created_at)
               VALUES ('b', 'p', 'KS', 2016, '1', 'x', 'open', 1)",
            "INSERT INTO page (id, book_id, ordinal, sha256, file_name, mime, size_bytes, width, height, state,
               created_at) VALUES ('g', 'b', 1, '0000000000000000000000000000000000000000000000000000000000000000',
               'f', 'm', 1, 1, 1, 'read', 1)",
            "INSERT INTO entry (id, book_id, page_id, ordinal, priority, state, submitted_by, kind, office,
               created_at, updated_at) VALUES ('e', 'b', 'g', 100, 0, 'typed', 'an', 'KS', 'x', 1, 2)",
            "INSERT INTO field VALUES ('e', 'so', 0, 'number', '[[0,0],[0,0],[0,0],[0,0]]', 0, 'written', '7', 0, NULL)",
            "INSERT INTO keying VALUES ('k', 'e', 'so', 'an', 'a', 0, 'written', '7', 1)",
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&old).await.unwrap();
        }
        old.close().await;
        let db = Db::open_sqlite(&path).await.unwrap();
        let entry = db.entry("e").await.unwrap().unwrap();
        assert_eq!((entry.page_id.as_deref(), entry.submitted_by.as_deref()), (Some("g"), Some("an")));
        assert_eq!((db.fields("e").await.unwrap().len(), db.keyings("e").await.unwrap().len()), (1, 1));
        let Db::Sqlite(arm) = &db else { panic!("not SQLite") };
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&arm.readers).await.unwrap();
        assert!(broken.is_empty(), "references lead nowhere");
        let refused = sqlx::query("DELETE FROM entry WHERE id = 'e'").execute(&arm.writer).await;
        assert!(refused.is_err(), "references are still kept");
    }
}
