//! How much each rule weighs: likelihood ratios against a reading of which nothing is known (1). They are set by
//! hand from what is said beside each, then rounded towards 1: a rule may be wrong about a book, and a ratio r
//! never moves the odds by more than r. Where the other field is itself doubtful its own doubt damps them further.

/// Date in digits and in words say the same. A wrong reading of one would have to hit the other's date among the
/// hundreds that look like it, so agreement is worth far more; 20 keeps two doubtful readings (0.6 each) at 0.96.
pub(super) const SAME_DATE: f64 = 20.0;
/// They contradict each other. In about one entry in a hundred the register itself does (officials rewrite one and
/// forget the other), so two sure readings (0.99) keep 0.86 each.
pub(super) const OTHER_DATE: f64 = 1.0 / 20.0;
/// They agree as far as both go (a year against a whole date): fewer dates are left out.
pub(super) const COMPATIBLE_DATE: f64 = 4.0;

/// Age and year of birth fit, give or take the Vietnamese way of counting: three years of the forty or so that
/// parents are born in.
pub(super) const AGE_FITS: f64 = 6.0;
/// They do not; ages are often guessed.
pub(super) const AGE_MISFITS: f64 = 1.0 / 4.0;

/// A parent's age at a birth, years: within it nearly all lie. Fertility tables count mothers from 15 to 49;
/// two years more are left on either side, and fathers may be older.
pub(super) const MOTHER_AGE: [i32; 2] = [13, 52];
pub(super) const FATHER_AGE: [i32; 2] = [13, 75];
/// Within: little is learnt, since most misread years lie within too.
pub(super) const PARENT_FITS: f64 = 1.2;
/// Outside: perhaps one birth in a thousand, against one misread year in three.
pub(super) const PARENT_MISFITS: f64 = 1.0 / 6.0;

/// A date not earlier than the one that it follows, which most readings are not; and an earlier one.
pub(super) const IN_TIME: f64 = 1.2;
pub(super) const TOO_EARLY: f64 = 1.0 / 5.0;

/// The year in a registration number is that of the registration date (297 of 299 entries of the book described in
/// the domain notes, section 3), or is another.
pub(super) const SAME_YEAR: f64 = 4.0;
pub(super) const OTHER_YEAR: f64 = 1.0 / 4.0;

/// A page that holds one entry has its number as long as a book is the office's first of the year and no page was
/// left out: in the marriage book described in the domain notes for about half of the entries, the others being of
/// its second year. Two numbers that are one apart may both be right, so agreement says little and a difference
/// nothing.
pub(super) const PAGE_AS_NUMBER: f64 = 2.0;

/// An office opens a handful of books a year: the probability of a book's number falls off.
pub(super) const BOOK_NUMBERS: [(i64, f64); 2] = [(12, 1.0), (40, 0.4)];
pub(super) const LATER_BOOK: f64 = 0.15;

/// The child bears the surname of the parent whose name it usually takes. Nine in ten do; three in ten would by
/// chance, so common is Nguyễn.
pub(super) const USUAL_SURNAME: f64 = 3.0;
/// The surname of the other parent (children of unmarried mothers, of mixed peoples).
pub(super) const OTHER_SURNAME: f64 = 1.5;
/// Neither (peoples whose names are given anew, adopted children).
pub(super) const NO_SURNAME: f64 = 1.0 / 2.0;

/// Younger than this at the wedding is told: the least age of brides under the laws on marriage since 1959.
pub(super) const MARRYING_AGE: i32 = 18;

/// The declarer is one of the persons who usually declare: two readings of a whole name coincide.
pub(super) const SAME_NAME: f64 = 10.0;
/// The same name but for one letter: two persons rarely are that alike.
pub(super) const NEARLY_SAME_NAME: f64 = 1.0 / 4.0;

/// A place names the office's commune, district or province, smallest first; and names it but for one letter.
pub(super) const NAMES_OFFICE: [f64; 3] = [3.0, 1.5, 1.3];
pub(super) const NEARLY_OFFICE: f64 = 1.0 / 2.0;

/// A number is the next one, counted from the nearest entry on that side; most entries are, pages being missing
/// or scanned out of turn sometimes.
pub(super) const NEXT_NUMBER: f64 = 6.0;
/// In order, with a gap.
pub(super) const ORDERLY: f64 = 1.2;
/// Against the order of the book (entered late, uploaded out of turn).
pub(super) const AGAINST_ORDER: f64 = 1.0 / 3.0;
/// Numbers further on than this are no gap but another count.
pub(super) const GAP: i64 = 40;
/// Entries known around one, in order among themselves, before their order is evidence: three random numbers are
/// in order once in six times, four once in 24.
pub(super) const KNOWN_AROUND: usize = 3;

/// What stands there is what was entered for the book, or is not (books run on for years, or are bound together).
pub(super) const OF_THIS_BOOK: f64 = 3.0;
pub(super) const NOT_OF_THIS_BOOK: f64 = 1.0 / 3.0;
/// The first two years of a book.
pub(super) const IN_BOOKS_YEARS: f64 = 1.5;
/// Years after its opening in which a book is written on; the year after is common, more are rare.
pub(super) const BOOK_YEARS: i64 = 3;
