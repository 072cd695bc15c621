//! Files on their way in: off the wire onto the disk, and from there into memory when there is room.

use super::Error;
use crate::app::{self, App, UPLOAD_ROOM_MB};
use axum::body::{Body, Bytes};
use futures::StreamExt;
use std::io::SeekFrom;
use std::time::Duration;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout_at};

/// Fewer bytes than this within the patience of [`app::Settings::upload_patience`] are none: the slowest mobile
/// line brings ten times as many.
const LEAST_BYTES: usize = 8 << 10;

/// A file that came in whole.
pub(super) struct Incoming {
    file: File,
    size_bytes: usize,
}

impl Incoming {
    /// Takes a body of at most `max_bytes`; `announced_bytes` are told by its header, if any.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::BrokenOff`] and [`Error::Stalled`] when the line is gone or hardly there.
    pub(super) async fn take(
        app: &App,
        body: Body,
        (announced_bytes, max_bytes): (Option<usize>, usize),
    ) -> Result<Self, Error> {
        if announced_bytes.is_some_and(|bytes| bytes > max_bytes) {
            return Err(Error::TooLarge { max_bytes });
        }
        let mut file = File::from_std(app.incoming_file().await?);
        let mut stream = body.into_data_stream();
        let (mut size_bytes, mut pace) = (0, Pace::new(app.settings.upload_patience));
        while let Some(chunk) = pace.wait(stream.next()).await? {
            let chunk = chunk.map_err(|_| Error::BrokenOff)?;
            size_bytes += chunk.len();
            if size_bytes > max_bytes {
                return Err(Error::TooLarge { max_bytes });
            }
            pace.came(chunk.len());
            file.write_all(&chunk).await.map_err(app::Error::Incoming)?;
        }
        file.flush().await.map_err(app::Error::Incoming)?;
        Ok(Self { file, size_bytes })
    }

    /// Its bytes, and the room that they take, to be held as long as they are.
    ///
    /// # Errors
    /// When the disk fails.
    pub(super) async fn bytes(mut self, app: &App) -> Result<(Bytes, SemaphorePermit<'_>), Error> {
        let megabytes = (self.size_bytes >> 20) + 1;
        let room = app.upload_room.acquire_many(megabytes.min(UPLOAD_ROOM_MB) as u32).await;
        let room = room.map_err(|_| app::Error::Broken("no room".into()))?;
        let mut bytes = Vec::with_capacity(self.size_bytes);
        let read = async {
            self.file.seek(SeekFrom::Start(0)).await?;
            self.file.read_to_end(&mut bytes).await
        };
        read.await.map_err(app::Error::Incoming)?;
        Ok((bytes.into(), room))
    }
}

/// How fast a body comes.
struct Pace {
    patience: Duration,
    until: Instant,
    /// Bytes that came since the wait began.
    came: usize,
}

impl Pace {
    fn new(patience: Duration) -> Self {
        Self { patience, until: Instant::now() + patience, came: 0 }
    }

    fn came(&mut self, bytes: usize) {
        self.came += bytes;
        if self.came >= LEAST_BYTES {
            *self = Self::new(self.patience);
        }
    }

    async fn wait<T>(&self, next: impl Future<Output = T>) -> Result<T, Error> {
        timeout_at(self.until, next).await.map_err(|_| Error::Stalled)
    }
}
