//! From log-probabilities to text. Every line is searched twice: freely, and with what is known of its kind of
//! field (a language model, a grammar or a closed list). Both sorts of hypotheses compete; the free one wins
//! where the ink says so.

pub mod beam;
pub mod grammar;
pub mod greedy;
pub mod lists;
pub mod ngram;
pub mod prior;
mod rank;
mod symbols;

use super::calibrate::{Statistics, confidence};
use super::{Language, Manifest, RecogniseError};
use crate::domain::FieldKind;
use crate::domain::normalise::nfc;
use beam::{BeamOptions, Hypothesis, search};
use grammar::{Grammar, GrammarTable};
use lists::ClosedList;
use ndarray::ArrayView2;
use ngram::{Ngram, NgramPrior};
use prior::{Free, Prior};
use rank::{Candidate, Ranked};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// One possible text with its probability.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// The text, NFC, single spaces, trimmed.
    pub text: String,
    /// Probability that it is exactly right, 0 to 1.
    pub confidence: f32,
}

/// Most alternatives that a reading carries, its own text among them.
pub const MAX_ALTERNATIVES: usize = 5;

/// How much likelier (natural logarithm) a field of a kind with a grammar or a list holds a text of it than
/// any one free text that the ink supports as well: most fields do, and free texts are many, the more the longer
/// they are.
const CLOSED_BONUS: f64 = 9.0;
const GRAMMAR_BONUS_PER_LETTER: f64 = 0.8;

/// The search with a grammar is wider: it must get past letters that the line model does not see.
const GRAMMAR_BEAM: BeamOptions = BeamOptions { width: 24, least_log_prob: f32::NEG_INFINITY };
const LANGUAGE_BEAM: BeamOptions = BeamOptions { width: 16, least_log_prob: -9.0 };

/// How lines are decoded. [`Decoder::settings`] is part of every proposal's key.
#[derive(Clone, Default)]
pub struct Decoder {
    free: BeamOptions,
    language: BTreeMap<FieldKind, Arc<LoadedLanguage>>,
    /// Built over the line model's alphabet when first used.
    grammars: Arc<OnceLock<BTreeMap<FieldKind, GrammarTable>>>,
}

struct LoadedLanguage {
    model: Ngram,
    symbols: Vec<Option<u8>>,
    settings: Language,
}

impl Decoder {
    /// The decoder of a model's folder, its language models mapped.
    ///
    /// # Errors
    /// When a language model is missing, damaged or another one than the manifest says.
    pub fn open(folder: &Path, manifest: &Manifest) -> Result<Self, RecogniseError> {
        let mut language = BTreeMap::new();
        for (kind, settings) in &manifest.language {
            let Ok(kind) = kind.parse() else { continue };
            let path = folder.join(&settings.file);
            let model = Ngram::open(&path)?;
            if model.sha256() != settings.sha256 {
                return Err(manifest.refused(format!("{} is not the file its manifest names", settings.file)));
            }
            let symbols = ngram::symbols_of(&model, manifest);
            language.insert(kind, Arc::new(LoadedLanguage { model, symbols, settings: settings.clone() }));
        }
        Ok(Self { free: BeamOptions::default(), language, grammars: Arc::default() })
    }

    /// The settings in one short word.
    #[must_use]
    pub fn settings(&self) -> String {
        let language = if self.language.is_empty() { "" } else { "-lm" };
        format!("beam{}{language}-grammar3", self.free.width)
    }

    /// Reads one line from its own time steps, log-probabilities `[steps, classes]`. The first alternative
    /// is the reading with its calibrated confidence; the others follow, best first, none more probable than
    /// the first and none equal to another after folding. Never empty; the first text may be.
    #[must_use]
    pub fn read(
        &self,
        steps: &ArrayView2<'_, f32>,
        kind: FieldKind,
        manifest: &Manifest,
    ) -> Vec<Alternative> {
        let (ranked, statistics) = self.rank(steps, kind, manifest);
        let sure = confidence(&statistics, manifest.calibration.weights(kind));
        ranked.alternatives(sure)
    }

    /// The statistics that confidence is computed from, with the reading.
    #[must_use]
    pub fn statistics(
        &self,
        steps: &ArrayView2<'_, f32>,
        kind: FieldKind,
        manifest: &Manifest,
    ) -> (String, Statistics) {
        let (ranked, statistics) = self.rank(steps, kind, manifest);
        (ranked.best().text.clone(), statistics)
    }

    fn rank(
        &self,
        steps: &ArrayView2<'_, f32>,
        kind: FieldKind,
        manifest: &Manifest,
    ) -> (Ranked, Statistics) {
        let path = greedy::best_path(steps);
        let free = search(steps, &Free, &self.free);
        let ranked = self.with_prior(steps, kind, manifest, free);
        let best = ranked.best();
        let statistics = Statistics {
            path: path.log_prob,
            least: path.least_sure,
            letters: best.text.chars().count(),
            text: best.log_prob.max(-1e3),
            gap: ranked.gap(),
            margin: ranked.margin(),
            prior: best.prior / (1.0 + best.text.chars().count() as f64),
            is_best_path: rank::is_same(&text_of(&path.classes, manifest), &best.text),
        };
        (ranked, statistics)
    }

    /// Adds what the kind of field allows, or prefers, to the free hypotheses.
    fn with_prior(
        &self,
        steps: &ArrayView2<'_, f32>,
        kind: FieldKind,
        manifest: &Manifest,
        free: Vec<Hypothesis>,
    ) -> Ranked {
        let candidate = |h: Hypothesis, prior: f64| Candidate {
            text: text_of(&h.classes, manifest),
            log_prob: h.log_prob,
            prior,
        };
        if let Some(language) = self.language(kind) {
            let settings = &language.settings;
            let prior =
                NgramPrior::new(&language.model, &language.symbols, settings.weight, settings.per_letter);
            let known = search(steps, &prior, &LANGUAGE_BEAM);
            let known = known
                .into_iter()
                .map(|h| {
                    let p = h.prior;
                    candidate(h, p)
                })
                .collect();
            let free = free.into_iter().map(|h| {
                let of_text = prior.score(&h.classes).unwrap_or(f64::NEG_INFINITY);
                candidate(h, of_text)
            });
            return Ranked::new(free.collect(), known, settings.patience);
        }
        let mut known = Vec::new();
        if let Some(list) = ClosedList::of(kind) {
            let entry = |(text, log_prob, prior): (&str, f64, f64)| Candidate {
                text: text.to_owned(),
                log_prob,
                prior: prior + CLOSED_BONUS,
            };
            known.extend(list.log_probs(steps, manifest).into_iter().map(entry));
        } else if let Some(grammar) = self.grammar(kind, manifest) {
            // The same for every text of the grammar: a longer one is not likelier for that.
            let letters = free.first().map_or(0, |best| best.classes.len());
            let bonus = CLOSED_BONUS + GRAMMAR_BONUS_PER_LETTER * letters as f64;
            known.extend(search(steps, grammar, &GRAMMAR_BEAM).into_iter().map(|h| {
                let found = candidate(h, bonus);
                Candidate { prior: found.prior + grammar::rarity(&found.text), ..found }
            }));
        }
        let free = free.into_iter().map(|h| candidate(h, 0.0)).collect();
        Ranked::new(free, known, f64::INFINITY)
    }

    fn grammar(&self, kind: FieldKind, manifest: &Manifest) -> Option<&GrammarTable> {
        let all = self.grammars.get_or_init(|| {
            let table = |kind: &FieldKind| Some((*kind, GrammarTable::new(Grammar::of(*kind)?, manifest)));
            FieldKind::ALL.iter().filter_map(table).collect()
        });
        all.get(&kind)
    }

    /// The language model of a kind; offices are places, titles and relations are prose.
    fn language(&self, kind: FieldKind) -> Option<&LoadedLanguage> {
        let stand_in = match kind {
            FieldKind::Office => Some(FieldKind::Place),
            FieldKind::Title => Some(FieldKind::FreeText),
            _ => None,
        };
        let found = self.language.get(&kind).or_else(|| self.language.get(&stand_in?));
        found.map(AsRef::as_ref)
    }
}

/// The classes' characters as tidy text: NFC, single spaces, trimmed.
fn text_of(classes: &[usize], manifest: &Manifest) -> String {
    let raw: String = classes.iter().map(|class| manifest.alphabet[class - 1].as_str()).collect();
    nfc(&raw).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::test_model::{manifest, peaked};
    use super::*;

    #[test]
    fn a_sure_line_is_read_with_high_confidence_and_ordered_alternatives() {
        let m = manifest();
        let steps = peaked(&m, "Nguyễn Thị Hoà", 0.98);
        let read = Decoder::default().read(&steps.view(), FieldKind::PersonName, &m);
        assert_eq!(read[0].text, "Nguyễn Thị Hoà");
        assert!(read.len() > 1 && read.len() <= MAX_ALTERNATIVES);
        assert!(read.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence), "{read:?}");
        assert!(read.iter().map(|a| a.confidence).sum::<f32>() <= 1.0 + 1e-4, "{read:?}");
    }

    #[test]
    fn the_second_best_letter_leads_to_the_second_alternative() {
        let m = manifest();
        let mut steps = peaked(&m, "An", 0.97);
        let class = |c: &str| m.alphabet.iter().position(|a| a == c).unwrap() + 1;
        // The first letter could be Ă nearly as well.
        steps[[0, class("A")]] = 0.52_f32.ln();
        steps[[0, class("Ă")]] = 0.45_f32.ln();
        let read = Decoder::default().read(&steps.view(), FieldKind::PersonName, &m);
        assert_eq!((read[0].text.as_str(), read[1].text.as_str()), ("An", "Ăn"));
    }

    /// `text` for sure, but for one letter that is more probably another.
    fn with_slip(text: &str, at: usize, slip: &str, of_slip: f32) -> ndarray::Array2<f32> {
        let m = manifest();
        let mut steps = peaked(&m, text, 0.97);
        let class = |c: &str| m.alphabet.iter().position(|a| a == c).unwrap() + 1;
        let right = text.chars().nth(at).unwrap().to_string();
        steps[[2 * at, class(&right)]] = (0.98 - of_slip).ln();
        steps[[2 * at, class(slip)]] = of_slip.ln();
        steps
    }

    #[test]
    fn grammars_and_lists_mend_slips() {
        let m = manifest();
        let cases = [
            (FieldKind::Date, "12/03/1987", 3, "o"),
            (FieldKind::DateInWords, "ngày ba tháng tư năm hai nghìn", 5, "c"),
            (FieldKind::Sex, "Nữ", 1, "ù"),
            (FieldKind::Ethnicity, "Mường", 1, "u"),
        ];
        for (kind, text, at, slip) in cases {
            let steps = with_slip(text, at, slip, 0.9);
            assert_eq!(Decoder::default().read(&steps.view(), kind, &m)[0].text, text, "{kind}");
        }
    }

    #[test]
    fn what_is_clearly_written_stays_though_no_list_has_it() {
        let m = manifest();
        for (kind, text) in [(FieldKind::Ethnicity, "Xa Lạ Lắm"), (FieldKind::Date, "không nhớ ngày")]
        {
            let steps = peaked(&m, text, 0.99);
            assert_eq!(Decoder::default().read(&steps.view(), kind, &m)[0].text, text, "{kind}");
        }
    }

    #[test]
    fn no_steps_read_as_nothing() {
        let m = manifest();
        let steps = ndarray::Array2::zeros((0, m.classes()));
        for kind in FieldKind::ALL {
            let read = Decoder::default().read(&steps.view(), *kind, &m);
            assert!(read[0].text.is_empty() && read.iter().all(|a| a.confidence.is_finite()), "{kind}");
        }
    }
}
