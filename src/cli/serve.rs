//! `sohoa serve`: web pages, API and, unless told otherwise, the reading of pages, in one process.

use super::config::Settings;
use super::{demo, service};
use clap::Args as ClapArgs;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Arguments of `sohoa serve`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Serve only; pages are read by `sohoa worker` processes
    #[arg(long)]
    no_worker: bool,
    /// First create the demonstration users and load the demonstration book, where they are missing
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    demo_args: demo::Args,
}

/// How long answers under way may take after a stop.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

pub(super) fn run(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let _lock = service::lock_data_folder(&settings.data)?;
    service::block_on(serve(args, settings))
}

async fn serve(args: &Args, settings: &Settings) -> anyhow::Result<ExitCode> {
    let app = service::open_app(settings).await?;
    let listener = TcpListener::bind(settings.bind).await.map_err(|error| {
        anyhow::anyhow!("cannot listen on {}: {error}; choose another address with --bind", settings.bind)
    })?;
    if args.demo {
        demo::load(&app, &args.demo_args).await?;
    }
    let stop = service::stop_signal()?;
    let house = tokio::spawn(service::keep_house(Arc::clone(&app), stop.clone()));
    let worker = if args.no_worker {
        None
    } else {
        let node = service::node_name(&settings.data, &app.random)?;
        let runner = service::runner(&app, settings, &format!("serve-{node}"));
        // The lock on the data folder says that nobody else runs under this name.
        runner.take_back_own_jobs().await?;
        Some(tokio::spawn(runner.run(stop.clone())))
    };
    writeln!(std::io::stdout(), "Sổ Hoá: http://{}/", listener.local_addr()?)?;
    let router = crate::http::router(Arc::clone(&app)).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(stopped(stop.clone()));
    tokio::select! {
        served = async { serving.await } => served?,
        () = async { stopped(stop.clone()).await; tokio::time::sleep(LAST_ANSWERS).await } => {
            tracing::warn!("some answers were cut off");
        }
    }
    if let Some(worker) = worker {
        worker.await?;
    }
    house.await?;
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that nobody is left who could say stop: then the process is ending anyway.
    let _ = stop.wait_for(|stop| *stop).await;
}
