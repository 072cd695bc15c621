//! Texts of the screens. Both languages hold the same keys; templates and modules name them.

use crate::http::Lang;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The texts of one language.
#[derive(Debug)]
pub(super) struct Texts {
    by_key: BTreeMap<String, String>,
    /// All of them as one JSON object, fit to stand in a `<script>`.
    pub(super) json: String,
}

static VI: LazyLock<Texts> = LazyLock::new(|| Texts::parse(include_str!("../lang/vi.json")));
static EN: LazyLock<Texts> = LazyLock::new(|| Texts::parse(include_str!("../lang/en.json")));

impl Texts {
    fn parse(file: &str) -> Self {
        let by_key: BTreeMap<String, String> = serde_json::from_str(file).expect("checked by a test");
        let json = serde_json::to_string(&by_key).expect("strings are JSON").replace('<', "\\u003c");
        Self { by_key, json }
    }

    /// The texts in this language.
    pub(super) fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Vi => &VI,
            Lang::En => &EN,
        }
    }

    /// The text under `key`; the key itself if there is none (a test sees to it that there is).
    pub(super) fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.by_key.get(key).map_or(key, String::as_str)
    }

    /// Keys that begin with `prefix`, without it.
    pub(super) fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.by_key.iter().filter_map(move |(key, text)| Some((key.strip_prefix(prefix)?, text.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn keys(texts: &Texts) -> BTreeSet<&str> {
        texts.by_key.keys().map(String::as_str).collect()
    }

    #[test]
    fn both_languages_hold_the_same_keys_and_placeholders() {
        assert_eq!(keys(&VI), keys(&EN));
        let holes = |text: &str| {
            let parts = text.split('{').skip(1).filter_map(|p| p.split('}').next());
            parts.map(str::to_owned).collect::<BTreeSet<_>>()
        };
        for (key, text) in &VI.by_key {
            assert_eq!(holes(text), holes(&EN.by_key[key]), "{key}");
        }
    }

    /// Keys named outright, `t("…")` and `shell.get("…")`; those put together from parts are seen in the browser.
    #[test]
    fn every_key_named_by_a_template_or_module_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
        let mut named = 0;
        for folder in ["templates", "static"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let text = std::fs::read_to_string(&path).unwrap();
                for start in ["shell.get(\"", " t(\"", "(t(\"", "[t(\"", "${t(\""] {
                    for part in text.split(start).skip(1) {
                        let key = part.split('"').next().unwrap();
                        named += 1;
                        assert!(VI.by_key.contains_key(key), "{key} in {}", path.display());
                    }
                }
            }
        }
        assert!(named > 100, "only {named} keys found: does the search still fit the code?");
    }
}
