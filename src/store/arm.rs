//! The two arms of the store, reduced to what queries need: constant SQL and values in, rows out.

use super::error::{Result, StoreError};
use sqlx::postgres::{PgPool, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{Row as _, Transaction};

/// A database of either kind; cheap to clone, shared by all tasks.
#[derive(Debug, Clone)]
pub enum Db {
    /// One file.
    Sqlite(SqliteArm),
    /// A server.
    Postgres(PostgresArm),
}

/// SQLite: one connection that writes, several that read beside it.
#[derive(Debug, Clone)]
pub struct SqliteArm {
    pub(super) writer: SqlitePool,
    pub(super) readers: SqlitePool,
}

/// PostgreSQL: one pool for everything.
#[derive(Debug, Clone)]
pub struct PostgresArm {
    pub(super) pool: PgPool,
}

/// An open transaction that writes. What it does is seen by nobody before [`Tx::commit`]; dropped without it,
/// everything is undone. On SQLite it holds the one writer, so keep it short and await nothing else in it.
#[derive(Debug)]
pub struct Tx(Open);

#[derive(Debug)]
enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A value on its way into a query.
#[derive(Debug, Clone)]
pub(super) enum Bind {
    Text(Option<String>),
    Int(Option<i64>),
    Real(Option<f64>),
}

/// A query of which the two databases need different texts. Kept in `dialect.rs`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sql {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text }
    }
}

/// A row of either database.
#[derive(Debug)]
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! bound {
    ($text:expr, $binds:expr) => {
        $binds.into_iter().fold(sqlx::query($text), |query, bind| match bind {
            Bind::Text(v) => query.bind(v),
            Bind::Int(v) => query.bind(v),
            Bind::Real(v) => query.bind(v),
        })
    };
}

impl Db {
    /// Starts a transaction that writes.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection or lock becomes free in time.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(match self {
            Self::Sqlite(arm) => Open::Sqlite(arm.writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(arm) => Open::Postgres(arm.pool.begin().await?),
        }))
    }

    /// Runs a query that only reads.
    pub(super) async fn rows(&self, sql: &'static str, binds: Vec<Bind>) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(arm) => {
                let rows = bound!(sql, binds).fetch_all(&arm.readers).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(arm) => {
                let rows = bound!(sql, binds).fetch_all(&arm.pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Runs a query that only reads and gives one row at most.
    pub(super) async fn row(&self, sql: &'static str, binds: Vec<Bind>) -> Result<Option<Row>> {
        Ok(self.rows(sql, binds).await?.pop())
    }

    /// Runs one statement that writes, in a transaction of its own; gives the number of rows it touched.
    pub(super) async fn write(&self, sql: &'static str, binds: Vec<Bind>) -> Result<u64> {
        let mut tx = self.begin().await?;
        let touched = tx.write(sql, binds).await?;
        tx.commit().await?;
        Ok(touched)
    }
}

impl Tx {
    /// Makes everything done in it durable. Acknowledge nothing to anybody before this returns.
    ///
    /// # Errors
    /// When the database could not commit; then nothing of it took place.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Open::Sqlite(tx) => tx.commit().await?,
            Open::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    pub(super) async fn rows(&mut self, sql: impl Into<Sql>, binds: Vec<Bind>) -> Result<Vec<Row>> {
        let sql = sql.into();
        Ok(match &mut self.0 {
            Open::Sqlite(tx) => {
                let rows = bound!(sql.sqlite, binds).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Open::Postgres(tx) => {
                let rows = bound!(sql.postgres, binds).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    pub(super) async fn row(&mut self, sql: impl Into<Sql>, binds: Vec<Bind>) -> Result<Option<Row>> {
        Ok(self.rows(sql, binds).await?.pop())
    }

    pub(super) async fn write(&mut self, sql: &'static str, binds: Vec<Bind>) -> Result<u64> {
        Ok(match &mut self.0 {
            Open::Sqlite(tx) => bound!(sql, binds).execute(&mut **tx).await?.rows_affected(),
            Open::Postgres(tx) => bound!(sql, binds).execute(&mut **tx).await?.rows_affected(),
        })
    }
}

macro_rules! column {
    ($row:expr, $name:expr) => {
        match $row {
            Row::Sqlite(row) => row.try_get($name)?,
            Row::Postgres(row) => row.try_get($name)?,
        }
    };
}

impl Row {
    pub(super) fn text(&self, column: &'static str) -> Result<String> {
        Ok(column!(self, column))
    }

    pub(super) fn opt_text(&self, column: &'static str) -> Result<Option<String>> {
        Ok(column!(self, column))
    }

    pub(super) fn int(&self, column: &'static str) -> Result<i64> {
        Ok(column!(self, column))
    }

    pub(super) fn opt_int(&self, column: &'static str) -> Result<Option<i64>> {
        Ok(column!(self, column))
    }

    pub(super) fn count(&self, column: &'static str) -> Result<u64> {
        let value = self.int(column)?;
        u64::try_from(value).map_err(|_| StoreError::BadValue { column, value: value.to_string() })
    }

    pub(super) fn real(&self, column: &'static str) -> Result<f64> {
        Ok(column!(self, column))
    }

    pub(super) fn opt_real(&self, column: &'static str) -> Result<Option<f64>> {
        Ok(column!(self, column))
    }

    pub(super) fn truth(&self, column: &'static str) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// A word of a closed list, e.g. a state.
    pub(super) fn word<W: std::str::FromStr>(&self, column: &'static str) -> Result<W> {
        let value = self.text(column)?;
        value.parse().map_err(|_| StoreError::BadValue { column, value })
    }

    pub(super) fn json<J: serde::de::DeserializeOwned>(&self, column: &'static str) -> Result<J> {
        let value = self.text(column)?;
        serde_json::from_str(&value).map_err(|_| StoreError::BadValue { column, value })
    }
}

impl From<&str> for Bind {
    fn from(v: &str) -> Self {
        Self::Text(Some(v.to_owned()))
    }
}

impl From<String> for Bind {
    fn from(v: String) -> Self {
        Self::Text(Some(v))
    }
}

impl From<&String> for Bind {
    fn from(v: &String) -> Self {
        Self::Text(Some(v.clone()))
    }
}

impl From<Option<&str>> for Bind {
    fn from(v: Option<&str>) -> Self {
        Self::Text(v.map(str::to_owned))
    }
}

impl From<&Option<String>> for Bind {
    fn from(v: &Option<String>) -> Self {
        Self::Text(v.clone())
    }
}

impl From<i64> for Bind {
    fn from(v: i64) -> Self {
        Self::Int(Some(v))
    }
}

impl From<Option<i64>> for Bind {
    fn from(v: Option<i64>) -> Self {
        Self::Int(v)
    }
}

impl From<u32> for Bind {
    fn from(v: u32) -> Self {
        Self::Int(Some(i64::from(v)))
    }
}

impl From<bool> for Bind {
    fn from(v: bool) -> Self {
        Self::Int(Some(i64::from(v)))
    }
}

impl From<f64> for Bind {
    fn from(v: f64) -> Self {
        Self::Real(Some(v))
    }
}

impl From<Option<f64>> for Bind {
    fn from(v: Option<f64>) -> Self {
        Self::Real(v)
    }
}

/// The values of a query in the order of `$1`, `$2`, …
macro_rules! binds {
    ($($value:expr),* $(,)?) => { vec![$(super::arm::Bind::from($value)),*] };
}
pub(super) use binds;

/// JSON text of a value of ours.
pub(super) fn json_text(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::BadValue { column: "json", value: e.to_string() })
}
