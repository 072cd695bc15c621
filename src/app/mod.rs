//! Use cases: what people and jobs do with pages and entries, each a few lines of story.

mod accounts;
mod asides;
mod audit;
mod book_entries;
mod book_order;
mod books;
mod bundles;
mod by_hand;
mod checks;
mod clock;
mod continuations;
mod deliver;
mod error;
mod evidence;
mod form_choice;
mod gate;
mod incoming;
mod ingest;
mod inspections;
mod inventory;
mod keys;
mod lending;
mod lot_views;
mod lots;
mod model_report;
mod model_source;
mod models;
mod notes;
mod page_entries;
mod pages;
mod password;
mod pictures;
mod random;
mod read_page;
mod reading_plan;
mod record;
mod refused;
mod resend;
mod review;
mod sampling;
mod settings;
mod shadow;
mod status;
mod tasks;
mod training;
mod training_lines;
mod unpack;
mod unpacker;

pub mod page_gate;
pub mod page_reader;
pub mod reading;

pub use accounts::{LogInLimit, Me, NewAccount};
pub use audit::{AuditReport, ExportedHead, export_line, parse_export};
pub use book_entries::EntryInBook;
pub use book_order::OrderView;
pub use books::{BookView, NewBook};
pub use bundles::BundleView;
pub use by_hand::{EntryByHand, MadeByHand};
pub use checks::DraftKept;
pub use clock::Clock;
pub use deliver::DeliveryView;
pub use error::Error;
pub use gate::CHECK_PAGE;
pub use ingest::Uploaded;
pub use inspections::{InspectionOutcome, InspectionTask};
pub use inventory::{Imported, RowRefused, SizeGiven, TotalsGiven};
pub use keys::{KeyError, Keys, Secret};
pub use lending::{BatchRequest, KeptLeases};
pub use lot_views::{LotDetail, LotList, LotResult, LotView, SourceView};
pub use lots::{ImprovementTold, LotPlan, LotWish};
pub use model_report::{Comparison, Decided, ModelReport, Share};
pub use model_source::{ModelSource, OpenFailure, ReaderShelf};
pub use models::{NewModel, Operator, Switched};
pub use notes::{NoteGiven, NoteView};
pub use page_gate::{GateAnswer, GateQuestion, MeasuringGate, PageGate};
pub use page_reader::{PageError, PageReader, PageReading};
pub use pages::PageView;
pub use password::MIN_PASSWORD_CHARS;
pub use pictures::PictureLocks;
pub use random::Random;
pub use read_page::{READ_PAGE, Read};
pub use refused::{BookName, RefusedPage};
pub use review::{Answers, EntryOutcome, Verdicts};
pub use sampling::SamplingView;
pub use settings::Settings;
pub use shadow::SHADOW_READ;
pub use status::JobsSummary;
pub use tasks::{Draft, EntryView, Task, TaskRequest};
pub use training::{KeepLine, TrainingExport, TrainingLine, TrainingWish};
pub use unpack::UNPACK;
pub use unpacker::{InProcess, LookFailure, STACK_BYTES, Step, Unpacker};

use crate::blob::Blobs;
use crate::domain::Form;
use crate::store::Db;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};

/// Megabytes of files just come in that one process holds at the same time.
pub const UPLOAD_ROOM_MB: usize = 512;

/// Short for results of this layer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that use cases stand on. One per process, shared behind an `Arc`.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub store: Db,
    /// Originals and derivatives.
    pub blobs: Blobs,
    /// The one clock.
    pub clock: Clock,
    /// The one source of randomness.
    pub random: Random,
    /// Secrets that lie outside the database.
    pub keys: Keys,
    /// The printed forms known.
    pub forms: Vec<Form>,
    /// What the use cases are set to.
    pub settings: Settings,
    /// How often somebody may try to log in.
    pub log_in_limit: LogInLimit,
    /// Keeps the same picture from being made twice at once.
    pub picture_locks: PictureLocks,
    /// Folder for files on their way in; nothing in it has a name for longer than an instant.
    pub incoming: PathBuf,
    /// Room for files just come in, in megabytes: each is looked at and kept in memory.
    pub upload_room: Semaphore,
    /// Takes files of many pages apart.
    pub unpacker: Arc<dyn Unpacker>,
    /// Looks at pages before they are read.
    pub gate: Arc<dyn PageGate>,
    /// Told when a job was queued, so that a worker in this process need not wait for its next look.
    pub work_wanted: Notify,
}

impl App {
    /// The form with this id.
    fn form(&self, id: &str) -> Result<&Form> {
        self.forms.iter().find(|f| f.id == id).ok_or(Error::NotFound("form"))
    }

    fn new_id(&self) -> String {
        self.random.id(self.clock.now_ms())
    }

    /// An opaque id of twelve characters for one request or error.
    #[must_use]
    pub fn short_id(&self) -> String {
        hex::encode(self.random.bytes::<6>())
    }
}
