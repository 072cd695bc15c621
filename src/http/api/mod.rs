//! The JSON API, version 1: one handler per address, each extracts, makes one call into [`crate::app`] and
//! answers.

mod book_entries;
mod books;
mod bundles;
mod deliveries;
mod entries;
mod inventory;
mod lots;
mod pages;
mod refused;
mod sessions;
mod status;

use crate::app::App;
use axum::Router;
use axum::routing::{delete, get, post, put};
use std::sync::Arc;

/// Every address of the API.
pub(super) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(status::healthz))
        .route("/readyz", get(status::readyz))
        .nest("/api/v1", versioned())
}

fn versioned() -> Router<Arc<App>> {
    Router::new()
        .route("/sessions", post(sessions::create))
        .route("/sessions/current", delete(sessions::remove))
        .route("/me", get(sessions::me))
        .route("/books", get(books::list).post(books::create))
        .route("/books/import", post(inventory::import))
        .route("/books/inventory.xlsx", get(inventory::template))
        .route("/books/{id}", get(books::show))
        .route("/books/{id}/size", put(inventory::set_size))
        .route("/books/{id}/closing", put(inventory::set_closing))
        .route("/books/{id}/order", get(inventory::order).put(inventory::reorder))
        .route("/books/{id}/pages", get(pages::list).post(pages::upload))
        .route("/books/{id}/bundles", get(bundles::list))
        .route("/bundles/{id}/retry", post(bundles::retry))
        .route("/bundles/{id}/dismissal", post(bundles::dismiss))
        .route("/books/{id}/entries", get(book_entries::list).post(book_entries::add))
        .route("/books/{id}/acceptance", post(books::accept))
        .route("/books/{id}/approval", post(books::approve))
        .route("/books/{id}/deliveries", get(deliveries::list).post(deliveries::create))
        .route("/deliveries/{id}/workbook", get(deliveries::workbook))
        .route("/books/{id}/contractor", put(books::set_contractor))
        .route("/sampling", get(lots::sampling).put(lots::set_sampling))
        .route("/lots", get(lots::list).post(lots::create))
        .route("/lots/plan", post(lots::plan))
        .route("/lots/improvements", post(lots::improved))
        .route("/lots/{id}", get(lots::show))
        .route("/lots/{id}/inspections/next", post(lots::next))
        .route("/lots/{id}/inspections/{entry}", post(lots::inspect))
        .route("/lots/{id}/inspections/{entry}/draft", put(lots::save_draft))
        .route("/pages/{id}", get(pages::show))
        .route("/pages/{id}/original", get(pages::original))
        .route("/pages/{id}/image", get(pages::image))
        .route("/pages/{id}/insist", post(pages::insist))
        .route("/pages/{id}/findings.jpg", get(refused::picture))
        .route("/pages/{id}/replacement", post(refused::replace))
        .route("/refused", get(refused::list))
        .route("/tasks/next", post(entries::next))
        .route("/tasks/batch", post(entries::batch))
        .route("/tasks/waiting", get(entries::waiting))
        .route("/leases", post(entries::keep_leases))
        .route("/entries/{id}", get(entries::show))
        .route("/entries/{id}/fields/{key}/crop.jpg", get(entries::crop))
        .route("/entries/{id}/lease", post(entries::keep_lease).delete(entries::give_back))
        .route("/entries/{id}/draft", put(entries::save_draft))
        .route("/entries/{id}/keying", post(entries::submit_keying))
        .route("/entries/{id}/verdicts", post(entries::give_verdicts))
        .route("/entries/{id}/adjudication", post(entries::adjudicate))
        .route("/entries/{id}/set_aside", post(book_entries::set_aside))
        .route("/entries/{id}/no_entry", post(book_entries::confirm_no_entry))
        .route("/entries/{id}/restore", post(book_entries::restore))
        .route("/entries/{id}/notes", get(book_entries::notes).post(book_entries::add_note))
        .route("/entries/{id}/notes/{note}/check", post(book_entries::check_note))
        .route("/entries/{id}/notes/{note}/drop", post(book_entries::drop_note))
        .route("/entries/{id}/pages", post(book_entries::continue_on))
        .route("/entries/{id}/pages/{page}", delete(book_entries::end_continuation))
        .route("/jobs/summary", get(status::jobs))
}
