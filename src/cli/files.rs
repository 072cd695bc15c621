//! `sohoa files`: what files hold, as an upload would see them.

use super::service::block_on;
use super::unpack::OwnProcess;
use crate::app::{Settings as AppSettings, Step, Unpacker};
use crate::http::{Lang, sentences};
use crate::image::{BundleKind, Limits, Refused, decode};
use bytes::Bytes;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Show the pages of image, PDF and ZIP files, or why they are refused
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// A file with its pages.
#[derive(Debug, Serialize)]
struct Report {
    path: PathBuf,
    pages: Vec<Page>,
    /// Why the file, or what follows the pages, is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Reason>,
}

/// A page: its size when it is upright, or the reason why it is refused.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Page {
    Good { width: u32, height: u32 },
    Bad { refused: Reason },
}

#[derive(Debug, Serialize)]
struct Reason {
    code: String,
    message: &'static str,
}

impl From<Refused> for Reason {
    fn from(refused: Refused) -> Self {
        Self { message: sentences::of_code(&refused.code, Lang::Vi), code: refused.code }
    }
}

/// Runs the command: one JSON object a line; exit code 1 when a file is refused or cannot be read.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let settings = AppSettings::default();
    let unpacker = OwnProcess::of_this_program()?;
    let mut exit = ExitCode::SUCCESS;
    for path in &args.files {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => Bytes::from(bytes),
            Err(error) => {
                super::report(&anyhow::Error::from(error).context(path.display().to_string()));
                exit = ExitCode::FAILURE;
                continue;
            }
        };
        let report = block_on(async { Ok(look(&unpacker, &settings, path, bytes).await) })?;
        if report.refused.is_some() {
            exit = ExitCode::FAILURE;
        }
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    }
    Ok(exit)
}

async fn look(unpacker: &OwnProcess, settings: &AppSettings, path: &Path, bytes: Bytes) -> Report {
    let mut report = Report { path: path.to_owned(), pages: Vec::new(), refused: None };
    if BundleKind::of(&bytes).is_none() {
        match page_of(&bytes, &settings.limits) {
            Page::Bad { refused } => report.refused = Some(refused),
            good => report.pages.push(good),
        }
        return report;
    }
    let mut steps = unpacker.unpack(bytes, settings.bundle_limits());
    while let Some(step) = steps.recv().await {
        match step {
            Step::Page(page) => report.pages.push(match page.file {
                Ok(file) => page_of(&file.bytes, &settings.limits.for_kept()),
                Err(refused) => Page::Bad { refused: refused.into() },
            }),
            Step::End => break,
            Step::Refused(refused) => report.refused = Some(refused.into()),
            Step::Failed(reason) => {
                report.refused = Some(Refused { code: "file_too_hard".into(), reason }.into());
            }
        }
    }
    report
}

fn page_of(bytes: &[u8], limits: &Limits) -> Page {
    match decode(bytes, limits) {
        Ok(rgb) => Page::Good { width: rgb.width(), height: rgb.height() },
        Err(error) => Page::Bad { refused: Refused::from(error).into() },
    }
}
