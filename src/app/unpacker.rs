//! What unpacks files of many pages: in this process, or in one of its own.

use crate::image::{BundleKind, BundleLimits, Event, ImageError, Refused, Unpacked, look_at_bundle, unpack};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::fmt;
use std::ops::ControlFlow;
use tokio::sync::mpsc;

/// What comes out of an unpacking, in order; the last one is no page.
#[derive(Debug)]
pub enum Step {
    /// A page, or why it is none.
    Page(Box<Unpacked>),
    /// That was all.
    End,
    /// The file, or the rest of it, cannot be unpacked.
    Refused(Refused),
    /// The unpacking failed for reasons that are not the file's.
    Failed(String),
}

/// Why a look gave no kind.
#[derive(Debug)]
pub enum LookFailure {
    /// The file is none that can be unpacked.
    Refused(Refused),
    /// The look failed for reasons that are not the file's.
    Failed(String),
}

/// Looks at files of many pages and unpacks them.
pub trait Unpacker: fmt::Debug + Send + Sync {
    /// The kind of a file, or why there is none.
    fn look(&self, bytes: Bytes, limits: BundleLimits)
    -> BoxFuture<'static, Result<BundleKind, LookFailure>>;

    /// The pages of a file. The work stops when the receiver is dropped.
    fn unpack(&self, bytes: Bytes, limits: BundleLimits) -> mpsc::Receiver<Step>;
}

/// Unpacks on a thread of this process: no protection from files that eat memory or time.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcess;

/// Stack of an unpacking thread: PDFs nest.
pub const STACK_BYTES: usize = 64 << 20;

impl Unpacker for InProcess {
    fn look(
        &self,
        bytes: Bytes,
        limits: BundleLimits,
    ) -> BoxFuture<'static, Result<BundleKind, LookFailure>> {
        let looking = tokio::task::spawn_blocking(move || look_at_bundle(&bytes, &limits));
        let failed = |error: tokio::task::JoinError| LookFailure::Failed(error.to_string());
        let refused = |error: ImageError| LookFailure::Refused(error.into());
        async move { looking.await.map_err(failed)?.map_err(refused) }.boxed()
    }

    fn unpack(&self, bytes: Bytes, limits: BundleLimits) -> mpsc::Receiver<Step> {
        let (steps, receiver) = mpsc::channel(1);
        let work = move || {
            let mut sink = |event| match event {
                Event::Begin(_) => ControlFlow::Continue(()),
                Event::Page(page) => match steps.blocking_send(Step::Page(Box::new(page))) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                },
            };
            let end = match unpack(&bytes, &limits, None, &mut sink) {
                Ok(()) => Step::End,
                Err(error) => Step::Refused(error.into()),
            };
            // Nobody waits for the end when the receiver is gone.
            let _ = steps.blocking_send(end);
        };
        // Without a thread the channel closes without an end, which the receiver takes for a failure.
        let _ = std::thread::Builder::new().name("unpack".into()).stack_size(STACK_BYTES).spawn(work);
        receiver
    }
}
