//! The one error type that knows status codes. Handlers return it; [`super::edge`] turns it into a
//! sentence in the person's language and logs what must be logged.

use crate::app;
use crate::domain::review::Refusal;
use crate::exchange::inventory::InventoryError;
use crate::image::ImageError;
use crate::store::StoreError;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Why a request was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A use case said no.
    #[error(transparent)]
    App(#[from] app::Error),
    /// A write without the header `X-Sohoa`: perhaps another site's form.
    #[error("the header X-Sohoa is missing")]
    ForeignForm,
    /// The body is not the JSON that was expected.
    #[error("the body is not as expected")]
    BadJson(#[from] serde_json::Error),
    /// The query is not as expected.
    #[error("the query is not as expected")]
    BadQuery(#[from] QueryRejection),
    /// The address is not as expected.
    #[error("the address is not as expected")]
    BadPath(#[from] PathRejection),
    /// The body is longer than allowed.
    #[error("the body has more than {max_bytes} bytes")]
    TooLarge {
        /// What is allowed.
        max_bytes: usize,
    },
    /// The body broke off: the line is gone.
    #[error("the body broke off")]
    BrokenOff,
    /// The body stopped coming, or comes so slowly that it never ends.
    #[error("the body stopped coming")]
    Stalled,
    /// A template could not be filled in.
    #[error("a page could not be written")]
    Template(#[from] askama::Error),
    /// Nothing has this address.
    #[error("no such address")]
    NoSuchAddress,
    /// The address is there, the method is not.
    #[error("no such method here")]
    NoSuchMethod,
    /// A handler panicked.
    #[error("a handler panicked: {0}")]
    Panicked(String),
    /// Not ready to serve.
    #[error("not ready")]
    NotReady(#[source] Box<app::Error>),
}

impl Error {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        use app::Error as App;
        match self {
            Self::App(App::NotSignedIn | App::WrongPassword) => StatusCode::UNAUTHORIZED,
            Self::App(App::TooManyAttempts) => StatusCode::TOO_MANY_REQUESTS,
            Self::App(App::NotAllowed | App::Refused(Refusal::SamePerson)) | Self::ForeignForm => {
                StatusCode::FORBIDDEN
            }
            Self::App(App::NotFound(_)) | Self::NoSuchAddress => StatusCode::NOT_FOUND,
            Self::TooLarge { .. } | Self::App(App::Image(ImageError::TooManyBytes { .. })) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::App(
                App::BadInput(_)
                | App::Image(_)
                | App::FileRefused(_)
                | App::Inventory(_)
                | App::NoPicture
                | App::SamePicture
                | App::Refused(Refusal::Fields(_)),
            ) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::App(
                App::LeaseLost
                | App::Refused(_)
                | App::Lot(_)
                | App::WrongPageState(_)
                | App::BookClosed(_)
                | App::BookExists
                | App::NoWorkbook(_)
                | App::PageElsewhere { .. }
                | App::FileElsewhere
                | App::WrongBundleState,
            ) => StatusCode::CONFLICT,
            Self::BadJson(_) | Self::BadQuery(_) | Self::BadPath(_) | Self::BrokenOff => {
                StatusCode::BAD_REQUEST
            }
            Self::Stalled => StatusCode::REQUEST_TIMEOUT,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotReady(_) | Self::App(App::Store(StoreError::Busy(_)) | App::CannotUnpack(_)) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::App(_) | Self::Template(_) | Self::Panicked(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable word that programs act on.
    #[must_use]
    pub fn code(&self) -> &str {
        use app::Error as App;
        match self {
            Self::App(error) => match error {
                App::NotSignedIn => "not_signed_in",
                App::WrongPassword => "wrong_password",
                App::TooManyAttempts => "too_many_attempts",
                App::NotAllowed => "not_allowed",
                App::NotFound(_) => "not_found",
                App::LeaseLost => "lease_lost",
                App::Refused(refusal) => refusal.code(),
                App::Lot(refusal) => refusal.code(),
                App::WrongPageState(_) => "wrong_page_state",
                App::BookClosed(_) => "book_closed",
                App::BadInput(_) => "bad_input",
                App::BookExists => "book_exists",
                App::NoWorkbook(_) => "no_workbook",
                App::PageElsewhere { .. } | App::FileElsewhere => "page_elsewhere",
                App::Image(ImageError::TooManyBytes { .. }) => "too_many_bytes",
                App::Image(error) => error.code(),
                App::FileRefused(refused) => &refused.code,
                App::CannotUnpack(_) => "cannot_unpack",
                App::WrongBundleState => "wrong_bundle_state",
                App::Inventory(InventoryError::NoWorkbook(_)) => "no_inventory_workbook",
                App::Inventory(InventoryError::TooLarge | InventoryError::TooManyRows) => {
                    "inventory_too_large"
                }
                App::Inventory(InventoryError::NoHeadings(_)) => "no_inventory_headings",
                App::NoPicture => "page_without_picture",
                App::SamePicture => "same_picture",
                App::Store(StoreError::Busy(_)) => "busy",
                _ => "internal",
            },
            Self::ForeignForm => "foreign_form",
            Self::BadJson(_) | Self::BadQuery(_) | Self::BadPath(_) => "bad_request",
            Self::TooLarge { .. } => "too_many_bytes",
            Self::BrokenOff => "broken_off",
            Self::Stalled => "upload_stalled",
            Self::NoSuchAddress => "not_found",
            Self::NoSuchMethod => "no_such_method",
            Self::Template(_) | Self::Panicked(_) => "internal",
            Self::NotReady(_) => "not_ready",
        }
    }
}

impl IntoResponse for Error {
    /// Status and the error itself as an extension; the body is written at the edge, where the language is
    /// known.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
