//! Journeys through the router: a page comes in, two people agree, a workbook goes out; and everything that
//! must be refused on the way.

mod house;

#[path = "journeys/bad_input.rs"]
mod bad_input;
#[path = "journeys/books.rs"]
mod books;
#[path = "journeys/review.rs"]
mod review;
#[path = "journeys/road.rs"]
mod road;
#[path = "journeys/sessions.rs"]
mod sessions;
#[path = "journeys/tasks.rs"]
mod tasks;
