//! The child: limits itself, reads a file, writes frames.

use super::frame::{Frame, Head};
use crate::app::STACK_BYTES;
use crate::image::{BundleLimits, Event, Place, Refused, Unpacked, look_at_bundle, unpack};
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
    /// Largest file, in bytes
    #[arg(long)]
    max_bytes: usize,
    /// Most pages
    #[arg(long)]
    max_pages: usize,
}

/// Heap, stacks and everything else that is written to, bytes. Opening, unpacking and drawing stay below it.
const MAX_DATA_BYTES: u64 = 960 << 20;
/// Processor time for one page, seconds.
const SECONDS_PER_PAGE: u64 = 10;

/// Runs the child.
pub(in super::super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    limit(Resource::Data, MAX_DATA_BYTES)?;
    limit(Resource::Core, 0)?;
    allow_time()?;
    let mut bytes = Vec::new();
    let most = args.max_bytes as u64 + 1;
    std::io::stdin().lock().take(most).read_to_end(&mut bytes).context("the file cannot be read")?;
    let work = Work {
        bytes: bytes.into(),
        limits: BundleLimits {
            max_bytes: args.max_bytes,
            max_pages: args.max_pages,
            ..BundleLimits::default()
        },
        look: args.look,
        after: args.after.as_ref().map(|at| Place { member: at[0], page: at[1] }),
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || work.run())?;
    thread.join().map_err(|_| anyhow::anyhow!("the unpacking panicked"))??;
    Ok(ExitCode::SUCCESS)
}

fn limit(resource: Resource, most: u64) -> anyhow::Result<()> {
    let held = getrlimit(resource);
    let most = held.maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: held.maximum })?)
}

/// Processor time for one more page from now on; beyond it the system ends the process.
fn allow_time() -> std::io::Result<()> {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let held = getrlimit(Resource::Cpu);
    let current = Some(used + SECONDS_PER_PAGE + 1);
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum: held.maximum })?)
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
            match unpack(&self.bytes, &self.limits, self.after, &mut |event| tell(&mut out, event)) {
                Ok(()) => Frame::End,
                Err(error) => refused(error.into()),
            }
        };
        write(&mut out, &last, &[])
    }
}

/// Passes an event on; when nobody listens any more the work ends.
fn tell(out: &mut BufWriter<Stdout>, event: Event) -> ControlFlow<()> {
    let told = match event {
        Event::Begin(Place { member, page }) => {
            allow_time().and_then(|()| write(out, &Frame::Begin { member, page }, &[]))
        }
        Event::Page(page) => write_page(out, &page),
    };
    if told.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
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
