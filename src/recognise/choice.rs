//! Ticked options.

use super::{Alternative, Reading};

/// A box counts as ticked from here on.
const TICKED: f32 = 0.5;

/// The reading of a choice: the ticked options' words joined by `"; "`, blank where none is ticked.
/// `ticks` is 0 (surely empty) to 1 (surely ticked) per option; the confidence is that of all boxes
/// together. The alternatives turn the least sure boxes over, one at a time.
#[must_use]
pub fn read_choice(options: &[&str], ticks: &[f32]) -> Reading {
    let ticked: Vec<bool> = ticks.iter().map(|tick| *tick >= TICKED).collect();
    let sure: Vec<f32> = ticks.iter().map(|tick| tick.max(1.0 - tick)).collect();
    let confidence: f32 = sure.iter().product();
    let best = Alternative { text: words(options, &ticked), confidence };
    let mut others: Vec<Alternative> = (0..ticked.len())
        .map(|turned| {
            let mut boxes = ticked.clone();
            boxes[turned] = !boxes[turned];
            let odds = (1.0 - sure[turned]) / sure[turned];
            Alternative { text: words(options, &boxes), confidence: confidence * odds }
        })
        .collect();
    others.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    others.truncate(super::decode::MAX_ALTERNATIVES - 1);
    Reading::from_alternatives(std::iter::once(best).chain(others).collect())
}

fn words(options: &[&str], ticked: &[bool]) -> String {
    let chosen: Vec<&str> =
        options.iter().zip(ticked).filter(|(_, on)| **on).map(|(word, _)| *word).collect();
    chosen.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: [&str; 3] = ["Đúng hạn", "Quá hạn", "Đăng ký lại"];

    #[test]
    fn the_ticked_words_with_the_confidence_of_all_boxes() {
        let reading = read_choice(&OPTIONS, &[0.9, 0.0, 0.2]);
        assert_eq!(reading.text, "Đúng hạn");
        assert!((reading.confidence - 0.72).abs() < 1e-6);
        assert_eq!(reading.alternatives[1].text, "Đúng hạn; Đăng ký lại");
        assert!((reading.alternatives[1].confidence - 0.18).abs() < 1e-6);
    }

    #[test]
    fn several_ticks_are_joined_and_none_is_blank() {
        assert_eq!(read_choice(&OPTIONS, &[1.0, 0.0, 1.0]).text, "Đúng hạn; Đăng ký lại");
        let none = read_choice(&OPTIONS, &[0.1, 0.0, 0.0]);
        assert_eq!((none.text.as_str(), none.alternatives.len()), ("", 0));
        assert!((none.confidence - 0.9).abs() < 1e-6);
    }
}
