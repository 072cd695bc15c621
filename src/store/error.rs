//! What can go wrong between the program and its database.

/// A database operation that did not take place.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The same thing is there already (a unique key).
    #[error("this is stored already")]
    Duplicate(#[source] sqlx::Error),
    /// A rule that the database itself keeps was broken: a CHECK or a reference.
    #[error("the database refuses what breaks its rules")]
    Constraint(#[source] sqlx::Error),
    /// Somebody else holds the job or the entry by now; nothing was written.
    #[error("the lease was lost to another claimant")]
    LeaseLost,
    /// No connection, or no lock, became free in time.
    #[error("the database is busy")]
    Busy(#[source] sqlx::Error),
    /// The database could not be opened or brought up to date.
    #[error("the database cannot be opened: {what}")]
    Open {
        /// What was tried.
        what: String,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A stored value is not one that the program writes.
    #[error("column {column} holds `{value}`, which cannot be")]
    BadValue {
        /// The column.
        column: &'static str,
        /// What it holds.
        value: String,
    },
    /// Anything else.
    #[error("the database failed")]
    Sql(#[source] sqlx::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::error::ErrorKind;
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy(error),
            sqlx::Error::Database(db) => match db.kind() {
                ErrorKind::UniqueViolation => Self::Duplicate(error),
                ErrorKind::CheckViolation
                | ErrorKind::ForeignKeyViolation
                | ErrorKind::NotNullViolation
                | ErrorKind::ExclusionViolation => Self::Constraint(error),
                // SQLITE_BUSY and its extensions; PostgreSQL's deadlock, serialization, too many connections.
                _ => match db.code().as_deref() {
                    Some("5" | "261" | "517" | "773" | "40P01" | "40001" | "53300") => Self::Busy(error),
                    _ => Self::Sql(error),
                },
            },
            _ => Self::Sql(error),
        }
    }
}

/// Short for results of this layer.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
