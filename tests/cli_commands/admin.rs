//! Users, the audit log and the demonstration, from the command line.

use super::{sohoa, stderr, stdout};
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

/// Runs `sohoa` on a data folder of its own, with this on standard input.
fn on(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = sohoa(arguments);
    command.arg("--data").arg(data).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Runs it and gives what it printed, after it went well.
fn done(data: &Path, arguments: &[&str]) -> String {
    let output = on(data, arguments, "");
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    stdout(&output)
}

/// Runs one statement on the database behind the program's back.
fn meddle(data: &Path, sql: &'static str) -> u64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let address = format!("sqlite:{}", data.join("sohoa.db").display());
        let pool = sqlx::SqlitePool::connect(&address).await.unwrap();
        let touched = sqlx::query(sql).execute(&pool).await.unwrap().rows_affected();
        pool.close().await;
        touched
    })
}

#[test]
fn users_are_added_listed_and_given_new_passwords() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let printed = done(data, &["user", "add", "an", "--name", "Người Nhập", "--role", "typist"]);
    let (name, password) = printed.trim().split_once("  ").unwrap();
    assert_eq!((name, password.len()), ("an", 13));
    done(data, &["user", "add", "an.hai", "--same-person-as", "an", "--role", "verifier"]);
    let listed = done(data, &["user", "list"]);
    assert_eq!(listed.matches("Người Nhập").count(), 2, "{listed}");
    assert!(listed.contains("typist") && listed.contains("verifier"));
    assert_ne!(done(data, &["user", "passwd", "an"]), printed);

    let taken = on(data, &["user", "add", "an", "--name", "Khác", "--role", "typist"], "");
    assert!(!taken.status.success() && stderr(&taken).contains("taken"), "{}", stderr(&taken));
    let short = on(data, &["user", "passwd", "an", "--password-stdin"], "ngắn\n");
    assert!(stderr(&short).contains("10 to 1000 characters"), "{}", stderr(&short));
    let nobody = on(data, &["user", "passwd", "ai"], "");
    assert!(stderr(&nobody).contains("no account `ai`"), "{}", stderr(&nobody));
    let king = on(data, &["user", "add", "vua", "--name", "Vua", "--role", "king"], "");
    assert_eq!(king.status.code(), Some(2));
}

#[test]
fn a_changed_or_shortened_audit_log_is_found_and_named() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    for name in ["an", "binh", "chi"] {
        done(data, &["user", "add", name, "--name", name, "--role", "typist"]);
    }
    assert!(done(data, &["audit", "sign"]).starts_with("1 heads signed"));
    let heads = data.join("heads.jsonl");
    std::fs::write(&heads, done(data, &["audit", "export"])).unwrap();
    let sound = done(data, &["audit", "verify"]);
    assert!(sound.contains("1 chains, 3 events") && sound.contains("3 events under"), "{sound}");

    assert_eq!(meddle(data, "UPDATE audit_event SET detail = '{}' WHERE seq = 2"), 1);
    let found = on(data, &["audit", "verify"], "");
    assert_eq!(found.status.code(), Some(1));
    assert!(stderr(&found).contains("event 2 was changed"), "{}", stderr(&found));

    // Whoever can write the database takes the end away, and every trace of it.
    meddle(data, "DELETE FROM audit_event WHERE seq >= 2");
    meddle(data, "DELETE FROM audit_head");
    meddle(data, "UPDATE audit_chain SET seq = 1, signed_seq = 1, hash = (SELECT hash FROM audit_event)");
    let found = on(data, &["audit", "verify"], "");
    assert!(stderr(&found).contains("events 2 to 3"), "{}", stderr(&found));

    // With the heads beside the key gone as well, only those kept elsewhere still tell.
    std::fs::remove_file(data.join("keys/audit.heads.jsonl")).unwrap();
    done(data, &["audit", "verify"]);
    let found = on(data, &["audit", "verify", "--heads", heads.to_str().unwrap()], "");
    assert!(stderr(&found).contains("events 2 to 3"), "{}", stderr(&found));
}

#[test]
fn the_demonstration_is_loaded_once_and_a_second_time_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let first = done(data, &["demo"]);
    for user in ["nhaplieu1", "nhaplieu2", "kiemtra", "thamdinh", "pheduyet", "quetso", "quantri"] {
        assert!(first.lines().any(|l| l.trim().starts_with(user) && l.contains('-')), "{user}: {first}");
    }
    let second = done(data, &["demo"]);
    assert_eq!(second.lines().count(), 1, "passwords twice? {second}");
    let originals = walk(&data.join("blobs/original"));
    assert!(originals >= 12, "{originals} originals");
    assert!(done(data, &["audit", "verify"]).starts_with("2 chains"));
}

/// Files under a folder.
fn walk(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.map(|p| if p.is_dir() { walk(&p) } else { 1 }).sum()
}
