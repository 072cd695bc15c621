//! Which lines run together: those of one width bucket, within a budget of columns. Every line of a bucket is
//! padded to the bucket's own width, so a line reads the same whatever runs beside it.

/// Input columns of one batch. Activations of the first convolutions take some 10 kB per column, so a batch
/// stays under 70 MB whatever a page holds.
pub const MAX_COLUMNS: usize = 6_000;
/// Widths of buckets are multiples of this, px.
const BUCKET: usize = 32;

/// Width of the bucket that a line of `width` px belongs to.
#[must_use]
pub fn bucket(width: usize) -> usize {
    width.div_ceil(BUCKET).max(1) * BUCKET
}

/// Groups lines of the given widths, each group of one bucket; every index stands in exactly one group. A line
/// wider than the budget runs alone.
#[must_use]
pub fn plan(widths: &[usize], max_columns: usize) -> Vec<Vec<usize>> {
    let mut by_width: Vec<usize> = (0..widths.len()).collect();
    by_width.sort_by_key(|&line| bucket(widths[line]));
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
    let width = bucket(widths[line]);
    bucket(widths[group[0]]) == width && (group.len() + 1) * width <= max_columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_of_a_bucket_run_together_and_giants_alone() {
        let groups = plan(&[400, 9_000, 120, 390, 126, 410, 127], 1_000);
        assert_eq!(groups, [vec![2, 4, 6], vec![0, 3], vec![5], vec![1]]);
    }

    proptest! {
        #[test]
        fn every_line_runs_once_within_the_budget(widths in proptest::collection::vec(1_usize..2_000, 0..60)) {
            let groups = plan(&widths, 3_000);
            let mut lines: Vec<usize> = groups.concat();
            lines.sort_unstable();
            prop_assert_eq!(lines, (0..widths.len()).collect::<Vec<_>>());
            for group in groups {
                let width = bucket(widths[group[0]]);
                prop_assert!(group.iter().all(|l| bucket(widths[*l]) == width && widths[*l] <= width));
                prop_assert!(group.len() == 1 || group.len() * width <= 3_000);
            }
        }
    }
}
