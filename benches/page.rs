//! A whole page from JPEG bytes to readings: A4, 300 dpi, colour. `cargo bench --bench page`, one thread unless
//! `SOHOA_THREADS` says otherwise; needs ONNX Runtime (`scripts/fetch_ort`).

use criterion::{Criterion, criterion_group, criterion_main};
use image::imageops::{FilterType, resize};
use sohoa::app::PageReader;
use sohoa::app::page_reader::ReadOptions;
use sohoa::app::reading::EnginePageReader;
use sohoa::domain::Form;
use sohoa::image::{JPEG_QUALITY, Limits, decode, encode_jpeg, prepare};
use sohoa::recognise::{Device, EngineOptions, Reader};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

/// A4 at 300 dots per inch.
const WIDTH_PX: u32 = 2480;
const HEIGHT_PX: u32 = 3508;

fn page_reader() -> EnginePageReader {
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
    let reader = Reader::open(Path::new("models/line-vi"), &options).expect("run scripts/fetch_ort first");
    EnginePageReader::new(Arc::new(reader), Form::embedded())
}

/// A made page, brought to 300 dpi.
fn page() -> Vec<u8> {
    let bytes = std::fs::read("tests/fixtures/pages/page_0001.jpg").expect("fixtures are committed");
    let rgb = decode(&bytes, &Limits::default()).expect("a sound JPEG");
    let large = resize(&rgb, WIDTH_PX, HEIGHT_PX, FilterType::CatmullRom);
    encode_jpeg(&large, JPEG_QUALITY).expect("any picture can be encoded")
}

fn bench(criterion: &mut Criterion) {
    let (reader, bytes) = (page_reader(), page());
    let (form, limits) = (Form::embedded().remove(0), Limits::default());
    let rgb = decode(&bytes, &limits).expect("made above");
    let options = ReadOptions { form: Some("birth_2016"), ..ReadOptions::default() };
    criterion.bench_function("decode a page", |b| {
        b.iter(|| decode(black_box(&bytes), &limits).expect("a sound JPEG"));
    });
    criterion.bench_function("prepare a page", |b| {
        b.iter(|| prepare(black_box(&rgb), &form).expect("the page is on the form"));
    });
    criterion.bench_function("whole page", |b| {
        b.iter(|| reader.read(black_box(&bytes), &options).expect("the page is read"));
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = bench }
criterion_main!(benches);
