//! Inventory and order of books: what they should hold, workbooks that list them, and what their numbers say.

use crate::app::{App, BookView, Imported, OrderView, RowRefused, SizeGiven, TotalsGiven};
use crate::exchange::inventory::{CellProblem, RowProblem, empty_inventory};
use crate::http::extract::{Json, Path};
use crate::http::{Error, Lang, SignedIn};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Largest workbook: twenty thousand rows are well below it.
const MOST_BYTES: usize = 10 << 20;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What became of a workbook, with a sentence for each row that did not go in.
#[derive(Serialize)]
pub(super) struct ImportAnswer {
    added: u64,
    changed: u64,
    same: u64,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Problem {
    row: u32,
    message: String,
}

#[derive(Deserialize)]
pub(super) struct NewOrder {
    #[serde(default)]
    page_ids: Vec<String>,
    #[serde(default)]
    reason: String,
}

impl ImportAnswer {
    fn new(done: &Imported, lang: Lang) -> Self {
        let cells = done.problems.iter().map(|p| Problem { row: p.row, message: of_cell(p, lang) });
        let rows = done.refused.iter().map(|refused| of_row(*refused, lang));
        let mut problems: Vec<Problem> = cells.chain(rows).collect();
        problems.sort_by_key(|problem| problem.row);
        Self { added: done.added, changed: done.changed, same: done.same, problems }
    }
}

/// `POST /api/v1/books/import`: the body is an .xlsx workbook.
pub(super) async fn import(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    lang: Lang,
    body: Body,
) -> Result<axum::Json<ImportAnswer>, Error> {
    let done = app.import_inventory(&me, whole(body).await?).await?;
    Ok(axum::Json(ImportAnswer::new(&done, lang)))
}

/// A workbook's bytes, as far as they are not too many.
async fn whole(body: Body) -> Result<Vec<u8>, Error> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Error::BrokenOff)?;
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(Error::TooLarge { max_bytes: MOST_BYTES });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// `GET /api/v1/books/inventory.xlsx`: an inventory to fill in.
pub(super) async fn template(_: SignedIn) -> Result<impl IntoResponse, Error> {
    let bytes = empty_inventory().map_err(crate::app::Error::from)?;
    let disposition = "attachment; filename=\"danh-sach-so.xlsx\"";
    Ok(([(header::CONTENT_TYPE, XLSX), (header::CONTENT_DISPOSITION, disposition)], bytes))
}

/// `PUT /api/v1/books/{id}/size`
pub(super) async fn set_size(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<SizeGiven>,
) -> Result<axum::Json<BookView>, Error> {
    Ok(axum::Json(app.set_book_size(&me, &id, &given).await?))
}

/// `PUT /api/v1/books/{id}/closing`
pub(super) async fn set_closing(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<TotalsGiven>,
) -> Result<axum::Json<BookView>, Error> {
    Ok(axum::Json(app.set_control_totals(&me, &id, given).await?))
}

/// `GET /api/v1/books/{id}/order`
pub(super) async fn order(
    State(app): State<Arc<App>>,
    _: SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<OrderView>, Error> {
    Ok(axum::Json(app.book_order(&id).await?))
}

/// `PUT /api/v1/books/{id}/order`
pub(super) async fn reorder(
    State(app): State<Arc<App>>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    Json(given): Json<NewOrder>,
) -> Result<axum::Json<OrderView>, Error> {
    Ok(axum::Json(app.reorder_pages(&me, &id, &given.page_ids, &given.reason).await?))
}

fn of_cell(problem: &RowProblem, lang: Lang) -> String {
    let RowProblem { row, column, found, problem } = problem;
    let (vi, en) = match problem {
        CellProblem::Missing => ("chưa có gì. Hãy điền ô này.", "is empty. Fill it in."),
        CellProblem::UnknownKind => (
            "không phải loại sổ trong danh mục. Ghi KS, KH, KT, CMC, GH, CDGH, CN, TDCC, HN, LH hoặc tên loại sổ.",
            "is no kind of register. Write KS, KH, KT, CMC, GH, CDGH, CN, TDCC, HN, LH or the register's name.",
        ),
        CellProblem::BadYear => ("không phải năm từ 1850 đến 2100.", "is no year from 1850 to 2100."),
        CellProblem::ClosedBeforeOpened => ("trước năm mở sổ.", "is before the year the book was opened."),
        CellProblem::BadNumber => {
            ("không phải số nguyên từ 0 đến 100.000.", "is no whole number from 0 to 100,000.")
        }
        CellProblem::TooLong => ("quá dài.", "is too long."),
    };
    let shown = if found.is_empty() { String::new() } else { format!("“{}” ", shortened(found)) };
    let heading = column.heading();
    match lang {
        Lang::Vi => format!("Dòng {row}, cột “{heading}”: {shown}{vi}"),
        Lang::En => format!("Row {row}, column “{heading}”: {shown}{en}"),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(60).collect::<String>())
    }
}

fn of_row(refused: RowRefused, lang: Lang) -> Problem {
    let (row, vi, en) = match refused {
        RowRefused::Repeats { row, first } => (
            row,
            format!("Dòng {row}: trùng quyển với dòng {first} nhưng số liệu khác. Hãy giữ một dòng."),
            format!("Row {row}: the same book as row {first} with other figures. Keep one of them."),
        ),
        RowRefused::Accepted { row } => (
            row,
            format!("Dòng {row}: quyển này đã nghiệm thu nên không đổi số liệu dự kiến nữa."),
            format!("Row {row}: this book is accepted; what it should hold is not changed any more."),
        ),
        RowRefused::NoForm { row } => (
            row,
            format!("Dòng {row}: chưa có biểu mẫu cho loại sổ này. Hãy báo quản trị viên."),
            format!("Row {row}: there is no form for this kind of register yet. Tell the administrator."),
        ),
    };
    let message = match lang {
        Lang::Vi => vi,
        Lang::En => en,
    };
    Problem { row, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::inventory::InventoryColumn;

    #[test]
    fn a_bad_cell_is_told_with_row_column_and_what_stands_there() {
        let problem = RowProblem {
            row: 6,
            column: InventoryColumn::Kind,
            found: "Hộ khẩu".into(),
            problem: CellProblem::UnknownKind,
        };
        let said = of_cell(&problem, Lang::Vi);
        assert!(said.starts_with("Dòng 6, cột “Loại sổ”: “Hộ khẩu” không phải"), "{said}");
        let long = RowProblem { found: "a".repeat(400), ..problem };
        assert!(of_cell(&long, Lang::En).chars().count() < 250);
    }
}
