//! Reading lines: one, and the thirty of a page. `cargo bench --bench read`, one thread unless
//! `SOHOA_THREADS` says otherwise; needs ONNX Runtime (`scripts/fetch_ort`).

use criterion::{Criterion, criterion_group, criterion_main};
use image::GrayImage;
use ndarray::Axis;
use sohoa::domain::{FieldKind, Form};
use sohoa::image::{Limits, decode, prepare};
use sohoa::recognise::preprocess::{batch, prepare_line};
use sohoa::recognise::{Device, EngineOptions, FieldInput, Reader};
use std::hint::black_box;
use std::path::Path;

fn reader() -> Reader {
    let threads = std::env::var("SOHOA_THREADS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .expect("the first pool of the process");
    let options = EngineOptions {
        ort_lib: std::env::var_os("SOHOA_ORT_LIB").map(Into::into),
        device: Device::Cpu,
        threads,
        ..EngineOptions::default()
    };
    Reader::open(Path::new("models/line-vi"), &options).expect("run scripts/fetch_ort first")
}

/// The lines of a made page, as they come off it.
fn lines() -> Vec<GrayImage> {
    let bytes = std::fs::read("tests/fixtures/pages/page_0001.jpg").expect("fixtures are committed");
    let rgb = decode(&bytes, &Limits::default()).expect("a sound JPEG");
    let page = prepare(&rgb, &Form::embedded()[0]).expect("the fixture is on the form");
    let lines: Vec<GrayImage> = page.fields.into_iter().flat_map(|field| field.lines).collect();
    lines.into_iter().cycle().take(30).collect()
}

fn bench(criterion: &mut Criterion) {
    let (reader, lines) = (reader(), lines());
    let field = |line| FieldInput { kind: FieldKind::Place, lines: std::slice::from_ref(line) };
    let one = [field(lines.iter().max_by_key(|line| line.width()).expect("thirty lines"))];
    let thirty: Vec<FieldInput> = lines.iter().map(field).collect();
    criterion.bench_function("read one line", |b| {
        b.iter(|| reader.read_fields(black_box(&one)).expect("the model runs"));
    });
    bench_decoding(criterion, &reader, one[0].lines);
    criterion.bench_function("read thirty lines", |b| {
        b.iter(|| reader.read_fields(black_box(&thirty)).expect("the model runs"));
    });
}

/// Decoding alone: the widest line as an address, a name, a date and running text.
fn bench_decoding(criterion: &mut Criterion, reader: &Reader, line: &[GrayImage]) {
    let manifest = reader.model().manifest();
    let prepared = prepare_line(&line[0], manifest);
    let log_probs =
        reader.model().log_probs(batch(&[&prepared], 0, manifest).view()).expect("the model runs");
    let steps = log_probs.index_axis(Axis(0), 0);
    for kind in
        [FieldKind::Place, FieldKind::PersonName, FieldKind::Date, FieldKind::Ethnicity, FieldKind::FreeText]
    {
        criterion.bench_function(&format!("decode {kind}, {} steps", steps.nrows()), |b| {
            b.iter(|| reader.decoder().read(black_box(&steps), kind, manifest));
        });
    }
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = bench }
criterion_main!(benches);
