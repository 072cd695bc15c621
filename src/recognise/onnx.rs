//! The line model on ONNX Runtime.

use super::library::{find_library, load};
use super::{Device, LineModel, Manifest, RecogniseError};
use ndarray::{Array3, ArrayView4, Ix3};
use ort::ep::{self, ExecutionProvider};
use ort::session::Session;
use ort::session::builder::SessionBuilder;
use ort::value::TensorRef;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the engine runs.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// ONNX Runtime library, where one is named.
    pub ort_lib: Option<PathBuf>,
    /// Data folder, whose `onnxruntime` is looked into where none is named.
    pub data: PathBuf,
    /// Where to run.
    pub device: Device,
    /// Batches that run beside each other, at least 1.
    pub threads: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { ort_lib: None, data: PathBuf::from("data"), device: Device::Auto, threads: 1 }
    }
}

/// A line model in ONNX Runtime sessions: on a processor one per thread, each of one thread (batches beside
/// each other scale better than threads within an LSTM), on a card a single one. A session runs one batch at a
/// time (ONNX Runtime's `run` is not reliable under concurrent calls); callers wait where all are busy.
#[derive(Debug)]
pub struct OnnxLineModel {
    manifest: Manifest,
    sessions: Vec<Mutex<Session>>,
    turn: AtomicUsize,
    device: Device,
}

impl OnnxLineModel {
    /// Opens a model's folder: manifest, checksum, session. [`super::Reader::open`] also reads its golden line.
    ///
    /// # Errors
    /// When files are missing or not what the manifest says, the library cannot be used, or the device.
    pub fn open(folder: &Path, options: &EngineOptions) -> Result<Self, RecogniseError> {
        let manifest = Manifest::read(folder)?;
        let bytes = read_checked(folder, &manifest)?;
        let library = find_library(options.ort_lib.as_deref(), &options.data)?;
        let environment = load(&library)?;
        let new_builder = || Session::builder(environment).map_err(RecogniseError::Inference);
        let (builder, device) = choose_device(&new_builder, options.device)?;
        let refusal = |error: ort::Error| match device {
            Device::Cuda(_) => device_error(device, error.to_string()),
            _ => manifest.refused(error.to_string()),
        };
        let mut sessions = vec![Mutex::new(commit(builder, &bytes).map_err(refusal)?)];
        if device == Device::Cpu {
            for _ in 1..options.threads {
                sessions.push(Mutex::new(commit(new_builder()?, &bytes).map_err(refusal)?));
            }
        }
        let model = Self { manifest, sessions, turn: AtomicUsize::new(0), device };
        model.check_signature()?;
        Ok(model)
    }

    /// The device in use: `cpu` or `cuda:N`.
    #[must_use]
    pub fn device(&self) -> Device {
        self.device
    }

    /// A free session, or the next in turn once it is.
    fn session(&self) -> MutexGuard<'_, Session> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.sessions.len();
        let free = (0..count).find_map(|n| self.sessions[(turn + n) % count].try_lock().ok());
        free.unwrap_or_else(|| self.sessions[turn % count].lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn check_signature(&self) -> Result<(), RecogniseError> {
        let session = self.session();
        let inputs: Vec<&str> = session.inputs().iter().map(ort::value::Outlet::name).collect();
        let outputs: Vec<&str> = session.outputs().iter().map(ort::value::Outlet::name).collect();
        if inputs == ["image"] && outputs == ["log_probs"] {
            return Ok(());
        }
        Err(self.manifest.refused(format!(
            "it takes {inputs:?} and gives {outputs:?}, expected [\"image\"] and [\"log_probs\"]"
        )))
    }
}

impl LineModel for OnnxLineModel {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn log_probs(&self, batch: ArrayView4<'_, f32>) -> Result<Array3<f32>, RecogniseError> {
        let (lines, _, _, width) = batch.dim();
        let input = TensorRef::from_array_view(batch).map_err(RecogniseError::Inference)?;
        let mut session = self.session();
        let outputs = session.run(ort::inputs![input]).map_err(RecogniseError::Inference)?;
        let answer = outputs[0].try_extract_array::<f32>().map_err(RecogniseError::Inference)?;
        let shape = answer.shape().to_vec();
        let expected = [lines, width.div_ceil(self.manifest.stride), self.manifest.classes()];
        if shape != expected {
            let expected = format!("{expected:?} (lines, steps, classes)");
            return Err(RecogniseError::OutputShape { shape, expected });
        }
        Ok(answer.into_dimensionality::<Ix3>().expect("three axes were checked").to_owned())
    }
}

/// The model's bytes, which must be those that the manifest describes.
fn read_checked(folder: &Path, manifest: &Manifest) -> Result<Vec<u8>, RecogniseError> {
    let path = folder.join("model.onnx");
    let bytes = std::fs::read(&path).map_err(|source| RecogniseError::ModelFile { path, source })?;
    let sum = hex::encode(Sha256::digest(&bytes));
    if sum == manifest.sha256 {
        return Ok(bytes);
    }
    Err(manifest.refused(format!(
        "the checksum of model.onnx is {sum}, the manifest says {}; copy the folder again",
        manifest.sha256
    )))
}

type NewBuilder<'a> = &'a dyn Fn() -> Result<SessionBuilder, RecogniseError>;

fn choose_device(new: NewBuilder<'_>, asked: Device) -> Result<(SessionBuilder, Device), RecogniseError> {
    match asked {
        Device::Cpu => Ok((new()?, Device::Cpu)),
        Device::Cuda(number) => Ok((with_cuda(new, number)?, asked)),
        Device::Auto => match with_cuda(new, 0) {
            Ok(builder) => Ok((builder, Device::Cuda(0))),
            Err(error) => {
                tracing::info!(%error, "device auto: the processor is used");
                Ok((new()?, Device::Cpu))
            }
        },
    }
}

/// A session builder on one CUDA device, or the reason why there is none in a sentence.
fn with_cuda(new: NewBuilder<'_>, number: u32) -> Result<SessionBuilder, RecogniseError> {
    let fail = |reason: &str| Err(device_error(Device::Cuda(number), reason.to_owned()));
    if !Path::new("/proc/driver/nvidia/version").exists() && !Path::new("/dev/nvidiactl").exists() {
        return fail("this machine has no NVIDIA driver (install the card and its driver)");
    }
    if !ep::CUDA::is_available().unwrap_or(false) {
        return fail(
            "this ONNX Runtime was built without CUDA (set SOHOA_ORT_LIB to the library of the \
             onnxruntime-gpu package)",
        );
    }
    let id = i32::try_from(number)
        .map_err(|_| device_error(Device::Cuda(number), "there is no card with this number".to_owned()))?;
    let cuda = ep::CUDA::default().with_device_id(id).build().error_on_failure();
    new()?.with_execution_providers([cuda]).map_err(|e| {
        let reason = format!("ONNX Runtime refuses it ({e}); check nvidia-smi and the CUDA libraries");
        device_error(Device::Cuda(number), reason)
    })
}

fn device_error(device: Device, reason: String) -> RecogniseError {
    RecogniseError::Device { device: device.to_string(), reason }
}

/// Builds the session. Arena and memory pattern are off: widths differ from batch to batch, and an arena
/// keeps the largest of every shape for ever.
fn commit(builder: SessionBuilder, model: &[u8]) -> ort::Result<Session> {
    let arena_off = ep::CPU::default().with_arena_allocator(false).build();
    builder
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_memory_pattern(false)?
        .with_execution_providers([arena_off])?
        .commit_from_memory(model)
}
