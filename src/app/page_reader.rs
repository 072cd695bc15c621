//! What the application asks of whatever reads pages: the engine of [`crate::recognise`] in service, a
//! fake in tests.

use crate::domain::{FieldKind, FieldState, Hint, RegisterKind};
use serde::Serialize;

/// Reads one page image. Implementations compute on the calling thread: call them where blocking is fine.
pub trait PageReader: Send + Sync {
    /// What stands behind the readings; part of every proposal's key.
    fn model(&self) -> ModelId;

    /// Reads `bytes` (a whole JPEG or PNG file) as a page.
    ///
    /// # Errors
    /// [`PageError::Bad`] when the image is to blame: the page is rejected and reading it again would not
    /// help. [`PageError::Failed`] when the program or machine is: worth another attempt.
    fn read(&self, bytes: &[u8], options: &ReadOptions<'_>) -> Result<PageReading, PageError>;
}

/// How a page is to be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// The form's id; the best fitting one when absent.
    pub form: Option<&'a str>,
    /// The register: only its forms come into question. Any when absent.
    pub register: Option<RegisterKind>,
    /// The year in which the book was opened: the form then in use is tried first, and kept when it fits well.
    pub year: Option<i64>,
    /// A person insists on this scan: doubts about its quality do not refuse it.
    pub insist: bool,
}

/// Which model made a proposal, and with what decoder settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelId {
    /// Name of the model.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Decoder settings in one short word, e.g. `greedy`.
    pub settings: String,
}

/// One page as read. Pixels are those of the image after EXIF orientation, origin top left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageReading {
    /// The form that fits.
    pub form: String,
    /// How sure that is, 0 to 1.
    pub form_confidence: f32,
    /// How far the page was turned clockwise, degrees.
    pub angle_deg: f32,
    /// Figures of the scan's quality, by name.
    pub quality: serde_json::Value,
    /// The entries on it, top to bottom.
    pub entries: Vec<EntryReading>,
    /// Places of the form at which hardly any ink was seen, in the same order: a person may see what the machine
    /// did not.
    #[serde(skip)]
    pub empty: Vec<EntryReading>,
}

impl PageReading {
    /// Every place of the page, written or not.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut EntryReading> {
        self.entries.iter_mut().chain(&mut self.empty)
    }
}

/// One entry as read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryReading {
    /// Which of the page's places it stands at, from 0.
    pub place: usize,
    /// Every field of the form, in its order.
    pub fields: Vec<FieldReading>,
}

/// One field as read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldReading {
    /// Key within the form.
    pub key: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Written or blank (a machine never says illegible or torn).
    pub state: FieldState,
    /// Corners, clockwise from the field's own top left.
    pub quad: [[f32; 2]; 4],
    /// The text read; empty unless `written`.
    pub text: String,
    /// Probability that the whole field is right, 0 to 1.
    pub confidence: f32,
    /// Other readings, best first; at most five, the first being `text` itself.
    pub alternatives: Vec<TextAlternative>,
    /// What a clerk should be told about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
}

/// One possible reading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TextAlternative {
    /// The text.
    pub text: String,
    /// Its probability, 0 to 1.
    pub confidence: f32,
}

/// Why a page gave no reading.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The image is to blame; `code` is a stable word such as `truncated` or `form_not_found`.
    #[error("the page cannot be read: {code}")]
    Bad {
        /// Stable word for the reason.
        code: String,
        /// What was found.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The engine failed.
    #[error("reading failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
