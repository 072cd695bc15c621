//! How a model that reads in the shadow compares with those whose readings clerks see.

use super::{App, Result};
use crate::domain::interval::wilson_95;
use crate::domain::{FieldKind, ModelVersion};
use crate::store::ReadTwice;
use serde::Serialize;
use std::collections::BTreeMap;

/// One shadow model beside what was shown to clerks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelReport {
    /// The model that read in the shadow, `NAME@VERSION`.
    pub model: String,
    /// Whether it still does.
    pub shadow: bool,
    /// Figures of every field read by both.
    pub all: Comparison,
    /// The same by kind of field; kinds without any are absent.
    pub kinds: BTreeMap<FieldKind, Comparison>,
}

/// Counts and shares of fields that both models read. Texts are compared folded, states exactly.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// Fields read by both.
    pub fields: u64,
    /// Fields read alike.
    pub alike: u64,
    /// `alike` as a share, 0 to 1; 0 where there are none.
    pub alike_share: f64,
    /// Mean confidence of the readings shown, 0 to 1.
    pub shown_confidence: f64,
    /// Mean confidence of the shadow's readings, 0 to 1.
    pub shadow_confidence: f64,
    /// Fields that people have decided since. Typists saw the reading shown, so these lean towards it.
    pub decided: Decided,
    /// Those of them that were typed without seeing any reading, which lean towards neither.
    pub decided_blind: Decided,
}

/// Who was right, where people have decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Decided {
    /// Fields decided.
    pub fields: u64,
    /// Both models were right.
    pub both_right: u64,
    /// Only the one shown.
    pub only_shown_right: u64,
    /// Only the shadow.
    pub only_shadow_right: u64,
    /// Neither.
    pub both_wrong: u64,
    /// Share in which the one shown was right, with its 95 % interval (Wilson).
    pub shown_right: Share,
    /// Share in which the shadow was right, with its 95 % interval (Wilson).
    pub shadow_right: Share,
}

/// A share of what was counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Share {
    /// 0 to 1; 0 where nothing was counted.
    pub share: f64,
    /// Both ends of the 95 % interval.
    pub interval_95: [f64; 2],
}

/// Fields taken from the database at once.
const BATCH: u32 = 2_000;

impl App {
    /// Compares every model that was added, as far as it read anything in the shadow.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn model_reports(&self) -> Result<Vec<ModelReport>> {
        let mut reports = Vec::new();
        for model in self.store.models().await? {
            let kinds = self.compare(&model.id).await?;
            if !kinds.is_empty() {
                reports.push(ModelReport::new(&model.id, model.shadow, kinds));
            }
        }
        Ok(reports)
    }

    async fn compare(&self, model: &ModelVersion) -> Result<BTreeMap<FieldKind, Comparison>> {
        let mut kinds: BTreeMap<FieldKind, Comparison> = BTreeMap::new();
        let mut after: [String; 3] = Default::default();
        loop {
            let fields = self.store.read_twice(model, &after, BATCH).await?;
            for field in &fields {
                kinds.entry(field.kind).or_default().count(field);
            }
            match fields.into_iter().last() {
                Some(last) => after = last.place,
                None => return Ok(kinds),
            }
        }
    }
}

impl ModelReport {
    fn new(model: &ModelVersion, shadow: bool, mut kinds: BTreeMap<FieldKind, Comparison>) -> Self {
        let mut all = Comparison::default();
        for kind in kinds.values_mut() {
            all.add(kind);
            kind.finish();
        }
        all.finish();
        Self { model: model.to_string(), shadow, all, kinds }
    }
}

impl Comparison {
    /// Counts one field; shares and means are sums until [`Self::finish`].
    fn count(&mut self, field: &ReadTwice) {
        let ((shown, shown_confidence), (shadow, shadow_confidence)) = (&field.shown, &field.shadow);
        self.fields += 1;
        self.alike += u64::from(shown.agrees_with(shadow));
        self.shown_confidence += shown_confidence;
        self.shadow_confidence += shadow_confidence;
        let Some(decided) = &field.decided else { return };
        let right = (decided.agrees_with(shown), decided.agrees_with(shadow));
        self.decided.count(right);
        if field.blind {
            self.decided_blind.count(right);
        }
    }

    fn add(&mut self, other: &Self) {
        self.fields += other.fields;
        self.alike += other.alike;
        self.shown_confidence += other.shown_confidence;
        self.shadow_confidence += other.shadow_confidence;
        self.decided.add(&other.decided);
        self.decided_blind.add(&other.decided_blind);
    }

    fn finish(&mut self) {
        let fields = self.fields.max(1) as f64;
        self.alike_share = self.alike as f64 / fields;
        self.shown_confidence /= fields;
        self.shadow_confidence /= fields;
        self.decided.finish();
        self.decided_blind.finish();
    }
}

impl Decided {
    fn count(&mut self, (shown_right, shadow_right): (bool, bool)) {
        self.fields += 1;
        *match (shown_right, shadow_right) {
            (true, true) => &mut self.both_right,
            (true, false) => &mut self.only_shown_right,
            (false, true) => &mut self.only_shadow_right,
            (false, false) => &mut self.both_wrong,
        } += 1;
    }

    fn add(&mut self, other: &Self) {
        self.fields += other.fields;
        self.both_right += other.both_right;
        self.only_shown_right += other.only_shown_right;
        self.only_shadow_right += other.only_shadow_right;
        self.both_wrong += other.both_wrong;
    }

    fn finish(&mut self) {
        let share = |right: u64| Share {
            share: right as f64 / self.fields.max(1) as f64,
            interval_95: wilson_95(right, self.fields),
        };
        (self.shown_right, self.shadow_right) =
            (share(self.both_right + self.only_shown_right), share(self.both_right + self.only_shadow_right));
    }
}
