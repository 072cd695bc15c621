use super::*;
use proptest::prelude::*;

/// One entry a page; 0 is unread.
fn slots(numbers: &[i64]) -> Vec<Slot> {
    let said = |number: i64| (number != 0).then_some(Said { number, year: None, weight: 0.9 });
    (1..).zip(numbers).map(|(page, number)| Slot { page, said: said(*number) }).collect()
}

fn odd(numbers: &[i64]) -> Vec<OddNumber> {
    fit(&slots(numbers)).odd
}

#[test]
fn a_book_in_order_has_nothing_odd_wherever_it_begins_and_whatever_is_unread() {
    assert!(odd(&[1, 2, 3, 4, 5]).is_empty());
    assert!(odd(&[301, 302, 0, 304, 0, 0, 307]).is_empty(), "a second book goes on counting");
    assert!(odd(&[]).is_empty() && odd(&[0, 0]).is_empty());
}

#[test]
fn missing_numbers_are_told_with_the_pages_between_which_they_should_be() {
    let found = odd(&[54, 55, 56, 59, 60, 61]);
    assert_eq!(found, [OddNumber::Missing { from: 57, to: 58, count: 2, between: [3, 4] }]);
    let found = odd(&[54, 55, 56, 0, 59, 60, 61]);
    assert_eq!(found, [OddNumber::Missing { from: 57, to: 58, count: 1, between: [3, 5] }], "one is unread");
}

#[test]
fn one_misread_is_no_gap() {
    for misread in [51, 75, 157, 6] {
        let found = odd(&[54, 55, 56, misread, 58, 59, 60]);
        assert_eq!(found, [OddNumber::Unfit { read: misread, wanted: Some(57), page: 4 }]);
    }
    assert_eq!(odd(&[7, 55, 56, 57]), [OddNumber::Unfit { read: 7, wanted: Some(54), page: 1 }]);
    assert_eq!(odd(&[54, 55, 56, 5]), [OddNumber::Unfit { read: 5, wanted: Some(57), page: 4 }]);
}

#[test]
fn a_number_used_twice_is_told() {
    let found = odd(&[54, 55, 56, 56, 57, 58]);
    assert_eq!(found, [OddNumber::Extra { from: 56, to: 56, count: 1, between: [3, 4] }]);
}

#[test]
fn numbers_begin_anew_with_the_year() {
    assert!(odd(&[150, 151, 152, 1, 2, 3]).is_empty());
    let said =
        |number, year| Slot { page: number, said: Some(Said { number, year: Some(year), weight: 0.9 }) };
    let found = fit(&[said(151, 2007), said(152, 2007), said(3, 2008), said(4, 2008), said(5, 2008)]).odd;
    assert_eq!(found, [OddNumber::Missing { from: 1, to: 2, count: 2, between: [152, 3] }]);
}

#[test]
fn what_people_agreed_on_is_believed_even_at_the_end() {
    let mut agreed = slots(&[54, 55, 56, 58]);
    assert_eq!(fit(&agreed).odd, [OddNumber::Unfit { read: 58, wanted: Some(57), page: 4 }]);
    agreed[3].said = Some(Said { number: 58, year: None, weight: Said::AGREED });
    assert_eq!(fit(&agreed).odd, [OddNumber::Missing { from: 57, to: 57, count: 1, between: [3, 4] }]);
}

#[test]
fn the_right_order_fits_better_than_a_shuffled_one() {
    let right = fit(&slots(&[1, 2, 3, 0, 5, 6, 7, 8])).score;
    assert!(right > fit(&slots(&[1, 2, 8, 3, 0, 5, 6, 7])).score + 0.5);
    assert!(right > fit(&slots(&[8, 7, 6, 5, 0, 3, 2, 1])).score + 3.0);
}

#[test]
fn numbers_in_names_are_the_last_ones() {
    let names =
        ["KS.2007.01.041.jpg", "trang 7.png", "IMG_0012 (bản sao).jpeg", "bìa.tif", "12", "số٣ 4.jpg"];
    let numbers: Vec<_> = names.iter().map(|name| number_in_name(name)).collect();
    assert_eq!(numbers, [Some(41), Some(7), Some(12), None, Some(12), Some(4)]);
}

#[test]
fn what_has_no_key_stays_behind_what_it_lay_behind() {
    assert_eq!(sorted_by_key(&[None, Some(3), None, Some(1), Some(2)]), [0, 3, 4, 1, 2]);
    assert_eq!(sorted_by_key::<i64>(&[]), Vec::<usize>::new());
}

proptest! {
    /// Whatever is read, every slot stands where it stood, and what is believed ascends within a year.
    #[test]
    fn any_numbers_are_taken(numbers in prop::collection::vec(0..400_i64, 0..80)) {
        let slots = slots(&numbers);
        let found = fit(&slots);
        prop_assert!(found.score.is_finite());
        prop_assert!(found.believed.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(found.believed.iter().all(|at| slots[*at].said.is_some()));
    }

    /// A tenth of the numbers misread, some unread: a real gap is still found, and nearly nothing besides.
    #[test]
    fn a_gap_is_found_among_misreadings(seed in prop::collection::vec((0..10_u8, 1..300_i64), 80), at in 20..60_usize) {
        let numbers: Vec<i64> = seed.iter().enumerate().map(|(i, (fate, wild))| {
            let number = i as i64 + 1 + if i >= at { 3 } else { 0 };
            match fate { 0 => *wild, 1 => 0, _ => number }
        }).collect();
        let gaps: Vec<OddNumber> = odd(&numbers).into_iter().filter(|o| matches!(o, OddNumber::Missing { count: 3, .. })).collect();
        prop_assert_eq!(gaps.len(), 1, "{:?}", odd(&numbers));
    }
}
