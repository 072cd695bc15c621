//! Reads fields: several lines of several fields in few batches, one reading per field.

use super::batching::{MAX_COLUMNS, bucket, plan};
use super::calibrate::Statistics;
use super::decode::lists::ClosedList;
use super::decode::{Alternative, Decoder};
use super::joined::joined;
use super::legibility::{LEAST_GAP, Signs, Unread};
use super::onnx::{EngineOptions, OnnxLineModel};
use super::preprocess::{batch, prepare_line, steps};
use super::{Device, LineModel, Manifest, RecogniseError, golden};
use crate::domain::FieldKind;
use crate::image::{Look, look};
use image::GrayImage;
use ndarray::{Array2, ArrayView2, Axis, Slice};
use rayon::prelude::*;
use std::path::Path;

/// One field to read.
#[derive(Debug, Clone, Copy)]
pub struct FieldInput<'a> {
    /// What it holds.
    pub kind: FieldKind,
    /// Its lines of writing, top to bottom, upright, grey, ink dark.
    pub lines: &'a [GrayImage],
}

/// What the machine makes of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The text; empty where nothing was read.
    pub text: String,
    /// Probability that the whole field is exactly right (folded), 0 to 1.
    pub confidence: f32,
    /// Up to five texts, best first; the first is `text`. Empty where nothing was read.
    pub alternatives: Vec<Alternative>,
    /// Why there is no text, where the picture or the line model says so.
    pub unread: Option<Unread>,
}

impl Reading {
    /// A field without text, with the probability that there is none.
    #[must_use]
    pub fn blank(confidence: f32) -> Self {
        Self { text: String::new(), confidence, alternatives: Vec::new(), unread: None }
    }

    /// The reading whose alternatives these are, best first; empty texts are no alternatives.
    #[must_use]
    pub fn from_alternatives(mut alternatives: Vec<Alternative>) -> Self {
        let confidence = alternatives.first().map_or(0.0, |best| best.confidence);
        if alternatives.first().is_none_or(|best| best.text.is_empty()) {
            return Self::blank(confidence);
        }
        alternatives.retain(|alternative| !alternative.text.is_empty());
        Self { text: alternatives[0].text.clone(), confidence, alternatives, unread: None }
    }
}

/// Which model reads, with which settings: the key of its proposals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelId {
    /// Name of the model.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Decoder settings in one short word.
    pub settings: String,
}

impl std::fmt::Display for ModelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.name, self.version, self.settings)
    }
}

/// Reads fields with one line model. May be shared by any number of threads: batches run beside each other on
/// the caller's thread and rayon's pool, as many at a time as the model has sessions.
pub struct Reader {
    model: Box<dyn LineModel>,
    decoder: Decoder,
    device: Device,
}

impl Reader {
    /// Opens the model in a folder and makes it read its golden line.
    ///
    /// # Errors
    /// When files are missing, the model is refused, or library or device cannot be used.
    pub fn open(folder: &Path, options: &EngineOptions) -> Result<Self, RecogniseError> {
        let model = OnnxLineModel::open(folder, options)?;
        let device = model.device();
        let decoder = Decoder::open(folder, model.manifest())?;
        let reader = Self { device, decoder, ..Self::with_model(Box::new(model)) };
        golden::check(&reader, folder)?;
        Ok(reader)
    }

    /// A reader over any line model.
    #[must_use]
    pub fn with_model(model: Box<dyn LineModel>) -> Self {
        Self { model, decoder: Decoder::default(), device: Device::Cpu }
    }

    /// Which model reads, with which settings.
    #[must_use]
    pub fn model_id(&self) -> ModelId {
        ModelId {
            name: self.model.name().to_owned(),
            version: self.model.version().to_owned(),
            settings: self.decoder.settings(),
        }
    }

    /// How lines are decoded.
    #[must_use]
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &dyn LineModel {
        self.model.as_ref()
    }

    /// The device in use.
    #[must_use]
    pub fn device(&self) -> Device {
        self.device
    }

    /// Reads fields; one reading each, in their order. The lines of a field are decoded as one text: a date or an
    /// address goes on in the next line.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn read_fields(&self, fields: &[FieldInput<'_>]) -> Result<Vec<Reading>, RecogniseError> {
        Ok(self.read_with_signs(fields)?.into_iter().map(|read| self.judge(read)).collect())
    }

    /// Takes the text from a reading where its signs say that there is nothing to read.
    #[must_use]
    pub fn judge(&self, (reading, signs): (Reading, Signs)) -> Reading {
        signs.judge(reading, &self.model.manifest().legibility)
    }

    /// As [`Self::read_fields`], with what speaks for and against there being anything to read, not yet judged.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn read_with_signs(
        &self,
        fields: &[FieldInput<'_>],
    ) -> Result<Vec<(Reading, Signs)>, RecogniseError> {
        let manifest = self.model.manifest();
        let read = self.decode_fields(fields, |lines, kind| {
            let signs = self.signs(lines, kind);
            (self.decoder.read(&joined(lines, &signs, manifest).view(), kind, manifest), signs)
        })?;
        let with_looks = read.into_par_iter().zip(fields).map(|(read, field)| {
            let (alternatives, signs) = read.unwrap_or_default();
            (Reading::from_alternatives(alternatives), looked_at(signs, field))
        });
        Ok(with_looks.collect())
    }

    /// What calibration looks at, for each field in their order; `None` for one without a picture.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn measure(&self, fields: &[FieldInput<'_>]) -> Result<Vec<Option<Measured>>, RecogniseError> {
        let manifest = self.model.manifest();
        let read = self.decode_fields(fields, |lines, kind| {
            let signs = self.signs(lines, kind);
            (self.decoder.statistics(&joined(lines, &signs, manifest).view(), kind, manifest), signs)
        })?;
        let with_looks = read.into_par_iter().zip(fields).map(|(read, field)| {
            let ((text, statistics), signs) = read?;
            Some(Measured { text, statistics, signs: looked_at(signs, field) })
        });
        Ok(with_looks.collect())
    }

    /// What the line model says of a field's lines, their pictures not yet looked at.
    fn signs(&self, lines: &[ArrayView2<'_, f32>], kind: FieldKind) -> Vec<Signs> {
        let (manifest, list) = (self.model.manifest(), ClosedList::of(kind));
        let of_line = |line| Signs {
            is_closed: list.is_some(),
            list_gap: list.map_or(0.0, |list| list_gap(list, line, manifest)),
            ..Signs::of(Look::default(), line, &manifest.alphabet)
        };
        lines.iter().map(of_line).collect()
    }

    /// Runs the model over the lines of all fields in few batches, and decodes each field from its lines' own
    /// steps; `None` for a field without a picture.
    fn decode_fields<T: Send>(
        &self,
        fields: &[FieldInput<'_>],
        decode: impl Fn(&[ArrayView2<'_, f32>], FieldKind) -> T + Sync,
    ) -> Result<Vec<Option<T>>, RecogniseError> {
        let counts: Vec<usize> = fields.iter().map(|field| with_pixels(field).count()).collect();
        let owners = counts.iter().enumerate().flat_map(|(field, count)| std::iter::repeat_n(field, *count));
        let owners: Vec<usize> = owners.collect();
        let lines: Vec<&GrayImage> = fields.iter().flat_map(with_pixels).collect();
        // A field of one line is decoded where its batch is, the others when all their lines are there.
        let read = self.each_line(&lines, |line, steps| {
            let field = owners[line];
            if counts[field] == 1 {
                Line::Decoded(decode(&[steps], fields[field].kind))
            } else {
                Line::Steps(steps.to_owned())
            }
        })?;
        let mut read = read.into_iter();
        let of_fields: Vec<Vec<Line<T>>> =
            counts.iter().map(|count| read.by_ref().take(*count).collect()).collect();
        let decoded = of_fields.into_par_iter().zip(fields).map(|(lines, field)| {
            let mut steps = Vec::with_capacity(lines.len());
            for line in lines {
                match line {
                    Line::Decoded(done) => return Some(done),
                    Line::Steps(of_line) => steps.push(of_line),
                }
            }
            let views: Vec<ArrayView2<'_, f32>> = steps.iter().map(|of_line| of_line.view()).collect();
            (!views.is_empty()).then(|| decode(&views, field.kind))
        });
        Ok(decoded.collect())
    }

    /// Runs the model over lines in few batches; what `take` makes of each line's own steps, in their order.
    fn each_line<T: Send>(
        &self,
        lines: &[&GrayImage],
        take: impl Fn(usize, ArrayView2<'_, f32>) -> T + Sync,
    ) -> Result<Vec<T>, RecogniseError> {
        let manifest = self.model.manifest();
        let prepared: Vec<Array2<f32>> = lines.par_iter().map(|line| prepare_line(line, manifest)).collect();
        let widths: Vec<usize> = prepared.iter().map(Array2::ncols).collect();
        let read_group = |group: Vec<usize>| -> Result<Vec<(usize, T)>, RecogniseError> {
            let members: Vec<&Array2<f32>> = group.iter().map(|&line| &prepared[line]).collect();
            let log_probs =
                self.model.log_probs(batch(&members, bucket(widths[group[0]]), manifest).view())?;
            let of_line = |(row, &line): (usize, &usize)| {
                let own_steps = Slice::from(..steps(widths[line], manifest));
                let all = log_probs.index_axis(Axis(0), row);
                (line, take(line, all.slice_axis(Axis(0), own_steps)))
            };
            Ok(group.iter().enumerate().map(of_line).collect())
        };
        let groups = plan(&widths, MAX_COLUMNS);
        let read: Vec<Vec<(usize, T)>> =
            groups.into_par_iter().map(read_group).collect::<Result<_, RecogniseError>>()?;
        let mut read: Vec<(usize, T)> = read.into_iter().flatten().collect();
        read.sort_by_key(|(line, _)| *line);
        Ok(read.into_iter().map(|(_, result)| result).collect())
    }
}

/// What calibration looks at for one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The reading.
    pub text: String,
    /// What its confidence is computed from.
    pub statistics: Statistics,
    /// What speaks for and against there being anything to read.
    pub signs: Signs,
}

/// See [`Signs::list_gap`]; never less than [`LEAST_GAP`].
fn list_gap(list: &ClosedList, steps: &ArrayView2<'_, f32>, manifest: &Manifest) -> f32 {
    let names = list.log_probs(steps, manifest).into_iter();
    let best = names.map(|(_, log_prob, _)| log_prob).fold(f64::NEG_INFINITY, f64::max);
    let path: f32 =
        steps.outer_iter().map(|step| step.iter().copied().fold(f32::NEG_INFINITY, f32::max)).sum();
    ((best - f64::from(path)) as f32).clamp(LEAST_GAP, 0.0)
}

/// The signs of a field's lines with what their pictures look like.
fn looked_at(signs: Vec<Signs>, field: &FieldInput<'_>) -> Signs {
    let looks = with_pixels(field).map(look);
    signs
        .into_iter()
        .zip(looks)
        .map(|(signs, look)| Signs { look, ..signs })
        .reduce(Signs::and)
        .unwrap_or_default()
}

/// A line that is done, or waits for the other lines of its field.
enum Line<T> {
    Decoded(T),
    Steps(Array2<f32>),
}

/// A field's lines that have pixels.
fn with_pixels<'a>(field: &FieldInput<'a>) -> impl Iterator<Item = &'a GrayImage> + use<'a> {
    field.lines.iter().filter(|line| line.width() > 0 && line.height() > 0)
}

#[cfg(test)]
mod tests {
    use super::super::test_model::{WidthModel, manifest, peaked};
    use super::*;
    use image::Luma;

    fn line(width: u32) -> GrayImage {
        // Left half ink: the stretch needs both ends.
        GrayImage::from_fn(width, 40, |x, _| Luma([if x % 2 == 0 { 0 } else { 255 }]))
    }

    fn reader() -> Reader {
        Reader::with_model(Box::new(WidthModel::default()))
    }

    #[test]
    fn readings_come_back_in_the_order_of_fields_whatever_the_batches() {
        let widths = [300, 1_900, 40, 310, 44, 700, 304];
        let lines: Vec<[GrayImage; 1]> = widths.iter().map(|w| [line(*w)]).collect();
        let fields: Vec<FieldInput> =
            lines.iter().map(|l| FieldInput { kind: FieldKind::Number, lines: l }).collect();
        let texts: Vec<String> = reader().read_fields(&fields).unwrap().into_iter().map(|r| r.text).collect();
        assert_eq!(texts, widths.map(|w| w.to_string()));
    }

    #[test]
    fn lines_of_a_field_are_one_text() {
        let lines = [line(300), line(500)];
        let both = FieldInput { kind: FieldKind::Place, lines: &lines };
        let joined = &reader().read_fields(&[both]).unwrap()[0];
        assert_eq!(joined.text, "300 500");
        assert_eq!(joined.alternatives[0].text, joined.text);
    }

    #[test]
    fn a_field_without_lines_or_pixels_reads_as_nothing() {
        let empty = [GrayImage::new(0, 40)];
        let fields = [
            FieldInput { kind: FieldKind::Date, lines: &[] },
            FieldInput { kind: FieldKind::Date, lines: &empty },
        ];
        for reading in reader().read_fields(&fields).unwrap() {
            assert_eq!(reading, Reading::blank(0.0));
        }
    }

    #[test]
    fn a_list_explains_what_stands_on_it_and_the_gap_to_other_writing_ends_somewhere() {
        let (manifest, sex) = (manifest(), ClosedList::of(FieldKind::Sex).unwrap());
        let gap = |text: &str| list_gap(sex, &peaked(&manifest, text, 0.9).view(), &manifest);
        assert!((-1.0..=0.0).contains(&gap("Nam")), "{}", gap("Nam"));
        let near = gap("Ham");
        assert!((LEAST_GAP..-2.0).contains(&near), "{near}");
        assert_eq!(gap("ba ba ba ba ba ba ba ba ba"), LEAST_GAP);
    }

    #[test]
    fn a_reader_is_shared_between_threads() {
        let reader = reader();
        let (reader, lines) = (&reader, &[line(120)]);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(move || {
                    let field = FieldInput { kind: FieldKind::Number, lines };
                    assert_eq!(reader.read_fields(&[field]).unwrap()[0].text, "120");
                });
            }
        });
    }
}
