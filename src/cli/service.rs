//! Opens what servers, workers and administrative commands share: database, blobs, keys.

use super::config::Settings;
use super::engine;
use super::unpack::OwnProcess;
use crate::app::reading::EnginePageReader;
use crate::app::{
    App, Clock, Keys, LogInLimit, MeasuringGate, PageReader, PictureLocks, Random, Settings as AppSettings,
    UPLOAD_ROOM_MB,
};
use crate::blob::Blobs;
use crate::domain::Form;
use crate::jobs::{OpenReader, Runner, RunnerOptions};
use crate::store::Db;
use anyhow::{Context, bail};
use std::fs::{self, File, TryLockError};
use std::future::Future;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// Runs a command that needs the asynchronous machinery. A page still being read when it ends is not waited
/// for: its job was handed back.
pub(super) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    outcome
}

/// Opens the application on the settings' database and data folder; brings the database up to date.
pub(super) async fn open_app(settings: &Settings) -> anyhow::Result<Arc<App>> {
    let data = &settings.data;
    make_private_folder(data)?;
    let random = Random::system();
    let own_database = || data.join("sohoa.db").display().to_string();
    let app = App {
        store: Db::open(&settings.database.clone().unwrap_or_else(own_database)).await?,
        blobs: Blobs::local(&data.join("blobs"))?,
        clock: Clock::system(),
        keys: Keys::open_or_create(&data.join("keys"), settings.audit_key.as_deref(), &random)?,
        random,
        forms: Form::embedded(),
        settings: AppSettings { secure_cookies: settings.secure_cookies, ..AppSettings::default() },
        log_in_limit: LogInLimit::default(),
        picture_locks: PictureLocks::default(),
        incoming: incoming_folder(data)?,
        upload_room: tokio::sync::Semaphore::new(UPLOAD_ROOM_MB),
        unpacker: Arc::new(OwnProcess::of_this_program()?),
        gate: Arc::new(MeasuringGate::new(Form::embedded())),
        work_wanted: tokio::sync::Notify::new(),
    };
    app.ensure_project().await?;
    Ok(Arc::new(app))
}

/// A runner for this process; each engine is opened when it is needed first.
pub(super) fn runner(app: &Arc<App>, settings: &Settings, claimant: &str) -> Runner {
    let engine_settings = settings.clone();
    let open: OpenReader = Arc::new(move |source| {
        let reader = Arc::new(engine::open_model(&engine_settings, source)?);
        Ok(Arc::new(EnginePageReader::new(reader, Form::embedded())) as Arc<dyn PageReader>)
    });
    let options = RunnerOptions { slots: settings.threads.get(), ..RunnerOptions::default() };
    Runner::new(Arc::clone(app), open, claimant, options)
}

/// Makes the data folder, if it is missing, so that only its owner can look into it: it holds people's records.
fn make_private_folder(data: &Path) -> anyhow::Result<()> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.with_context(|| format!("the data folder {} cannot be made", data.display()))
}

/// The folder for files on their way in, on the same disk as what is kept.
fn incoming_folder(data: &Path) -> anyhow::Result<PathBuf> {
    let folder = data.join("incoming");
    make_private_folder(&folder)?;
    Ok(folder)
}

/// Keeps a second server from using the same data folder, until the file is dropped or the process dies.
pub(super) fn lock_data_folder(data: &Path) -> anyhow::Result<File> {
    make_private_folder(data)?;
    let file = File::options().create(true).truncate(false).write(true).open(data.join("serve.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another server already uses the data folder {}; stop it first or choose another with --data",
            data.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).context("the data folder cannot be locked"),
    }
}

/// A name for this data folder that no other has, the same after every restart.
pub(super) fn node_name(data: &Path, random: &Random) -> anyhow::Result<String> {
    let path = data.join("node");
    match fs::read_to_string(&path) {
        Ok(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
        _ => {
            let name = hex::encode(random.bytes::<6>());
            fs::write(&path, &name)?;
            Ok(name)
        }
    }
}

/// Turns true at the first SIGTERM or SIGINT; the second ends the process at once.
pub(super) fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        for stops in 0.. {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            if stops == 1 {
                std::process::exit(1);
            }
            tracing::info!("stopping; once more to stop at once");
            // Whoever listened is gone already when nobody receives it.
            let _ = stop.send(true);
        }
    });
    Ok(stopped)
}

/// Signs the audit log's heads at the start and then every day, and tidies up every hour, until told to stop.
pub(super) async fn keep_house(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);
    for hour in 0_u64.. {
        if *stop.borrow() {
            return;
        }
        if hour % 24 == 0 {
            sign_heads(&app).await;
        }
        if let Err(error) = app.tidy_sessions().await {
            tracing::error!("sessions not tidied: {:#}", anyhow::Error::from(error));
        }
        tokio::select! { () = tokio::time::sleep(HOUR) => {}, _ = stop.changed() => {} }
    }
}

async fn sign_heads(app: &App) {
    match app.sign_audit_heads().await {
        Ok(heads) => tracing::info!(heads, "audit heads signed"),
        Err(error) => tracing::error!("audit heads not signed: {:#}", anyhow::Error::from(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_data_folder_takes_one_server() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock_data_folder(folder.path()).unwrap();
        let refused = lock_data_folder(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("another server"), "{refused}");
        drop(held);
        assert!(lock_data_folder(folder.path()).is_ok());
    }

    #[test]
    fn a_node_keeps_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let random = Random::seeded(1);
        let name = node_name(folder.path(), &random).unwrap();
        assert_eq!(node_name(folder.path(), &random).unwrap(), name);
    }
}
