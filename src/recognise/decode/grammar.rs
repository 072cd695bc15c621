//! Grammars of written dates and numbers: regular expressions over lower-case characters (data file
//! `grammars.toml`), walked as automata letter by letter.

use super::prior::Prior;
use super::symbols::{characters, lower};
use crate::domain::FieldKind;
use crate::recognise::Manifest;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("data/grammars.toml");

/// The texts of one kind of field as an automaton.
pub struct Grammar {
    automaton: dense::DFA<Vec<u32>>,
    start: StateID,
}

/// Grammars by kind of field, built when first used.
static GRAMMARS: LazyLock<BTreeMap<&'static str, Grammar>> = LazyLock::new(|| {
    let source: BTreeMap<String, toml::Value> = toml::from_str(DATA).expect("grammars.toml is TOML");
    let kinds = FieldKind::ALL.iter().map(|kind| kind.as_str());
    kinds.filter_map(|kind| Some((kind, Grammar::new(&pattern(&source, kind)?)))).collect()
});

/// Words that are rarer than those they stand for, and by how much (natural logarithm).
static RARER: LazyLock<Vec<(String, f64)>> = LazyLock::new(|| {
    let source: BTreeMap<String, toml::Value> = toml::from_str(DATA).expect("grammars.toml is TOML");
    let words = source.get("rarer").and_then(toml::Value::as_array).into_iter().flatten();
    words.filter_map(|r| Some((r.get("word")?.as_str()?.to_owned(), r.get("by")?.as_float()?))).collect()
});

/// How much rarer a sign with a space on one side only is than one without, a stroke with spaces on both, and a
/// figure with a letter behind it ("12a") than one without.
const LOPSIDED: f64 = 3.0;
const SPACED: f64 = 1.0;
const LETTERED: f64 = 3.0;

/// How much rarer a text is for its words and signs than one with the usual ones, natural logarithm, at most 0.
#[must_use]
pub fn rarity(text: &str) -> f64 {
    let lower: Vec<char> = text.chars().map(lower).collect();
    let whole: String = lower.iter().collect();
    let words = whole.split([' ', ',', '(', ')', '.']);
    let words: f64 =
        words.filter_map(|word| RARER.iter().find(|(rare, _)| rare == word)).map(|(_, by)| by).sum();
    let lopsided = lower.windows(3).filter(|w| matches!(w[1], '/' | '-') && (w[0] == ' ') != (w[2] == ' '));
    let spaced = lower.windows(3).filter(|w| *w == [' ', '/', ' ']);
    // "30t" and "30tuổi" are ages.
    let lettered = lower.windows(2).filter(|w| w[0].is_ascii_digit() && w[1].is_alphabetic() && w[1] != 't');
    let signs = LOPSIDED * lopsided.count() as f64 + SPACED * spaced.count() as f64;
    -(words + signs + LETTERED * lettered.count() as f64)
}

/// The pattern of a kind with its `{parts}` put in; parts may hold parts that stand before them.
fn pattern(source: &BTreeMap<String, toml::Value>, kind: &str) -> Option<String> {
    let mut pattern = source.get("kinds")?.get(kind)?.as_str()?.to_owned();
    let parts: Vec<(&str, &str)> = source
        .get("parts")?
        .as_array()?
        .iter()
        .filter_map(|p| Some((p.get("name")?.as_str()?, p.get("is")?.as_str()?)))
        .collect();
    for (name, is) in parts.into_iter().rev() {
        pattern = pattern.replace(&format!("<{name}>"), &format!("(?:{is})"));
    }
    Some(pattern)
}

impl Grammar {
    /// The grammar of a kind of field; `None` where there is none.
    #[must_use]
    pub fn of(kind: FieldKind) -> Option<&'static Self> {
        GRAMMARS.get(kind.as_str())
    }

    /// # Panics
    /// When the pattern is no regular expression: patterns are part of the program.
    fn new(pattern: &str) -> Self {
        let config = dense::Config::new().match_kind(MatchKind::All).start_kind(StartKind::Anchored);
        let automaton = dense::Builder::new()
            .configure(config)
            .thompson(thompson::Config::new().shrink(false))
            .build(&format!("(?:{pattern})$"))
            .expect("patterns of grammars.toml are regular");
        let start = automaton
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .expect("an automaton without look-behind starts anywhere");
        Self { automaton, start }
    }

    /// Whether the grammar holds this text (case ignored).
    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        let state = text.chars().try_fold(self.start, |state, c| self.step(state, lower(c)));
        state.is_some_and(|state| self.may_end(state))
    }

    fn step(&self, state: StateID, character: char) -> Option<StateID> {
        let mut bytes = [0; 4];
        let next = character
            .encode_utf8(&mut bytes)
            .bytes()
            .fold(state, |state, byte| self.automaton.next_state(state, byte));
        (!self.automaton.is_dead_state(next)).then_some(next)
    }

    fn may_end(&self, state: StateID) -> bool {
        self.automaton.is_match_state(self.automaton.next_eoi_state(state))
    }
}

/// A grammar walked with a line model's classes: a state's classes and where each leads.
pub struct GrammarTable {
    states: Vec<State>,
}

#[derive(Default)]
struct State {
    /// Classes that may follow, in order.
    classes: Vec<usize>,
    /// The state behind each.
    next: Vec<u32>,
    may_end: bool,
}

impl GrammarTable {
    /// Every state that texts of the line model's alphabet lead to; the first is the start.
    #[must_use]
    pub fn new(grammar: &Grammar, manifest: &Manifest) -> Self {
        let characters: Vec<Option<char>> = characters(manifest).into_iter().map(|c| c.map(lower)).collect();
        let mut numbers = BTreeMap::from([(grammar.start, 0_u32)]);
        let mut found = vec![grammar.start];
        let mut states = Vec::new();
        while let Some(&id) = found.get(states.len()) {
            let mut state = State { may_end: grammar.may_end(id), ..State::default() };
            for (class, character) in characters.iter().enumerate() {
                let Some(next) = character.and_then(|c| grammar.step(id, c)) else { continue };
                let number = *numbers.entry(next).or_insert_with(|| {
                    found.push(next);
                    found.len() as u32 - 1
                });
                state.classes.push(class);
                state.next.push(number);
            }
            states.push(state);
        }
        Self { states }
    }
}

impl Prior for GrammarTable {
    type State = u32;

    fn start(&self) -> u32 {
        0
    }

    fn extend(&self, state: u32, class: usize) -> Option<(u32, f64)> {
        let state = &self.states[state as usize];
        Some((state.next[state.classes.binary_search(&class).ok()?], 0.0))
    }

    fn allowed(&self, state: u32) -> Option<&[usize]> {
        Some(&self.states[state as usize].classes)
    }

    fn finish(&self, state: u32) -> Option<f64> {
        self.states[state as usize].may_end.then_some(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lopsided_signs_and_lettered_numbers_are_rarer() {
        for usual in ["12/2018", "2 - 3 - 1987", "Số 12", "ngày 2 tháng 3"] {
            assert_eq!(rarity(usual), 0.0, "{usual}");
        }
        for rare in ["12 /2018", "12/ 2018", "12a/2018", "6o"] {
            assert_eq!(rarity(rare), -3.0, "{rare}");
        }
        assert_eq!(rarity("12 / 2018"), -1.0);
    }

    fn accepts(kind: FieldKind, text: &str) -> bool {
        Grammar::of(kind).unwrap().accepts(text)
    }

    #[test]
    fn rarer_words_cost() {
        assert_eq!(rarity("Ngày mồng một tháng tư năm hai nghìn"), 0.0);
        assert!((rarity("Ngày mùng một, tháng tư, năm hai ngàn") + 2.5).abs() < 1e-9);
    }

    #[test]
    fn a_table_walks_as_its_grammar_does() {
        let manifest = super::super::super::test_model::manifest();
        let grammar = Grammar::of(FieldKind::DateInWords).unwrap();
        let table = GrammarTable::new(grammar, &manifest);
        let classes = |text: &str| -> Vec<usize> {
            let class = |c: char| manifest.alphabet.iter().position(|a| *a == c.to_string()).unwrap() + 1;
            text.chars().map(class).collect()
        };
        let date = "Ngày mười hai tháng ba năm một nghìn chín trăm tám mươi bảy";
        assert_eq!(table.score(&classes(date)), Some(0.0));
        assert_eq!(table.score(&classes("Ngày mười hai tháng")), None);
        assert_eq!(table.score(&classes("Nguyễn")), None);
        let firsts: String =
            table.allowed(0).unwrap().iter().map(|class| manifest.alphabet[class - 1].as_str()).collect();
        assert!(firsts.contains('N') && firsts.contains('n') && !firsts.contains('z'), "{firsts}");
    }

    #[test]
    fn dates_in_digits_whole_partial_and_spelled() {
        let dates = [
            "12/03/1987",
            "1-1-1950",
            "05.1962",
            "1962",
            "25 tuổi",
            "ngày 7 tháng 12 năm 2004",
            "31/02/1990",
            "12/3/87",
            "12 / 03 / 1987",
            "Tháng 5 năm 1950",
            "năm 1947",
            "14/08/1999 âm lịch",
            "10 / 1975",
            "tháng 3-1960",
        ];
        for text in dates {
            assert!(accepts(FieldKind::Date, text), "{text}");
        }
        for text in ["", "42/13/1987", "Nguyễn", "12/03/", "1/1/1", "12/03/19877", "99"] {
            assert!(!accepts(FieldKind::Date, text), "{text}");
        }
    }

    #[test]
    fn dates_in_words_with_their_by_forms() {
        let dates = [
            "Ngày mười hai tháng ba năm một nghìn chín trăm tám mươi bảy",
            "ngày mồng một tháng giêng năm một ngàn chín trăm linh tư",
            "Ngày mùng năm, tháng chạp, năm hai nghìn không trăm lẻ năm",
            "ngày hai mươi mốt tháng tư năm một nghìn chín trăm chín mươi nhăm",
            "năm một nghìn chín trăm sáu mươi",
            "tháng mười một năm hai nghìn không trăm mười lăm",
            "Ngày ba mươi tháng mười năm hai ngàn mười tám",
            "mười lăm tháng tám năm một nghìn chín trăm bảy mươi bốn âm lịch",
            "ngày hai mươi lăm tháng sáu năm một nghìn chín trăm bảy lăm",
            "năm hai nghìn",
            "Ngày hai tư, tháng năm, năm một nghìn chín trăm chín tám",
            "năm một chín sáu lăm",
        ];
        for text in dates {
            assert!(accepts(FieldKind::DateInWords, text), "{text}");
        }
        for text in ["ngày mười hai tháng mười ba năm hai nghìn", "ngày bốn mươi tháng hai", "Nguyễn Văn A"]
        {
            assert!(!accepts(FieldKind::DateInWords, text), "{text}");
        }
    }

    #[test]
    fn numbers_years_ages_and_papers() {
        let held = [
            (FieldKind::Number, vec!["12", "012/2019", "5 / 2003", "120a", "Số 45", "45/QĐ-UBND", "03-2015"]),
            (FieldKind::YearOrAge, vec!["1954", "Năm 1954", "25 tuổi", "25", "12/03/1954", "23t"]),
            (
                FieldKind::IdNumber,
                vec!["012345678901", "123456789", "012 345 678 901", "CMND 123456789", "B1234567"],
            ),
        ];
        for (kind, texts) in held {
            for text in texts {
                assert!(accepts(kind, text), "{kind}: {text}");
            }
            assert!(!accepts(kind, "Nguyễn Thị"), "{kind}");
        }
    }
}
