//! The parent: starts children, takes their frames, outlives their deaths.

use super::frame::{Frame, Head, kind_of};
use crate::app::{Step, Unpacker};
use crate::image::{BundleKind, BundleLimits, Place, Refused};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use rustix::process::Signal;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Unpacks in processes of their own.
#[derive(Debug, Clone)]
pub(in super::super) struct OwnProcess {
    program: PathBuf,
}

/// How long a child may be silent. Its processor time is limited more tightly by the system; this is for a
/// machine on which much else runs, and for a child that sleeps.
const PATIENCE: Duration = Duration::from_secs(60);
/// Exit code of a Rust program that panicked.
const PANICKED: i32 = 101;
/// Longest line of a child.
const MAX_LINE_BYTES: u64 = 64 * 1024;

impl OwnProcess {
    /// Children of this very program.
    ///
    /// # Errors
    /// When the system does not tell where it is.
    pub(in super::super) fn of_this_program() -> std::io::Result<Self> {
        Ok(Self { program: std::env::current_exe()? })
    }
}

impl Unpacker for OwnProcess {
    fn look(&self, bytes: Bytes, limits: BundleLimits) -> BoxFuture<'static, Result<BundleKind, Refused>> {
        let program = self.program.clone();
        async move {
            let looked = async {
                let mut run = Run::start(&program, bytes, &limits, &["--look".into()])?;
                run.next().await
            };
            match looked.await {
                Ok(Some((Frame::Kind { mime }, _))) => kind_of(&mime).ok_or_else(unreadable),
                Ok(Some((Frame::Refused { code, reason }, _))) => Err(Refused { code, reason }),
                Ok(_) => Err(unreadable()),
                Err(error) => Err(Refused { code: "internal".into(), reason: error.to_string() }),
            }
        }
        .boxed()
    }

    fn unpack(&self, bytes: Bytes, limits: BundleLimits) -> mpsc::Receiver<Step> {
        let (steps, receiver) = mpsc::channel(1);
        let program = self.program.clone();
        tokio::spawn(async move {
            let last = tokio::select! {
                last = all(&program, bytes, &limits, &steps) => last,
                () = steps.closed() => return,
            };
            // Nobody waits for the end when the receiver is gone.
            let _ = steps.send(last.unwrap_or_else(|error| Step::Failed(error.to_string()))).await;
        });
        receiver
    }
}

/// What a child that died without a word about a page leaves behind.
fn unreadable() -> Refused {
    Refused { code: "file_too_hard".into(), reason: "the unpacking process died".into() }
}

/// All pages, in as many children as it takes; gives the last step.
async fn all(
    program: &Path,
    bytes: Bytes,
    limits: &BundleLimits,
    steps: &mpsc::Sender<Step>,
) -> std::io::Result<Step> {
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let mut after: Option<Place> = None;
    loop {
        let arguments = after.map_or_else(Vec::new, |place| {
            ["--after".to_owned(), place.member.to_string(), place.page.to_string()]
                .map(OsString::from)
                .into()
        });
        let mut run = Run::start(program, bytes.clone(), limits, &arguments)?;
        let mut begun = None;
        while let Some((frame, picture)) = run.next().await? {
            let (head, file) = match frame {
                Frame::Begin { member, page } => {
                    begun = Some(Place { member, page });
                    continue;
                }
                Frame::Page { head, .. } => (head, Ok(picture)),
                Frame::Bad { head, code, reason } => (head, Err(Refused { code, reason })),
                Frame::End => return Ok(Step::End),
                Frame::Refused { code, reason } => return Ok(Step::Refused(Refused { code, reason })),
                Frame::Kind { .. } => return Ok(Step::Failed("the child answered another question".into())),
            };
            after = Some(head.place());
            begun = None;
            if !send(steps, head, file).await {
                return Ok(Step::End);
            }
        }
        if run.was_ended_from_outside().await? {
            return Ok(Step::Failed("the unpacking process was ended from outside".into()));
        }
        // Dead. The page that it had begun is the one that killed it; nothing is known of a file that kills at
        // once.
        let Some(place) = begun.filter(|place| Some(*place) > after) else {
            return Ok(Step::Refused(unreadable()));
        };
        after = Some(place);
        let refused = Refused { code: "page_too_hard".into(), reason: "the unpacking process died".into() };
        if !send(steps, Head::at(place, sha256), Err(refused)).await {
            return Ok(Step::End);
        }
    }
}

async fn send(steps: &mpsc::Sender<Step>, head: Head, file: Result<Bytes, Refused>) -> bool {
    let step = match head.with(file) {
        Some(page) => Step::Page(Box::new(page)),
        None => Step::Failed("the child's frame makes no sense".into()),
    };
    steps.send(step).await.is_ok()
}

/// A child at work; it ends with this.
struct Run {
    child: Child,
    /// It was silent for too long.
    was_silent: bool,
    frames: BufReader<ChildStdout>,
}

impl Run {
    fn start(
        program: &Path,
        bytes: Bytes,
        limits: &BundleLimits,
        arguments: &[OsString],
    ) -> std::io::Result<Self> {
        let mut child = Command::new(program)
            .arg("unpack-pages")
            .args(["--max-bytes", &limits.max_bytes.to_string()])
            .args(["--max-pages", &limits.max_pages.to_string()])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // What ends the server's process group is no judgement on a page.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("the child has no pipes"));
        };
        tokio::spawn(async move {
            // A child that refuses the file by its size or dies reads no further.
            let _ = stdin.write_all(&bytes).await;
        });
        Ok(Self { child, was_silent: false, frames: BufReader::new(stdout) })
    }

    /// The next frame with its picture; `None` when the child is dead or silent for too long.
    async fn next(&mut self) -> std::io::Result<Option<(Frame, Bytes)>> {
        let Ok(frame) = timeout(PATIENCE, self.frame()).await else {
            self.was_silent = true;
            self.child.kill().await?;
            return Ok(None);
        };
        Ok(frame.ok())
    }

    /// Whether somebody or something else ended the child (a shutdown, the system short of memory, a child that
    /// could not begin), rather than the page it was at: processor time, memory limit, stack or a panic.
    async fn was_ended_from_outside(&mut self) -> std::io::Result<bool> {
        let status = self.child.wait().await?;
        let by_page =
            [Signal::XCPU, Signal::SEGV, Signal::ABORT, Signal::BUS, Signal::ILL].map(Signal::as_raw);
        Ok(!self.was_silent
            && match status.signal() {
                Some(signal) => !by_page.contains(&signal),
                None => status.code() != Some(PANICKED),
            })
    }

    async fn frame(&mut self) -> std::io::Result<(Frame, Bytes)> {
        let mut line = Vec::new();
        (&mut self.frames).take(MAX_LINE_BYTES).read_until(b'\n', &mut line).await?;
        let frame: Frame = serde_json::from_slice(&line)?;
        let size_bytes = match &frame {
            Frame::Page { size_bytes, .. } => *size_bytes,
            _ => 0,
        };
        let mut picture = Vec::new();
        (&mut self.frames).take(size_bytes as u64).read_to_end(&mut picture).await?;
        if picture.len() < size_bytes {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok((frame, picture.into()))
    }
}
