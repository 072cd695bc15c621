//! `sohoa worker`: reads pages for servers that run on the same database and blobs.

use super::config::Settings;
use super::service;
use std::process::ExitCode;

pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    service::block_on(async {
        let app = service::open_app(settings).await?;
        let stop = service::stop_signal()?;
        // Several workers may run beside each other: each has a name of its own, and the leases of one that
        // died run out.
        let claimant = format!("worker-{}", app.short_id());
        service::runner(&app, settings, &claimant).run(stop).await;
        app.store.close().await;
        Ok(ExitCode::SUCCESS)
    })
}
