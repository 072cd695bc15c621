//! Pages drawn with known truth, photographed in thought, laid on the form again.

use super::mesh::Mesh;
use super::page_tests::overlap;
use super::prepare;
use super::testpage::{Print, draw, form};
use image::{DynamicImage, GrayImage, Luma, RgbImage, imageops};

/// How a page lies before a camera: degrees, the last one its slope at the spine on the left.
#[derive(Debug, Clone, Copy)]
struct Pose {
    roll: f32,
    lean: [f32; 2],
    steep: f32,
}

/// Table around the page, mm; distance and focal length of the camera, mm and pixels.
const MARGIN_MM: f32 = 24.0;
const DISTANCE_MM: f32 = 420.0;
const FOCAL_PX: f32 = 2100.0;
const PHOTO: (u32, u32) = (1500, 2000);

impl Pose {
    /// A place on the paper, mm, to the photo.
    fn project(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let decay = 30.0;
        let steps = 40;
        let (mut across, mut height) = (0.0, 0.0);
        for i in 0..steps {
            let s = x * (i as f32 + 0.5) / steps as f32;
            let slope = (self.steep * (-s.max(0.0) / decay).exp()).to_radians();
            across += x / steps as f32 * slope.cos();
            height += x / steps as f32 * slope.sin();
        }
        let mut p = [across - 105.0, y - 148.5, height];
        for (angle, (i, j)) in [(self.lean[0], (1, 2)), (self.lean[1], (0, 2)), (self.roll, (0, 1))] {
            let (sin, cos) = angle.to_radians().sin_cos();
            (p[i], p[j]) = (cos * p[i] - sin * p[j], sin * p[i] + cos * p[j]);
        }
        let near = FOCAL_PX / (DISTANCE_MM - p[2]);
        [PHOTO.0 as f32 / 2.0 + p[0] * near, PHOTO.1 as f32 / 2.0 + p[1] * near]
    }

    /// The place on the paper that a pixel shows.
    fn place(&self, pixel: [f32; 2]) -> [f32; 2] {
        let (sin, cos) = self.roll.to_radians().sin_cos();
        let per_px = DISTANCE_MM / FOCAL_PX;
        let mut at = [105.0, 148.5];
        for _ in 0..30 {
            let seen = self.project(at);
            let (dx, dy) = ((pixel[0] - seen[0]) * per_px, (pixel[1] - seen[1]) * per_px);
            at = [at[0] + 0.8 * (cos * dx + sin * dy), at[1] + 0.8 * (cos * dy - sin * dx)];
        }
        at
    }
}

fn photographed(print: &Print, pose: Pose) -> (RgbImage, Vec<[[f32; 2]; 4]>) {
    let (page, quads) = draw(&form(), print);
    let page = DynamicImage::ImageRgb8(page).into_luma8();
    let margin = (MARGIN_MM * print.px_per_mm) as u32;
    let mut desk = GrayImage::from_pixel(page.width() + 2 * margin, page.height() + 2 * margin, Luma([110]));
    imageops::replace(&mut desk, &page, i64::from(margin), i64::from(margin));
    let seen = Mesh::new(PHOTO, |pixel| pose.place(pixel).map(|mm| mm * print.px_per_mm + margin as f32));
    let photo = DynamicImage::ImageLuma8(seen.flatten(&desk, PHOTO)).into_rgb8();
    let truth = quads.iter().map(|q| q.map(|p| pose.project(p.map(|v| v / print.px_per_mm))));
    (photo, truth.collect())
}

/// The largest distance of a corner from where it should be, as a share of the quad's height.
fn worst(found: &[[f32; 2]; 4], truth: &[[f32; 2]; 4]) -> f32 {
    let distance = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let height = distance(truth[0], truth[3]);
    (0..4).map(|i| distance(found[i], truth[i]) / height).fold(0.0, f32::max)
}

fn check(photo: &RgbImage, truth: &[[[f32; 2]; 4]], angle_deg: f32) {
    let page = prepare(photo, &form()).unwrap();
    let off = (page.angle_deg - angle_deg + 180.0).rem_euclid(360.0) - 180.0;
    assert!(off.abs() < 1.5, "{} for {angle_deg}", page.angle_deg);
    assert!(page.form_confidence > 0.7, "{}", page.form_confidence);
    let wrong: Vec<String> = page
        .fields
        .iter()
        .zip(truth)
        .filter(|(f, t)| worst(&f.quad, t) > 0.4)
        .map(|(f, t)| format!("{}: {:?} not {t:?}", f.key, f.quad))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_leaning_curved_page_is_laid_on_its_form() {
    let print = Print { label_scale: 1.04, ..Print::default() };
    let (photo, truth) = photographed(&print, Pose { roll: 3.0, lean: [14.0, -9.0], steep: 28.0 });
    check(&photo, &truth, 3.0);
}

/// The page maker's own camera, light and paper: another hand than this file's.
#[test]
fn a_made_photo_is_laid_on_its_form() {
    let truth: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/fixtures/photos/page_0001.json")).unwrap();
    let bytes = include_bytes!("../../tests/fixtures/photos/page_0001.jpg");
    let photo = image::load_from_memory(bytes).unwrap().into_rgb8();
    let page = prepare(&photo, &form()).unwrap();
    let fields = truth["entries"][0]["fields"].as_array().unwrap();
    let wrong: Vec<&str> = page
        .fields
        .iter()
        .zip(fields)
        .filter(|(found, wanted)| {
            let quad: [[f32; 2]; 4] = serde_json::from_value(wanted["quad"].clone()).unwrap();
            overlap(&found.quad, &quad) < 0.7
        })
        .map(|(found, _)| found.key.as_str())
        .collect();
    assert!(wrong.len() <= 1, "{wrong:?}");
}

#[test]
fn a_photo_upside_down_is_the_same_page() {
    let (photo, truth) =
        photographed(&Print::default(), Pose { roll: -2.0, lean: [-10.0, 6.0], steep: 15.0 });
    let (w, h) = (PHOTO.0 as f32 - 1.0, PHOTO.1 as f32 - 1.0);
    let turned: Vec<_> = truth.iter().map(|q| q.map(|[x, y]| [w - x, h - y])).collect();
    check(&imageops::rotate180(&photo), &turned, 178.0);
}

#[test]
fn pictures_without_a_page_are_laid_somewhere_and_nobody_is_sure() {
    for (width, height) in [(1, 1), (3, 900), (2000, 7), (64, 64)] {
        let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 7 + y * 13) as u8; 3]));
        let page = prepare(&picture, &form()).unwrap();
        assert!(!page.is_surely_scan(), "{width}×{height}: {}", page.form_confidence);
        assert!(page.fields.iter().all(|f| f.quad.iter().flatten().all(|v| v.is_finite())));
    }
}

#[test]
fn scans_turned_by_quarters_are_upright_pages() {
    let (scan, truth) = draw(&form(), &Print { angle_deg: 0.8, ..Print::default() });
    let right = scan.height() as f32 - 1.0;
    let turned: Vec<_> = truth.iter().map(|q| q.map(|[x, y]| [right - y, x])).collect();
    check(&imageops::rotate90(&scan), &turned, 90.8);
    let below = scan.width() as f32 - 1.0;
    let turned: Vec<_> = truth.iter().map(|q| q.map(|[x, y]| [y, below - x])).collect();
    check(&imageops::rotate270(&scan), &turned, -89.2);
}
