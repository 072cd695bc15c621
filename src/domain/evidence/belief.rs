//! What is believed of fields, and how evidence moves it: Bayes' rule over the alternatives and a rest.

/// One possible text of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The text.
    pub text: String,
    /// Probability that it is exactly right, 0 to 1.
    pub confidence: f32,
}

/// A field as evidence sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldBelief {
    /// Its key within the form.
    pub key: String,
    /// Up to five readings with their probabilities, best first; empty where nothing was read, and then no
    /// evidence touches it.
    pub alternatives: Vec<Candidate>,
}

impl FieldBelief {
    /// The reading believed most, where there is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.alternatives.first().map(|best| best.text.as_str())
    }
}

/// A field's alternatives as values that can be compared, with their probabilities.
pub(super) struct Values<N> {
    /// Value and probability of each alternative; `None` is a text that says nothing of the kind asked for.
    each: Vec<(Option<N>, f64)>,
    /// Probability that none of them is right.
    rest: f64,
}

impl<N: PartialEq> Values<N> {
    /// Reads every alternative.
    pub(super) fn of(belief: &FieldBelief, read: impl Fn(&str) -> Option<N>) -> Self {
        let total: f64 = belief.alternatives.iter().map(|a| f64::from(a.confidence)).sum();
        let share = 1.0 / total.max(1.0);
        let each = belief.alternatives.iter().map(|a| (read(&a.text), f64::from(a.confidence) * share));
        Self { each: each.collect(), rest: (1.0 - total).max(0.0) }
    }

    /// The value of the reading believed most.
    pub(super) fn best(&self) -> Option<&N> {
        self.each.first().and_then(|(value, _)| value.as_ref())
    }

    /// Probability of everything that `wanted` holds for.
    pub(super) fn mass(&self, wanted: impl Fn(&N) -> bool) -> f64 {
        self.each.iter().filter(|(value, _)| value.as_ref().is_some_and(&wanted)).map(|(_, p)| p).sum()
    }

    /// Probability that nothing is known: the rest, and the texts that say nothing.
    pub(super) fn unknown(&self) -> f64 {
        self.rest + self.each.iter().filter(|(value, _)| value.is_none()).map(|(_, p)| p).sum::<f64>()
    }

    /// Likelihood ratio of each alternative by itself.
    pub(super) fn factors(&self, ratio: impl Fn(&N) -> f64) -> Vec<f64> {
        let known: Vec<Option<f64>> = self.each.iter().map(|(v, _)| v.as_ref().map(&ratio)).collect();
        // What says nothing never gains by what is said against the others.
        let least = known.iter().flatten().copied().fold(1.0, f64::min);
        known.into_iter().map(|ratio| ratio.unwrap_or(least)).collect()
    }

    /// Likelihood ratio of each alternative, given what is believed of another field.
    pub(super) fn factors_given<M: PartialEq>(
        &self,
        other: &Values<M>,
        ratio: impl Fn(&N, &M) -> f64,
    ) -> Vec<f64> {
        self.factors(|own| {
            let known = other.each.iter().filter_map(|(value, p)| Some(p * ratio(own, value.as_ref()?)));
            known.sum::<f64>() + other.unknown()
        })
    }
}

/// Likelihood ratios gathered for all fields of an entry, taken in at once, so that no evidence is counted on
/// top of itself and the order of the rules does not matter.
pub(super) struct Gathered(Vec<Vec<f64>>);

impl Gathered {
    pub(super) fn over(fields: &[FieldBelief]) -> Self {
        Self(fields.iter().map(|field| vec![1.0; field.alternatives.len()]).collect())
    }

    /// Adds evidence on one field.
    pub(super) fn add(&mut self, field: usize, factors: &[f64]) {
        for (all, factor) in self.0[field].iter_mut().zip(factors) {
            *all *= factor;
        }
    }

    /// Moves the beliefs; fields without evidence stay as they are, to the last bit.
    pub(super) fn apply(self, fields: &mut [FieldBelief]) {
        for (field, factors) in fields.iter_mut().zip(self.0) {
            if factors.iter().any(|factor| *factor != 1.0) {
                weigh(&mut field.alternatives, &factors);
            }
        }
    }
}

/// Bayes' rule: each probability times its ratio, the rest's ratio being 1, and all of it made to sum up as
/// before. The alternatives are put in their new order; equal ones keep the old.
fn weigh(alternatives: &mut [Candidate], factors: &[f64]) {
    let total: f64 = alternatives.iter().map(|a| f64::from(a.confidence)).sum();
    let rest = (1.0 - total).max(0.0);
    let weighed: f64 = alternatives.iter().zip(factors).map(|(a, f)| f64::from(a.confidence) * f).sum();
    let scale = total.max(1.0) / (weighed + rest).max(f64::MIN_POSITIVE);
    for (alternative, factor) in alternatives.iter_mut().zip(factors) {
        let moved = f64::from(alternative.confidence) * factor * scale;
        alternative.confidence = moved.clamp(0.0, 1.0) as f32;
    }
    alternatives.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
}
