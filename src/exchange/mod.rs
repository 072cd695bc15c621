//! Foreign formats: pure functions over readers and writers, no database and no clock.

mod births158;
pub mod columns158;
pub mod file_names;
pub mod inventory;
pub mod workbook158;

pub use workbook158::{DeliveredBook, DeliveredEntry, write_births};

/// Why a foreign file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The column list does not hold together.
    #[error("the column list {list} is not usable: {reason}")]
    ColumnList {
        /// Its id.
        list: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The spreadsheet library refused.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}
