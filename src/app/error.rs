//! What can go wrong in a use case, in terms that the caller can act on.

use crate::blob::BlobError;
use crate::domain::acceptance::LotRefusal;
use crate::domain::audit::Fault;
use crate::domain::review::Refusal;
use crate::domain::states::{BookState, PageState};
use crate::domain::{ModelVersion, RegisterKind};
use crate::exchange::ExchangeError;
use crate::exchange::inventory::InventoryError;
use crate::image::{ImageError, Refused};
use crate::store::{StoreError, VerifyError};

/// Why a use case did not happen. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No session, or one that has ended.
    #[error("not signed in")]
    NotSignedIn,
    /// Wrong user name or password, or an account that is switched off: which one is not told.
    #[error("wrong user name or password")]
    WrongPassword,
    /// Too many log-ins from there.
    #[error("too many attempts")]
    TooManyAttempts,
    /// None of the person's roles allows it.
    #[error("the role does not allow this")]
    NotAllowed,
    /// The named thing is not there.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The rules of four eyes, or the state of entry or book, forbid it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The rules of acceptance by sampling forbid it.
    #[error(transparent)]
    Lot(#[from] LotRefusal),
    /// The entry was given to somebody else meanwhile, or was never taken.
    #[error("the lease on this entry is gone")]
    LeaseLost,
    /// The page is not in a state in which this can be done.
    #[error("a page that is {0} does not take this")]
    WrongPageState(PageState),
    /// The book no longer takes pages.
    #[error("a book that is {0} takes no pages")]
    BookClosed(BookState),
    /// Inputs that cannot be right, by name.
    #[error("inputs refused: {}", .0.join(", "))]
    BadInput(Vec<&'static str>),
    /// The book (kind, year opened, number, office) is there already.
    #[error("this book is there already")]
    BookExists,
    /// No workbook is known for this kind of register.
    #[error("there is no column list for registers of kind {0}")]
    NoWorkbook(RegisterKind),
    /// The same image belongs to another book.
    #[error("the same image is page {page_id} of another book")]
    PageElsewhere {
        /// That page.
        page_id: String,
    },
    /// The picture that is to replace a refused one is the same picture.
    #[error("the same picture again")]
    SamePicture,
    /// The uploaded file is no page.
    #[error("the image is refused")]
    Image(#[from] ImageError),
    /// The same file of many pages belongs to another book.
    #[error("the same file is in another book")]
    FileElsewhere,
    /// The uploaded file of many pages is none.
    #[error("the file is refused: {}", .0.reason)]
    FileRefused(Refused),
    /// A file on its way in cannot be kept.
    #[error("a file on its way in cannot be kept")]
    Incoming(#[source] std::io::Error),
    /// Files of many pages cannot be looked at just now, whatever the file.
    #[error("files of many pages cannot be taken apart: {0}")]
    CannotUnpack(String),
    /// Pages came out of the file of many pages, or it waits to be unpacked.
    #[error("a file that did not fail does not take this")]
    WrongBundleState,
    /// The page has no picture that could be read.
    #[error("the page has no picture")]
    NoPicture,
    /// The machine could not read a page just now.
    #[error("reading failed")]
    Reading(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The model that is to read cannot be opened; the work waits until it can.
    #[error("the line model {model} cannot be opened")]
    ModelClosed {
        /// Which.
        model: String,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The same name and version was added before with other files.
    #[error("{0} was added before with other files; give the new files another version")]
    ModelDiffers(ModelVersion),
    /// Nothing was activated there.
    #[error("nothing is activated there that could be taken back")]
    NothingActivated,
    /// No project meant consents to its work being learned from, or one no longer does.
    #[error("no project meant consents to training")]
    NoConsent,
    /// The audit log is not what it was.
    #[error("the audit log is not sound")]
    Audit(#[from] Fault),
    /// The database.
    #[error("the database refused")]
    Store(#[source] StoreError),
    /// The blob store.
    #[error("the blob store refused")]
    Blob(#[from] BlobError),
    /// The uploaded workbook is no inventory of books.
    #[error("the workbook is no inventory")]
    Inventory(#[from] InventoryError),
    /// A foreign format.
    #[error("the file cannot be written")]
    Exchange(#[from] ExchangeError),
    /// Something that cannot happen did.
    #[error("{0}")]
    Broken(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost => Self::LeaseLost,
            other => Self::Store(other),
        }
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Fault(fault) => Self::Audit(fault),
            VerifyError::Store(error) => error.into(),
        }
    }
}
