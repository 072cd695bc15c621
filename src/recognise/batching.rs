//! Which lines run together: neighbours in width, within a budget of padded columns.

/// Padded input columns of one batch. Activations of the first convolutions take some 10 kB per column, so
/// a batch stays under 70 MB whatever a page holds.
pub const MAX_COLUMNS: usize = 6_000;
/// The widest line of a batch is at most this many times as wide as the narrowest.
const MAX_STRETCH: f64 = 1.25;

/// Groups lines of the given widths; every index stands in exactly one group. A line wider than the budget
/// runs alone.
#[must_use]
pub fn plan(widths: &[usize], max_columns: usize) -> Vec<Vec<usize>> {
    let mut by_width: Vec<usize> = (0..widths.len()).collect();
    by_width.sort_by_key(|&line| widths[line]);
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for line in by_width {
        match groups.last_mut() {
            Some(group) if fits(group, line, widths, max_columns) => group.push(line),
            _ => groups.push(vec![line]),
        }
    }
    groups
}

fn fits(group: &[usize], line: usize, widths: &[usize], max_columns: usize) -> bool {
    let narrowest = widths[group[0]] as f64;
    widths[line] as f64 <= narrowest * MAX_STRETCH && (group.len() + 1) * widths[line] <= max_columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_of_a_kind_run_together_and_giants_alone() {
        let groups = plan(&[400, 9_000, 120, 380, 130, 410], 1_000);
        assert_eq!(groups, [vec![2, 4], vec![3, 0], vec![5], vec![1]]);
    }

    proptest! {
        #[test]
        fn every_line_runs_once_within_the_budget(widths in proptest::collection::vec(1_usize..2_000, 0..60)) {
            let groups = plan(&widths, 3_000);
            let mut lines: Vec<usize> = groups.concat();
            lines.sort_unstable();
            prop_assert_eq!(lines, (0..widths.len()).collect::<Vec<_>>());
            for group in groups {
                let widest = group.iter().map(|l| widths[*l]).max().unwrap();
                prop_assert!(group.len() == 1 || group.len() * widest <= 3_000);
            }
        }
    }
}
