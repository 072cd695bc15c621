//! Looks at a database's version without changing anything.

use super::error::Result;
use super::open::{MIGRATIONS, open_error};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::Path;

/// How a database stands against this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// There is none yet, or an empty one: the first start makes it.
    Absent,
    /// Just right.
    Current {
        /// Its version.
        version: i64,
    },
    /// The next start brings it up to date.
    Behind {
        /// Its version.
        version: i64,
        /// The program's.
        newest: i64,
    },
    /// A newer program has used it.
    Ahead {
        /// Its version.
        version: i64,
        /// The program's.
        newest: i64,
    },
}

const VERSION: &str = "SELECT MAX(version) FROM _sqlx_migrations WHERE success";

impl SchemaState {
    /// Looks at the database at an address as [`super::Db::open`] takes it.
    ///
    /// # Errors
    /// [`StoreError::Open`] when it does not answer or is no database, without the password that the address
    /// may hold.
    pub async fn look(address: &str) -> Result<Self> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Self::of_postgres(address).await
        } else {
            Self::of_sqlite(Path::new(address.strip_prefix("sqlite:").unwrap_or(address))).await
        }
    }

    async fn of_sqlite(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::Absent);
        }
        let failed = |source| open_error(path.display().to_string(), source);
        let options = SqliteConnectOptions::new().filename(path).pragma("query_only", "ON");
        let mut connection: SqliteConnection = options.connect().await.map_err(failed)?;
        // A file that is no database is noticed only here.
        sqlx::query("SELECT name FROM sqlite_master").fetch_all(&mut connection).await.map_err(failed)?;
        let version = sqlx::query_scalar(VERSION).fetch_one(&mut connection).await;
        connection.close().await.map_err(failed)?;
        Ok(Self::of(version.ok().flatten()))
    }

    async fn of_postgres(address: &str) -> Result<Self> {
        let failed = |source| open_error("the PostgreSQL server".into(), source);
        let mut connection = PgConnection::connect(address).await.map_err(failed)?;
        let version = sqlx::query_scalar(VERSION).fetch_one(&mut connection).await;
        connection.close().await.map_err(failed)?;
        Ok(Self::of(version.ok().flatten()))
    }

    /// `version` is the last migration applied, if any was.
    fn of(version: Option<i64>) -> Self {
        let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
        match version {
            None => Self::Absent,
            Some(version) if version < newest => Self::Behind { version, newest },
            Some(version) if version > newest => Self::Ahead { version, newest },
            Some(version) => Self::Current { version },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Db, StoreError};
    use super::*;

    #[tokio::test]
    async fn a_fresh_database_is_absent_before_and_current_after_opening() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sohoa.db");
        let address = path.display().to_string();
        assert_eq!(SchemaState::look(&address).await.unwrap(), SchemaState::Absent);
        assert!(!path.exists(), "looking makes nothing");
        Db::open(&address).await.unwrap().close().await;
        assert!(matches!(SchemaState::look(&address).await.unwrap(), SchemaState::Current { .. }));
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sohoa.db");
        std::fs::write(&path, "this is no database, and long enough to be looked at ".repeat(40)).unwrap();
        let error = SchemaState::look(&path.display().to_string()).await.unwrap_err();
        assert!(matches!(error, StoreError::Open { .. }), "{error}");
    }

    #[test]
    fn older_and_newer_versions_are_told_apart() {
        assert!(matches!(SchemaState::of(Some(0)), SchemaState::Behind { version: 0, .. }));
        assert!(matches!(SchemaState::of(Some(i64::MAX)), SchemaState::Ahead { .. }));
    }
}
