//! The page tree against what it says of itself: where pages are missing.
//!
//! A reader leaves out what it cannot find, and every page behind it moves up by one. Each node of the tree says
//! how many pages lie below it (`/Count`); what it has fewer is missing where a child cannot be found.

use hayro::hayro_interpret::hayro_syntax::object::{Array, Dict, MaybeRef, Name, ObjectIdentifier};
use hayro::hayro_syntax::Pdf;
use std::collections::HashSet;

/// A place among the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The next page that the reader found.
    Found,
    /// A page that should be there.
    Missing,
}

/// A count that is further off is not believed.
const MOST_MISSING: usize = 50;
/// Trees are a few levels deep; what is deeper is nonsense.
const DEEPEST: usize = 100;

/// The places of all pages in order, one [`Slot::Found`] for each page that the reader has.
pub(super) fn slots(pdf: &Pdf) -> Vec<Slot> {
    let found = pdf.pages().len();
    let walked = root(pdf).map(|(root, id)| {
        let mut walk = Walk { pdf, seen: HashSet::from([id]) };
        walk.node(&root, 0)
    });
    match walked {
        Some(slots) if found_in(&slots) == found => slots,
        // The reader went another way, through all objects of the file.
        _ => vec![Slot::Found; found],
    }
}

fn found_in(slots: &[Slot]) -> usize {
    slots.iter().filter(|slot| **slot == Slot::Found).count()
}

fn root(pdf: &Pdf) -> Option<(Dict<'_>, ObjectIdentifier)> {
    let catalog: Dict<'_> = pdf.xref().get(pdf.xref().root_id())?;
    let root: Dict<'_> = catalog.get(&b"Pages"[..])?;
    let id = root.obj_id()?;
    Some((root, id))
}

struct Walk<'a> {
    pdf: &'a Pdf,
    /// A child that was met before is passed over, as the reader does.
    seen: HashSet<ObjectIdentifier>,
}

impl<'a> Walk<'a> {
    fn node(&mut self, node: &Dict<'a>, depth: usize) -> Vec<Slot> {
        let count = node.get::<i32>(&b"Count"[..]).and_then(|count| usize::try_from(count).ok());
        let Some(kids) = node.get::<Array<'a>>(&b"Kids"[..]).filter(|_| depth < DEEPEST) else {
            return vec![Slot::Missing; believed(count, 0).unwrap_or(1)];
        };
        let (mut slots, mut gaps) = (Vec::new(), Vec::new());
        for kid in kids.raw_iter() {
            let kid: Option<Dict<'a>> = match kid {
                MaybeRef::Ref(reference) if !self.seen.insert(reference.into()) => continue,
                MaybeRef::Ref(reference) => self.pdf.xref().get(reference.into()),
                MaybeRef::NotRef(object) => object.into_dict(),
            };
            match kid {
                None => gaps.push(slots.len()),
                Some(kid) if kid.get::<Name<'a>>(&b"Type"[..]).as_deref() == Some(b"Pages") => {
                    slots.extend(self.node(&kid, depth + 1));
                }
                Some(_) => slots.push(Slot::Found),
            }
        }
        let missing = believed(count, slots.len()).unwrap_or(gaps.len());
        with_missing(slots, &gaps, missing)
    }
}

/// How many pages are missing of those counted, where the count can be right.
fn believed(count: Option<usize>, there: usize) -> Option<usize> {
    count?.checked_sub(there).filter(|missing| *missing <= MOST_MISSING)
}

/// Puts the missing pages where children are gone, one each and the rest at the last of them; at the end where
/// none is.
fn with_missing(mut slots: Vec<Slot>, gaps: &[usize], missing: usize) -> Vec<Slot> {
    let alone = gaps.len().min(missing).saturating_sub(1);
    let last = gaps.get(alone).copied().unwrap_or(slots.len());
    slots.splice(last..last, vec![Slot::Missing; missing - alone]);
    for &gap in gaps[..alone].iter().rev() {
        slots.insert(gap, Slot::Missing);
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::Slot::{Found, Missing};
    use super::*;

    #[test]
    fn missing_pages_stand_where_children_are_gone() {
        let three = || vec![Found; 3];
        assert_eq!(with_missing(three(), &[], 0), three());
        assert_eq!(with_missing(three(), &[1], 1), [Found, Missing, Found, Found]);
        assert_eq!(with_missing(three(), &[], 2), [Found, Found, Found, Missing, Missing]);
        assert_eq!(
            with_missing(three(), &[0, 2], 3),
            [Missing, Found, Found, Missing, Missing, Found],
            "nobody knows which child held more"
        );
        assert_eq!(with_missing(three(), &[0, 0, 3], 1), [Missing, Found, Found, Found]);
        assert_eq!(with_missing(three(), &[0, 0, 3], 0), three(), "empty places that nobody counted");
    }

    #[test]
    fn a_count_that_cannot_be_right_is_not_believed() {
        assert_eq!(believed(Some(5), 3), Some(2));
        assert_eq!((believed(Some(2), 3), believed(Some(99_999), 3), believed(None, 3)), (None, None, None));
    }
}
