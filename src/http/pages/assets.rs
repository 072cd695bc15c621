//! Style, modules and icon, compiled into the program. Their address holds a hash of them all, so that
//! browsers may keep them for ever and never mix versions.

use crate::http::Error;
use crate::http::Path;
use axum::http::header;
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal),+ $(,)?) => {
        [$(Asset { name: $name, bytes: include_bytes!(concat!("../static/", $name)) }),+]
    };
}

static ASSETS: [Asset; 31] = assets![
    "api.js",
    "app.css",
    "bar.js",
    "book.js",
    "books.js",
    "bundles.js",
    "cells.js",
    "desk.js",
    "dispute.js",
    "dom.js",
    "entries.js",
    "group.js",
    "groups.js",
    "icon.svg",
    "inspect.js",
    "keys.js",
    "login.js",
    "lot.js",
    "lots.js",
    "notes.js",
    "order.js",
    "outbox.js",
    "page-pane.js",
    "progress.js",
    "refused.js",
    "texts.js",
    "type-fields.js",
    "type.js",
    "upload.js",
    "verdict-cell.js",
    "verify.js",
];

/// Where the assets of this program lie, e.g. `/static/0123456789ab`.
pub(super) static BASE: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in &ASSETS {
        hash.update(asset.name);
        hash.update(asset.bytes);
    }
    format!("/static/{}", &hex::encode(hash.finalize())[..12])
});

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NOT_AT_ALL: &str = "no-store";

/// `GET /static/{version}/{file}`. A page of an older program gets today's file, but may not keep it.
pub(super) async fn serve(Path((version, file)): Path<(String, String)>) -> Result<impl IntoResponse, Error> {
    let asset = ASSETS.iter().find(|a| a.name == file).ok_or(Error::NoSuchAddress)?;
    let keep = if BASE.ends_with(&version) { FOR_EVER } else { NOT_AT_ALL };
    Ok(([(header::CONTENT_TYPE, content_type(asset.name)), (header::CACHE_CONTROL, keep)], asset.bytes))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_in_the_folder_is_compiled_in_and_has_a_type() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/static");
        let there = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let known: BTreeSet<String> = ASSETS.iter().map(|a| a.name.to_owned()).collect();
        assert_eq!(there.collect::<BTreeSet<_>>(), known);
        assert!(known.iter().all(|name| content_type(name) != "application/octet-stream"));
    }
}
