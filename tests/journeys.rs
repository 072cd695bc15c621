//! Journeys through the router: a page comes in, two people agree, a workbook goes out; and everything that
//! must be refused on the way.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod house;
#[path = "support/pdf.rs"]
mod pdf;

#[path = "journeys/bad_input.rs"]
mod bad_input;
#[path = "journeys/batches.rs"]
mod batches;
#[path = "journeys/book_entries.rs"]
mod book_entries;
#[path = "journeys/book_order.rs"]
mod book_order;
#[path = "journeys/books.rs"]
mod books;
#[path = "journeys/bundles.rs"]
mod bundles;
#[path = "journeys/checks.rs"]
mod checks;
#[path = "journeys/gate.rs"]
mod gate;
#[path = "journeys/hints.rs"]
mod hints;
#[path = "journeys/inventory.rs"]
mod inventory;
#[path = "journeys/learning.rs"]
mod learning;
#[path = "journeys/lots.rs"]
mod lots;
#[path = "journeys/models.rs"]
mod models;
#[path = "journeys/review.rs"]
mod review;
#[path = "journeys/road.rs"]
mod road;
#[path = "journeys/runner.rs"]
mod runner;
#[path = "journeys/sessions.rs"]
mod sessions;
#[path = "journeys/tasks.rs"]
mod tasks;
#[path = "journeys/uploads.rs"]
mod uploads;
#[path = "journeys/ways_out.rs"]
mod ways_out;
