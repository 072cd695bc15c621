//! Open readers, a few at a time.

use crate::app::{ModelSource, OpenFailure, PageReader, ReaderShelf};
use std::sync::{Arc, Mutex, PoisonError};

/// Opens what reads pages with a model; may take seconds and block.
pub type OpenReader = Arc<dyn Fn(&ModelSource) -> anyhow::Result<Arc<dyn PageReader>> + Send + Sync>;

/// Models kept open. Each takes tens of megabytes; more than an old one, a new one and one for a special kind
/// are rarely in use at the same time.
const KEPT_OPEN: usize = 3;

/// Opens readers when they are asked for first and keeps those used last.
pub struct Shelf {
    open: OpenReader,
    /// The one used last in front.
    kept: Mutex<Vec<(ModelSource, Arc<dyn PageReader>)>>,
}

impl Shelf {
    /// An empty shelf.
    #[must_use]
    pub fn new(open: OpenReader) -> Self {
        Self { open, kept: Mutex::default() }
    }
}

impl ReaderShelf for Shelf {
    /// Whoever asks while another model is being opened waits: so no model is opened twice.
    fn reader(&self, source: &ModelSource) -> Result<Arc<dyn PageReader>, OpenFailure> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(known, _)| known == source) {
            kept[..=at].rotate_right(1);
        } else {
            let opened = (self.open)(source)?;
            kept.insert(0, (source.clone(), opened));
            kept.truncate(KEPT_OPEN);
        }
        Ok(Arc::clone(&kept[0].1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::page_reader::{ModelId, PageError, PageReading, ReadOptions};
    use crate::domain::ModelVersion;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Silent(String);

    impl PageReader for Silent {
        fn model(&self) -> ModelId {
            ModelId { name: self.0.clone(), version: String::new(), settings: String::new() }
        }

        fn read(&self, _: &[u8], _: &ReadOptions<'_>) -> Result<PageReading, PageError> {
            Err(PageError::Bad { code: "silent".into(), source: None })
        }
    }

    fn named(version: &str) -> ModelSource {
        ModelSource::Named(ModelVersion::new("m", version).unwrap())
    }

    #[test]
    fn models_are_opened_once_and_the_one_unused_longest_is_closed() {
        let opened = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&opened);
        let shelf = Shelf::new(Arc::new(move |source| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(Arc::new(Silent(source.to_string())))
        }));
        let read = |version: &str| {
            assert_eq!(shelf.reader(&named(version)).unwrap().model().name, format!("m@{version}"));
            opened.load(Ordering::SeqCst)
        };
        assert_eq!((read("1"), read("2"), read("3"), read("1")), (1, 2, 3, 3));
        assert_eq!((read("4"), read("1"), read("3")), (4, 4, 4), "2 was unused longest");
        assert_eq!(read("2"), 5);
    }

    #[test]
    fn a_model_that_cannot_be_opened_leaves_the_others_alone_and_is_tried_again() {
        let broken = Arc::new(AtomicUsize::new(1));
        let fails = Arc::clone(&broken);
        let shelf = Shelf::new(Arc::new(move |source| {
            if *source == named("2") && fails.swap(0, Ordering::SeqCst) == 1 {
                anyhow::bail!("its folder is gone");
            }
            Ok(Arc::new(Silent(source.to_string())))
        }));
        assert!(shelf.reader(&named("1")).is_ok());
        let told = shelf.reader(&named("2")).err().unwrap().to_string();
        assert!(told.contains("folder is gone"), "{told}");
        assert!(shelf.reader(&named("1")).is_ok() && shelf.reader(&named("2")).is_ok());
    }
}
