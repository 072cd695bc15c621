//! Settings: flags go before environment, environment before `sohoa.toml`, that before defaults.

use crate::recognise::Device;
use anyhow::Context;
use clap::Args;
use serde::Deserialize;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Settings as flags and environment variables; every one is optional.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct Overrides {
    /// Settings file [default: sohoa.toml, if it is there]
    #[arg(long, env = "SOHOA_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Address to serve on [default: 127.0.0.1:8080]
    #[arg(long, env = "SOHOA_BIND", value_name = "ADDRESS:PORT", global = true)]
    pub bind: Option<SocketAddr>,
    /// Folder of database, blobs and ONNX Runtime [default: ./data]
    #[arg(long, env = "SOHOA_DATA", value_name = "FOLDER", global = true)]
    pub data: Option<PathBuf>,
    /// Database: sqlite:FILE or postgres://… [default: sohoa.db in the data folder]
    #[arg(long, env = "SOHOA_DATABASE", value_name = "URL", hide_env_values = true, global = true)]
    pub database: Option<String>,
    /// Folder of the line model [default: models/line-vi]
    #[arg(long, env = "SOHOA_MODEL", value_name = "FOLDER", global = true)]
    pub model: Option<PathBuf>,
    /// ONNX Runtime library [default: the one that scripts/fetch_ort puts into the data folder]
    #[arg(long, env = "SOHOA_ORT_LIB", value_name = "FILE", global = true)]
    pub ort_lib: Option<PathBuf>,
    /// Threads that recognition may use [default: one per processor]
    #[arg(long, env = "SOHOA_THREADS", value_name = "N", global = true)]
    pub threads: Option<NonZeroUsize>,
    /// Key that signs the audit log, best on another disk [default: keys/audit.key in the data folder]
    #[arg(long, env = "SOHOA_AUDIT_KEY", value_name = "FILE", global = true)]
    pub audit_key: Option<PathBuf>,
    /// Send the session cookie over TLS only: set it behind a TLS proxy [default: false]
    #[arg(long, env = "SOHOA_SECURE_COOKIES", value_name = "BOOL", global = true)]
    pub secure_cookies: Option<bool>,
    /// Where recognition runs: cpu, cuda:N or auto [default: auto]
    #[arg(long, env = "SOHOA_DEVICE", value_name = "DEVICE", global = true)]
    pub device: Option<Device>,
}

/// `sohoa.toml`: the same keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    bind: Option<SocketAddr>,
    data: Option<PathBuf>,
    database: Option<String>,
    model: Option<PathBuf>,
    ort_lib: Option<PathBuf>,
    threads: Option<NonZeroUsize>,
    audit_key: Option<PathBuf>,
    secure_cookies: Option<bool>,
    device: Option<Device>,
}

/// What the program runs with.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Address to serve on.
    pub bind: SocketAddr,
    /// Folder of database, blobs and ONNX Runtime.
    pub data: PathBuf,
    /// Database URL; SQLite in the data folder when absent.
    pub database: Option<String>,
    /// Folder of the line model.
    pub model: PathBuf,
    /// ONNX Runtime library, where one is named.
    pub ort_lib: Option<PathBuf>,
    /// Threads that recognition may use.
    pub threads: NonZeroUsize,
    /// Key file that signs the audit log, where it is not in the data folder.
    pub audit_key: Option<PathBuf>,
    /// Send the session cookie over TLS only.
    pub secure_cookies: bool,
    /// Where recognition runs.
    pub device: Device,
}

impl Settings {
    /// Puts flags and environment (both in `overrides`), file and defaults together.
    ///
    /// # Errors
    /// When the settings file was named but is missing, or holds something unknown.
    pub fn resolve(overrides: &Overrides) -> anyhow::Result<Self> {
        let file = SettingsFile::read(overrides.config.as_deref())?;
        let o = overrides.clone();
        Ok(Self {
            bind: o.bind.or(file.bind).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            data: o.data.or(file.data).unwrap_or_else(|| PathBuf::from("data")),
            database: o.database.or(file.database),
            model: o.model.or(file.model).unwrap_or_else(default_model),
            ort_lib: o.ort_lib.or(file.ort_lib),
            threads: o.threads.or(file.threads).unwrap_or_else(processors),
            audit_key: o.audit_key.or(file.audit_key),
            secure_cookies: o.secure_cookies.or(file.secure_cookies).unwrap_or(false),
            device: o.device.or(file.device).unwrap_or_default(),
        })
    }
}

impl SettingsFile {
    fn read(named: Option<&Path>) -> anyhow::Result<Self> {
        let path = named.unwrap_or(Path::new("sohoa.toml"));
        if named.is_none() && !path.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the settings file {} cannot be read", path.display()))?;
        toml::from_str(&text).with_context(|| format!("the settings file {} is wrong", path.display()))
    }
}

/// `models/line-vi` under the working folder or else beside the binary.
fn default_model() -> PathBuf {
    let name = Path::new("models/line-vi");
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(name)));
    match beside {
        Some(folder) if !name.exists() && folder.exists() => folder,
        _ => name.to_path_buf(),
    }
}

fn processors() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, Overrides) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sohoa.toml");
        std::fs::write(&path, text).unwrap();
        (folder, Overrides { config: Some(path), ..Overrides::default() })
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let (_folder, mut overrides) = file("data = \"/srv/sohoa\"\nthreads = 3\ndevice = \"cpu\"\n");
        overrides.threads = NonZeroUsize::new(7);
        let settings = Settings::resolve(&overrides).unwrap();
        assert_eq!(settings.threads.get(), 7);
        assert_eq!(settings.data, Path::new("/srv/sohoa"));
        assert_eq!(settings.device, Device::Cpu);
        assert_eq!(settings.bind.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn an_unknown_key_in_the_file_is_named() {
        let (_folder, overrides) = file("thread = 3\n");
        let error = format!("{:#}", Settings::resolve(&overrides).unwrap_err());
        assert!(error.contains("unknown field `thread`"), "{error}");
    }

    #[test]
    fn a_named_file_must_be_there() {
        let overrides = Overrides { config: Some("no/such.toml".into()), ..Overrides::default() };
        assert!(Settings::resolve(&overrides).is_err());
    }
}
