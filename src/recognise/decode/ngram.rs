//! Character n-gram models: files that `scripts/build_language` writes, memory-mapped.
//!
//! Layout, little endian: magic `SOHOANG1`; order, symbols, nodes, all `u32`; the code point of every symbol
//! (`u32` each); the nodes, 12 bytes each, breadth first: symbol `u8`, back-off `u8` (−ln, in
//! [`BACKOFF_UNIT`]), log-probability `u16` (−ln, in [`LOG_PROB_UNIT`]), first child `u32`, node of the
//! context without its first symbol `u32`. Node 0 is the empty context; a node's children end where the next
//! node's begin and are ordered by symbol. Symbol numbers below [`FIRST_LETTER`] are special.

use super::super::RecogniseError;
use super::prior::Prior;
use super::symbols::{Symbol, characters};
use crate::recognise::Manifest;
use sha2::Digest;
use std::path::Path;

const MAGIC: &[u8; 8] = b"SOHOANG1";
const HEADER: usize = 20;
const NODE: usize = 12;
const LOG_PROB_UNIT: f64 = 1.0 / 2000.0;
const BACKOFF_UNIT: f64 = 1.0 / 20.0;
const END: u8 = 1;
const BEGIN: u8 = 2;
const GAP: u8 = 3;
const DIGIT: u8 = 4;
const OTHER: u8 = 5;
const FIRST_LETTER: u8 = 6;
/// −ln of the probability of a letter that the model never saw.
const UNSEEN: f64 = 9.0;

/// An interpolated n-gram model over the symbols of texts (absolute discounting, Ney and others 1994).
pub struct Ngram {
    bytes: Bytes,
    letters: Vec<(char, u8)>,
    nodes_at: usize,
    nodes: u32,
}

enum Bytes {
    Mapped(memmap2::Mmap),
    #[cfg(test)]
    Owned(Vec<u8>),
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            #[cfg(test)]
            Self::Owned(bytes) => bytes,
        }
    }
}

impl Ngram {
    /// Maps a model file.
    ///
    /// # Errors
    /// When it cannot be read, or is not such a file.
    pub fn open(path: &Path) -> Result<Self, RecogniseError> {
        let wrong = |source| RecogniseError::ModelFile { path: path.to_path_buf(), source };
        let file = std::fs::File::open(path).map_err(wrong)?;
        // SAFETY: the map is read-only, and model files are never changed in place: a new version is a new
        // folder, written beside and renamed. Every read of it is bounds-checked.
        #[expect(
            unsafe_code,
            reason = "mapping a file is unsafe in itself; the lines above say why it holds here"
        )]
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(wrong)?;
        let broken = |reason: &str| wrong(std::io::Error::new(std::io::ErrorKind::InvalidData, reason));
        Self::parse(Bytes::Mapped(map)).map_err(broken)
    }

    /// SHA-256 of the file, lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex::encode(sha2::Sha256::digest(&*self.bytes))
    }

    fn parse(bytes: Bytes) -> Result<Self, &'static str> {
        if bytes.len() < HEADER || &bytes[..8] != MAGIC {
            return Err("not a language model of this program");
        }
        let (symbols, nodes) = (number(&bytes, 12), number(&bytes, 16));
        let nodes_at = HEADER + 4 * symbols as usize;
        if bytes.len() != nodes_at + NODE * nodes as usize || nodes == 0 || symbols > 250 {
            return Err("its length does not fit its header");
        }
        let letter =
            |n: u32| Some((char::from_u32(number(&bytes, HEADER + 4 * n as usize))?, n as u8 + FIRST_LETTER));
        let letters =
            (0..symbols).map(letter).collect::<Option<Vec<_>>>().ok_or("a symbol is no character")?;
        let model = Self { letters, nodes_at, nodes, bytes };
        let links = |id: u32| (model.first_child(id), model.suffix(id));
        let sound = |id: u32| {
            let (child, suffix) = links(id);
            let in_order = child > id && child <= model.children_end(id) && model.children_end(id) <= nodes;
            in_order && if id == 0 { suffix == 0 } else { suffix < id }
        };
        if (0..nodes).all(sound) { Ok(model) } else { Err("its nodes contradict each other") }
    }

    fn symbol(&self, symbol: Symbol) -> Option<u8> {
        match symbol {
            Symbol::Gap => Some(GAP),
            Symbol::Digit => Some(DIGIT),
            Symbol::Other => Some(OTHER),
            Symbol::Letter(letter) => {
                self.letters.iter().find(|(known, _)| *known == letter).map(|(_, s)| *s)
            }
        }
    }

    /// `ln p(symbol | context)` and the context behind it. A context is a node.
    fn look_up(&self, context: u32, symbol: u8) -> (f64, u32) {
        let (mut at, mut cost) = (context, 0.0);
        loop {
            if let Some(child) = self.child(at, symbol) {
                return (-cost - f64::from(self.half(child, 2)) * LOG_PROB_UNIT, child);
            }
            if at == 0 {
                return (-cost - UNSEEN, 0);
            }
            cost += f64::from(self.bytes[self.offset(at) + 1]) * BACKOFF_UNIT;
            at = self.suffix(at);
        }
    }

    fn child(&self, node: u32, symbol: u8) -> Option<u32> {
        let (mut low, mut high) = (self.first_child(node), self.children_end(node));
        while low < high {
            let middle = low.midpoint(high);
            match self.bytes[self.offset(middle)].cmp(&symbol) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn offset(&self, node: u32) -> usize {
        self.nodes_at + NODE * node as usize
    }

    fn half(&self, node: u32, at: usize) -> u16 {
        let from = self.offset(node) + at;
        u16::from_le_bytes([self.bytes[from], self.bytes[from + 1]])
    }

    fn first_child(&self, node: u32) -> u32 {
        number(&self.bytes, self.offset(node) + 4)
    }

    fn children_end(&self, node: u32) -> u32 {
        if node + 1 < self.nodes { self.first_child(node + 1) } else { self.nodes }
    }

    fn suffix(&self, node: u32) -> u32 {
        number(&self.bytes, self.offset(node) + 8)
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// An n-gram model as the [`Prior`] of a search over one line model's classes.
pub struct NgramPrior<'a> {
    model: &'a Ngram,
    /// Symbol of every class; `None`: never seen.
    symbols: &'a [Option<u8>],
    /// Factor of the log-probabilities.
    weight: f64,
    /// Added per letter, against the language model's love of short texts.
    per_letter: f64,
}

/// The symbol of every class of a line model.
#[must_use]
pub fn symbols_of(model: &Ngram, manifest: &Manifest) -> Vec<Option<u8>> {
    let symbol = |character: &Option<char>| model.symbol(character.map_or(Symbol::Other, Symbol::of));
    characters(manifest).iter().map(symbol).collect()
}

impl<'a> NgramPrior<'a> {
    /// `symbols` are those of [`symbols_of`].
    #[must_use]
    pub fn new(model: &'a Ngram, symbols: &'a [Option<u8>], weight: f64, per_letter: f64) -> Self {
        Self { model, symbols, weight, per_letter }
    }
}

/// Where a text stands: its context, and whether a gap was just passed.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    context: u32,
    after_gap: bool,
}

impl Prior for NgramPrior<'_> {
    type State = Place;

    fn start(&self) -> Place {
        Place { context: self.model.look_up(0, BEGIN).1, after_gap: true }
    }

    fn extend(&self, state: Place, class: usize) -> Option<(Place, f64)> {
        let symbol = self.symbols[class];
        if symbol == Some(GAP) && state.after_gap {
            // A comma and its space are one gap.
            return Some((state, 0.0));
        }
        let (log_prob, context) =
            symbol.map_or((-UNSEEN, 0), |symbol| self.model.look_up(state.context, symbol));
        let place = Place { context, after_gap: symbol == Some(GAP) };
        Some((place, self.weight * log_prob + self.per_letter))
    }

    fn finish(&self, state: Place) -> Option<f64> {
        Some(self.weight * self.model.look_up(state.context, END).0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::test_model::manifest;
    use super::*;

    /// p(a)=0.5, p(b)=0.25, p(end)=0.2, begin is a context only; p(b|a)=0.8, back-off of `a` 0.3.
    fn small() -> Vec<u8> {
        let log = |p: f64| (-p.ln() / LOG_PROB_UNIT).round() as u16;
        let back = |p: f64| (-p.ln() / BACKOFF_UNIT).round() as u8;
        let (a, b) = (FIRST_LETTER, FIRST_LETTER + 1);
        let nodes: [(u8, u8, u16, u32, u32); 6] = [
            (0, 0, 0, 1, 0),
            (END, 0, log(0.2), 5, 0),
            (BEGIN, 0, log(0.001), 5, 0),
            (a, back(0.3), log(0.5), 5, 0),
            (b, 0, log(0.25), 6, 0),
            (b, 0, log(0.8), 6, 4),
        ];
        let mut bytes = MAGIC.to_vec();
        for number in [2, 2, nodes.len() as u32, 'a' as u32, 'b' as u32] {
            bytes.extend(number.to_le_bytes());
        }
        for (symbol, backoff, log_prob, child, suffix) in nodes {
            bytes.extend([symbol, backoff]);
            bytes.extend(log_prob.to_le_bytes());
            bytes.extend(child.to_le_bytes());
            bytes.extend(suffix.to_le_bytes());
        }
        bytes
    }

    fn score(text: &str) -> f64 {
        let model = Ngram::parse(Bytes::Owned(small())).ok().unwrap();
        let m = manifest();
        let symbols = symbols_of(&model, &m);
        let class = |c: char| m.alphabet.iter().position(|a| *a == c.to_string()).unwrap() + 1;
        let classes: Vec<usize> = text.chars().map(class).collect();
        NgramPrior::new(&model, &symbols, 1.0, 0.0).score(&classes).unwrap()
    }

    #[test]
    fn probabilities_multiply_and_back_off() {
        let cases =
            [("ab", 0.5 * 0.8 * 0.2), ("aa", 0.5 * 0.3 * 0.5 * 0.3 * 0.2), ("BA", 0.25 * 0.5 * 0.3 * 0.2)];
        for (text, expected) in cases {
            assert!((score(text) - f64::ln(expected)).abs() < 0.1, "{text}: {}", score(text).exp());
        }
    }

    #[test]
    fn an_unknown_letter_costs_much_and_forgets_the_context() {
        assert!((score("xb") - (f64::ln(0.25 * 0.2) - UNSEEN)).abs() < 0.1);
    }

    #[test]
    fn files_that_are_cut_or_contradict_themselves_are_refused() {
        let whole = small();
        for length in [0, 7, 19, 30, whole.len() - 1] {
            assert!(Ngram::parse(Bytes::Owned(whole[..length].to_vec())).is_err(), "{length} bytes");
        }
        for (at, value) in [(0, b'X'), (whole.len() - 4, 9), (whole.len() - 8, 77)] {
            let mut bent = whole.clone();
            bent[at] = value;
            assert!(Ngram::parse(Bytes::Owned(bent)).is_err(), "byte {at}");
        }
        assert!(Ngram::parse(Bytes::Owned(whole)).is_ok());
    }

    #[test]
    fn a_file_is_mapped_and_a_missing_one_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ngram");
        std::fs::write(&path, small()).unwrap();
        assert_eq!(Ngram::open(&path).unwrap().letters, [('a', 6), ('b', 7)]);
        let missing = Ngram::open(&folder.path().join("b.ngram")).err().unwrap();
        assert!(missing.to_string().contains("b.ngram"), "{missing}");
    }
}
