//! The steps from JPEG bytes to line pictures: an A4 scan of 300 dpi in colour, and a photo of 12 megapixels that
//! shows a leaning, curved page; one thread. `cargo bench --bench prepare`.

use criterion::{Criterion, criterion_group, criterion_main};
use image::imageops::{FilterType, resize};
use sohoa::domain::Form;
use sohoa::image::{
    AnyWay, JPEG_QUALITY, Limits, ScreenCrop, Upright, crop_for_screen, decode, encode_jpeg, page_for_screen,
    prepare, prepare_scan,
};
use std::hint::black_box;

/// A4 at 300 dots per inch.
const WIDTH_PX: u32 = 2480;
const HEIGHT_PX: u32 = 3508;

fn page() -> Vec<u8> {
    let bytes = std::fs::read("tests/fixtures/pages/page_0001.jpg").expect("fixtures are committed");
    let rgb = decode(&bytes, &Limits::default()).expect("a sound JPEG");
    let large = resize(&rgb, WIDTH_PX, HEIGHT_PX, FilterType::CatmullRom);
    encode_jpeg(&large, JPEG_QUALITY).expect("encodes")
}

fn steps(criterion: &mut Criterion) {
    let form = Form::embedded().remove(0);
    let bytes = page();
    let rgb = decode(&bytes, &Limits::default()).expect("a sound JPEG");
    let upright = Upright::new(&rgb, &form);
    let layout = upright.lay_out(&form);
    let mut group = criterion.benchmark_group("a4_300dpi");
    group.sample_size(20);
    group.bench_function("decode", |b| b.iter(|| decode(black_box(&bytes), &Limits::default())));
    group.bench_function("illumination_and_deskew", |b| b.iter(|| Upright::new(black_box(&rgb), &form)));
    group.bench_function("alignment", |b| b.iter(|| black_box(&upright).lay_out(&form)));
    group.bench_function("crops", |b| b.iter(|| upright.cut(&form, black_box(&layout))));
    group.bench_function("prepare", |b| b.iter(|| prepare(black_box(&rgb), &form)));
    group.bench_function("screen_page", |b| b.iter(|| page_for_screen(black_box(&rgb), 1600)));
    let fields = upright.cut(&form, &layout);
    group.bench_function("screen_crop", |b| {
        b.iter(|| crop_for_screen(black_box(&rgb), &fields[3].quad, ScreenCrop::default()));
    });
    group.finish();
}

/// What a photo costs beside what a scan costs: `look` is measured once for all forms.
fn photo_steps(criterion: &mut Criterion) {
    let form = Form::embedded().into_iter().find(|f| f.id == "birth_2016").expect("the form is embedded");
    let bytes = std::fs::read("tests/fixtures/photos/page_0001.jpg").expect("fixtures are committed");
    let small = decode(&bytes, &Limits::default()).expect("a sound JPEG");
    let rgb = resize(&small, 3024, 4032, FilterType::CatmullRom);
    let any_way = AnyWay::new(&rgb);
    black_box(any_way.likeness(&form));
    let mut group = criterion.benchmark_group("photo_12mp");
    group.sample_size(10);
    group.bench_function("as_scan", |b| b.iter(|| prepare_scan(black_box(&rgb), &form)));
    group.bench_function("look_and_shape", |b| b.iter(|| AnyWay::new(black_box(&rgb)).likeness(&form)));
    group.bench_function("likeness_of_a_form", |b| b.iter(|| black_box(&any_way).likeness(&form)));
    group.bench_function("flatten_align_crop", |b| b.iter(|| black_box(&any_way).prepare(&form)));
    group.bench_function("prepare", |b| b.iter(|| prepare(black_box(&rgb), &form)));
    group.finish();
}

criterion_group!(benches, steps, photo_steps);
criterion_main!(benches);
