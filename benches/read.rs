//! Reading lines: one, and the thirty of a page. `cargo bench --bench read`, one thread unless
//! `SOHOA_THREADS` says otherwise; needs ONNX Runtime (`scripts/fetch_ort`).

use criterion::{Criterion, criterion_group, criterion_main};
use image::GrayImage;
use sohoa::domain::{FieldKind, Form};
use sohoa::image::{Limits, decode, prepare};
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
    criterion.bench_function("read thirty lines", |b| {
        b.iter(|| reader.read_fields(black_box(&thirty)).expect("the model runs"));
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = bench }
criterion_main!(benches);
