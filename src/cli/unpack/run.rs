//! One child at work.

use super::frame::Frame;
use crate::image::BundleLimits;
use bytes::Bytes;
use rustix::process::Signal;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a child may be silent. Its processor time is limited more tightly by the system; this is for a
/// machine on which much else runs, and for a child that sleeps.
const PATIENCE: Duration = Duration::from_secs(60);
/// Exit code of a Rust program that panicked.
const PANICKED: i32 = 101;
/// Longest line of a child.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// A child at work; it ends with this.
pub(super) struct Run {
    child: Child,
    /// It was silent for too long.
    was_silent: bool,
    frames: BufReader<ChildStdout>,
}

impl Run {
    pub(super) fn start(
        program: &Path,
        bytes: Bytes,
        limits: &BundleLimits,
        arguments: &[OsString],
    ) -> std::io::Result<Self> {
        let mut child = Command::new(program)
            .arg("unpack-pages")
            .args(["--size-bytes", &bytes.len().to_string()])
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
    pub(super) async fn next(&mut self) -> std::io::Result<Option<(Frame, Bytes)>> {
        let Ok(frame) = timeout(PATIENCE, self.frame()).await else {
            self.was_silent = true;
            self.child.kill().await?;
            return Ok(None);
        };
        Ok(frame.ok())
    }

    /// Ends a child from which nothing more is wanted, and waits for it: what it took then counts as the parent's.
    pub(super) async fn end(&mut self) -> std::io::Result<()> {
        self.child.kill().await
    }

    /// Whether somebody or something else ended the child (a shutdown, the system short of memory, a child that
    /// could not begin), rather than the page it was at: processor time, memory limit, stack or a panic.
    pub(super) async fn was_ended_from_outside(&mut self) -> std::io::Result<bool> {
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
