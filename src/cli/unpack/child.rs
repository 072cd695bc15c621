//! The child: limits itself, reads a file, writes frames.

use super::frame::{Frame, Head};
use crate::app::STACK_BYTES;
use crate::image::{BundleLimits, Event, Limits, Place, Refused, Unpacked, look_at_bundle, unpack};
use anyhow::Context;
use bytes::Bytes;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::io::{BufWriter, Read, Stdout, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

/// Takes a file of many pages apart; the server calls this.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Say only what kind of file it is
    #[arg(long)]
    look: bool,
    /// Begin behind this page: member and number, from 0
    #[arg(long, num_args = 2, value_names = ["MEMBER", "PAGE"])]
    after: Option<Vec<usize>>,
    /// Size of the file, in bytes
    #[arg(long)]
    size_bytes: usize,
    /// Largest file, in bytes
    #[arg(long)]
    max_bytes: usize,
    /// Most pages
    #[arg(long)]
    max_pages: usize,
}

/// Heap, stacks and everything else that is written to, bytes. With the program itself that is less than a
/// gigabyte.
const MAX_DATA_BYTES: u64 = 900 << 20;
/// What is neither the file nor pixels: the thread's stack, tables, what was compressed.
const OTHER_BYTES: u64 = STACK_BYTES as u64 + (32 << 20);
/// Processor time for one page, seconds.
pub(super) const SECONDS_PER_PAGE: u64 = 10;

/// Runs the child.
pub(in super::super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    limit(Resource::Data, MAX_DATA_BYTES)?;
    limit(Resource::Core, 0)?;
    allow_time()?;
    let bytes = read_file(args).context("the file cannot be read")?;
    let work = Work {
        limits: limits(args, bytes.len() as u64),
        bytes,
        look: args.look,
        after: args.after.as_ref().map(|at| Place { member: at[0], page: at[1] }),
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || work.run())?;
    thread.join().map_err(|_| anyhow::anyhow!("the unpacking panicked"))??;
    Ok(ExitCode::SUCCESS)
}

/// The file from standard input, in no more memory than it needs.
fn read_file(args: &Args) -> std::io::Result<Bytes> {
    let most = args.max_bytes.saturating_add(1);
    // Room to spare, so that the end is found without growing.
    let mut bytes = Vec::with_capacity(args.size_bytes.min(most) + 64);
    std::io::stdin().lock().take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// What a page may take is what the file leaves of the memory.
fn limits(args: &Args, file_bytes: u64) -> BundleLimits {
    let room = MAX_DATA_BYTES.saturating_sub(OTHER_BYTES + file_bytes);
    let page = Limits::default();
    BundleLimits {
        max_bytes: args.max_bytes,
        max_pages: args.max_pages,
        page: Limits { max_memory_bytes: page.max_memory_bytes.min(room), ..page },
        ..BundleLimits::default()
    }
}

fn limit(resource: Resource, most: u64) -> anyhow::Result<()> {
    let held = getrlimit(resource);
    let most = held.maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: held.maximum })?)
}

/// Processor time for one more page from now on; beyond it the system ends the process. Gives what was taken
/// before, milliseconds.
fn allow_time() -> std::io::Result<u64> {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let spent_ms = u64::try_from(used.tv_sec * 1000 + used.tv_nsec / 1_000_000).unwrap_or(0);
    let held = getrlimit(Resource::Cpu);
    let most = spent_ms / 1000 + SECONDS_PER_PAGE + 1;
    let current = Some(held.maximum.map_or(most, |maximum| maximum.min(most)));
    setrlimit(Resource::Cpu, Rlimit { current, maximum: held.maximum })?;
    Ok(spent_ms)
}

struct Work {
    bytes: Bytes,
    limits: BundleLimits,
    look: bool,
    after: Option<Place>,
}

impl Work {
    fn run(&self) -> std::io::Result<()> {
        let mut out = BufWriter::new(std::io::stdout());
        let refused = |Refused { code, reason }| Frame::Refused { code, reason };
        let last = if self.look {
            match look_at_bundle(&self.bytes, &self.limits) {
                Ok(kind) => Frame::Kind { mime: kind.mime().to_owned() },
                Err(error) => refused(error.into()),
            }
        } else {
            let mut told = Ok(());
            let mut sink = |event| {
                told = tell(&mut out, event);
                if told.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            let unpacked = unpack(&self.bytes, &self.limits, self.after, &mut sink);
            // An unpacking that was broken off has no end that anybody may believe.
            told?;
            match unpacked {
                Ok(()) => Frame::End,
                Err(error) => refused(error.into()),
            }
        };
        write(&mut out, &last, &[])
    }
}

/// Passes an event on; fails when nobody listens any more, or when no more time can be had.
fn tell(out: &mut BufWriter<Stdout>, event: Event) -> std::io::Result<()> {
    match event {
        Event::Begin(begun) => {
            let spent_ms = allow_time()?;
            write(out, &Frame::Begin { head: Head::of_begun(&begun), spent_ms }, &[])
        }
        Event::Page(page) => write_page(out, &page),
    }
}

fn write_page(out: &mut BufWriter<Stdout>, page: &Unpacked) -> std::io::Result<()> {
    let head = Head::of(page);
    match &page.file {
        Ok(file) => write(out, &Frame::Page { head, size_bytes: file.bytes.len() }, &file.bytes),
        Err(Refused { code, reason }) => {
            write(out, &Frame::Bad { head, code: code.clone(), reason: reason.clone() }, &[])
        }
    }
}

fn write(out: &mut BufWriter<Stdout>, frame: &Frame, picture: &[u8]) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, frame)?;
    out.write_all(b"\n")?;
    out.write_all(picture)?;
    out.flush()
}
