//! Nothing that a clerk, a worker or a screen asks may go through a whole table: the plans that SQLite makes
//! without any statistics say so.

use super::arm::Sql;
use super::{
    Db, accounts, asides, audit, book_entries, books, bundles, by_hand, comparison, continuations,
    deliveries, dialect, drafts, entries, gate, jobs, leases, lot_inspections, lots, neighbours, notes,
    page_order, pages, proposals,
};
use super::{review, sessions};
use sqlx::{AssertSqlSafe, Row};

/// Everything whose table grows with the archive.
fn queries() -> Vec<&'static str> {
    let both = |sql: Sql| sql.sqlite;
    let mut all =
        vec![both(dialect::CLAIM_JOB), both(dialect::CLAIM_ENTRY), both(dialect::CLAIM_ENTRY_OF_BOOK)];
    all.push(both(dialect::CLAIM_THIS_ENTRY));
    for theme in [
        accounts::QUERIES,
        asides::QUERIES,
        audit::QUERIES,
        book_entries::QUERIES,
        books::QUERIES,
        bundles::QUERIES,
        by_hand::QUERIES,
        comparison::QUERIES,
        continuations::QUERIES,
        deliveries::QUERIES,
        drafts::QUERIES,
        entries::QUERIES,
        gate::QUERIES,
        jobs::QUERIES,
        leases::QUERIES,
        lot_inspections::QUERIES,
        lots::QUERIES,
        neighbours::QUERIES,
        notes::QUERIES,
        page_order::QUERIES,
        pages::QUERIES,
        proposals::QUERIES,
        review::QUERIES,
        sessions::QUERIES,
    ] {
        all.extend_from_slice(theme);
    }
    all
}

/// Steps that touch only rows whose number does not grow with the archive: results of inner queries that are
/// bounded themselves, and jobs that are not done (a partial index).
fn is_bounded(step: &str) -> bool {
    ["SCAN waiting", "SCAN tips", "SCAN events", "SCAN heads", "SCAN CONSTANT ROW"].contains(&step)
        || ["job_unfinished", "job_claimant", "audit_chain_unsigned"].iter().any(|i| step.contains(i))
        || step.starts_with("SCAN (subquery")
}

async fn plan(pool: &sqlx::SqlitePool, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"))).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>("detail")).collect()
}

#[tokio::test]
async fn no_query_goes_through_a_whole_table() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&folder.path().join("plans.sqlite")).await.unwrap();
    let Db::Sqlite(arm) = &db else { panic!("not SQLite") };
    let mut scans = Vec::new();
    for sql in queries() {
        let steps = plan(&arm.writer, sql).await;
        let bad = steps.iter().filter(|s| s.starts_with("SCAN") && !is_bounded(s));
        scans.extend(bad.map(|step| format!("{step}\n    in {sql}\n    of {steps:?}")));
    }
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

#[tokio::test]
async fn what_clerks_and_workers_take_next_is_not_sorted_but_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(&folder.path().join("plans.sqlite")).await.unwrap();
    let Db::Sqlite(arm) = &db else { panic!("not SQLite") };
    for sql in [dialect::CLAIM_JOB, dialect::CLAIM_ENTRY, dialect::CLAIM_ENTRY_OF_BOOK] {
        let steps = plan(&arm.writer, sql.sqlite).await;
        assert!(steps.iter().all(|s| !s.contains("TEMP B-TREE")), "{steps:?}");
        assert!(
            steps.iter().any(|s| s.contains("COVERING INDEX entry_") || s.contains("job_ready")),
            "{steps:?}"
        );
    }
}
