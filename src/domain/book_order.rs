//! The order of a book: numbers read from its entries and pages, held against the order in which they lie. Which
//! numbers to believe, which are missing, which stand twice, and whether another order fits better.
//!
//! Readings err, so no single one counts: what is believed is the chain of readings that explains most of them
//! with the fewest leaps (a longest increasing subsequence with costs, by dynamic programming).

/// One thing of the book in its order (an entry, or a page), with the number read there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// Place of its page in the book.
    pub page: i64,
    /// What was read; none where nothing was.
    pub said: Option<Said>,
}

/// A number as read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// The number.
    pub number: i64,
    /// The year it counts in, where it is known: numbers begin anew with each.
    pub year: Option<i64>,
    /// How much it is worth to believe it: 0 to 1 a machine's confidence, [`Said::AGREED`] what people agreed on.
    pub weight: f64,
}

/// What is odd about the order of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddNumber {
    /// Numbers that should stand between two pages and do not.
    Missing {
        /// The first that may be missing.
        from: i64,
        /// The last that may be missing.
        to: i64,
        /// How many of them are: fewer than stand between the two when some of those in between are unread.
        count: i64,
        /// Pages between which they should be.
        between: [i64; 2],
    },
    /// More stands between two pages than their numbers allow: one was used twice, or has none.
    Extra {
        /// Number before.
        from: i64,
        /// Number after.
        to: i64,
        /// How many are too many.
        count: i64,
        /// The pages.
        between: [i64; 2],
    },
    /// A reading that does not fit its place: misread, or out of order.
    Unfit {
        /// What was read.
        read: i64,
        /// What its place asks for, where the numbers around tell.
        wanted: Option<i64>,
        /// The page.
        page: i64,
    },
}

/// What numbers say of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderFit {
    /// How well they fit: the weight of all that is believed, less the cost of leaps between them.
    pub score: f64,
    /// Places of the slots whose readings are believed, ascending.
    pub believed: Vec<usize>,
    /// What is odd, in order.
    pub odd: Vec<OddNumber>,
}

impl Said {
    /// The weight of what two people agreed on: more than the cost of one leap, so that it is believed even alone.
    pub const AGREED: f64 = 1.6;
}

/// How far back a link may reach: so many unread or misread in a row end a chain.
const REACH: usize = 60;
/// What a leap costs: more than any machine's reading is worth, so that one misread makes none.
const LEAP: f64 = 1.05;
/// What each e-fold of a leap's length adds.
const LEAP_GROWTH: f64 = 0.3;
/// What the same number twice in a row costs.
const TWICE: f64 = 1.2;
/// What beginning anew with 1 costs where no year says so, and where one does.
const ANEW: [f64; 2] = [1.5, 0.2];

/// How a number follows another, `steps` slots later.
fn link(before: Said, after: Said, steps: i64) -> Option<f64> {
    let grown = after.number - before.number;
    let leap = |length: i64| -(LEAP + LEAP_GROWTH * (length as f64).ln());
    let years = before.year.zip(after.year).map(|(a, b)| b - a);
    if years.is_some_and(|years| years < 0) {
        return None;
    }
    let is_new_year = years.is_some_and(|years| years > 0);
    if is_new_year || (years.is_none() && grown <= 0 && after.number <= steps && steps > 0 && grown != 0) {
        let missing = after.number - steps;
        let anew = -ANEW[usize::from(is_new_year)];
        return Some(if missing > 0 { anew + leap(missing) } else { anew });
    }
    match grown - steps {
        0 => Some(0.0),
        missing if missing > 0 => Some(leap(missing)),
        _ if grown == 0 && steps == 1 => Some(-TWICE),
        extra if grown > 0 => Some(leap(-extra)),
        _ => None,
    }
}

/// Whether the numbers begin anew from one to the other.
fn begins_anew(before: Said, after: Said) -> bool {
    before.year.zip(after.year).map_or(after.number < before.number, |(a, b)| b > a)
}

/// Holds the numbers of a book against the order of `slots`.
#[must_use]
pub fn fit(slots: &[Slot]) -> OrderFit {
    let read: Vec<(usize, Said)> =
        slots.iter().enumerate().filter_map(|(at, slot)| Some((at, slot.said?))).collect();
    let mut best: Vec<(f64, Option<usize>)> = Vec::with_capacity(read.len());
    for (i, (at, said)) in read.iter().enumerate() {
        let near = (0..i).rev().take_while(|j| at - read[*j].0 <= REACH);
        let linked = near.filter_map(|j| {
            let (from, before) = read[j];
            Some((best[j].0 + link(before, *said, (at - from) as i64)?, Some(j)))
        });
        let before = linked.fold((0.0, None), |a: (f64, _), b| if b.0 > a.0 { b } else { a });
        best.push((before.0 + said.weight, before.1));
    }
    let (score, mut last) = best.iter().enumerate().fold((0.0, None), |(most, last), (i, (score, _))| {
        if *score > most { (*score, Some(i)) } else { (most, last) }
    });
    let mut chain = Vec::new();
    while let Some(i) = last {
        chain.push(read[i]);
        last = best[i].1;
    }
    chain.reverse();
    let odd = odd_numbers(slots, &chain);
    OrderFit { score, believed: chain.into_iter().map(|(at, _)| at).collect(), odd }
}

fn odd_numbers(slots: &[Slot], chain: &[(usize, Said)]) -> Vec<OddNumber> {
    let mut odd = Vec::new();
    for pair in chain.windows(2) {
        let [(a, before), (b, after)] = [pair[0], pair[1]];
        odd.extend(unfit_between(slots, (a, before), (b, after)));
        let between = [slots[a].page, slots[b].page];
        let steps = (b - a) as i64;
        let (from, grown) = if begins_anew(before, after) {
            (0, after.number)
        } else {
            (before.number, after.number - before.number)
        };
        // Before a new year stand entries of the old one, unread: only what lies beyond them is missing.
        if grown > steps {
            odd.push(OddNumber::Missing {
                from: from + 1,
                to: after.number - 1,
                count: grown - steps,
                between,
            });
        } else if grown < steps && !begins_anew(before, after) {
            odd.push(OddNumber::Extra { from, to: after.number, count: steps - grown, between });
        }
    }
    if let (Some(&(first, said)), Some(&(last, last_said))) = (chain.first(), chain.last()) {
        let lead = (0..first).filter_map(|at| unfit(slots, at, Some(said.number - (first - at) as i64)));
        let mut lead: Vec<OddNumber> = lead.collect();
        lead.append(&mut odd);
        odd = lead;
        let after = last + 1..slots.len();
        odd.extend(after.filter_map(|at| unfit(slots, at, Some(last_said.number + (at - last) as i64))));
    }
    odd
}

fn unfit_between(slots: &[Slot], (a, before): (usize, Said), (b, after): (usize, Said)) -> Vec<OddNumber> {
    let even = after.number - before.number == (b - a) as i64;
    let wanted = |at: usize| even.then(|| before.number + (at - a) as i64);
    (a + 1..b).filter_map(|at| unfit(slots, at, wanted(at))).collect()
}

fn unfit(slots: &[Slot], at: usize, wanted: Option<i64>) -> Option<OddNumber> {
    let said = slots[at].said.filter(|said| wanted != Some(said.number))?;
    let wanted = wanted.filter(|wanted| *wanted > 0);
    Some(OddNumber::Unfit { read: said.number, wanted, page: slots[at].page })
}

/// The last run of digits of a file's name, which scanners count up: `KS.2007.01.041.jpg` → 41.
#[must_use]
pub fn number_in_name(file_name: &str) -> Option<i64> {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let end = stem.rfind(|c: char| c.is_ascii_digit())? + 1;
    let begin = stem[..end]
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + stem[at..].chars().next().map_or(1, char::len_utf8));
    stem[begin..end].parse().ok()
}

/// The places of items in order of their keys; one without a key stays behind the one it lay behind.
#[must_use]
pub fn sorted_by_key<K: Ord + Clone>(keys: &[Option<K>]) -> Vec<usize> {
    let mut runs: Vec<(Option<K>, Vec<usize>)> = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        match (key, runs.last_mut()) {
            (None, Some((_, run))) => run.push(at),
            _ => runs.push((key.clone(), vec![at])),
        }
    }
    // What lies before the first key stays at the front: none sorts before some. The sort is stable.
    runs.sort_by(|a, b| a.0.cmp(&b.0));
    runs.into_iter().flat_map(|(_, run)| run).collect()
}

#[cfg(test)]
#[path = "book_order_tests.rs"]
mod tests;
