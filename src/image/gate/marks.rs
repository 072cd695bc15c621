//! A small picture of a capture on which a person sees what is wrong.

use super::super::ImageError;
use super::super::encode::{encode_jpeg, page_for_screen};
use crate::domain::gate::Side;
use image::{Rgb, RgbImage};

/// The colour of "look at this": seen on paper, on ink and on the black of a bed.
const COLOUR: Rgb<u8> = Rgb([214, 40, 57]);
/// Thickness of a frame, share of the picture's width.
const THICK: f32 = 0.006;
/// JPEG quality of the picture.
const QUALITY: u8 = 72;

/// The capture at most `width` pixels wide, as JPEG, with a frame around each of the places (quads of the capture's
/// pixels) and a bar along the side.
///
/// # Errors
/// As [`super::super::encode_jpeg`].
pub fn mark_places(
    rgb: &RgbImage,
    places: &[[[f32; 2]; 4]],
    side: Option<Side>,
    width: u32,
) -> Result<Vec<u8>, ImageError> {
    if places.is_empty() && side.is_none() {
        return page_for_screen(rgb, width);
    }
    let factor = (rgb.width() as f32 / width.max(1) as f32).max(1.0);
    let size =
        ((rgb.width() as f32 / factor).max(1.0) as u32, (rgb.height() as f32 / factor).max(1.0) as u32);
    let mut small = image::imageops::thumbnail(rgb, size.0, size.1);
    let thick = (THICK * small.width() as f32).max(2.0);
    for place in places {
        let corners = place.map(|p| p.map(|v| v / factor));
        for i in 0..4 {
            draw_line(&mut small, corners[i], corners[(i + 1) % 4], thick);
        }
    }
    if let Some(side) = side {
        let (w, h) = (small.width() as f32 - 1.0, small.height() as f32 - 1.0);
        let (from, to) = match side {
            Side::Left => ([0.0, 0.0], [0.0, h]),
            Side::Right => ([w, 0.0], [w, h]),
            Side::Top => ([0.0, 0.0], [w, 0.0]),
            Side::Bottom => ([0.0, h], [w, h]),
        };
        draw_line(&mut small, from, to, 4.0 * thick);
    }
    encode_jpeg(&small, QUALITY)
}

fn draw_line(picture: &mut RgbImage, from: [f32; 2], to: [f32; 2], thick: f32) {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    // Places may lie far outside of the picture: what is drawn does not depend on how far.
    let steps = (dx.hypot(dy) as u32).clamp(1, 20_000);
    let reach = (thick / 2.0) as i64;
    for i in 0..=steps {
        let t = i as f32 / steps as f32;
        let (x, y) = ((from[0] + dx * t) as i64, (from[1] + dy * t) as i64);
        for yy in (y - reach).max(0)..=(y + reach).min(i64::from(picture.height()) - 1) {
            for xx in (x - reach).max(0)..=(x + reach).min(i64::from(picture.width()) - 1) {
                picture.put_pixel(xx as u32, yy as u32, COLOUR);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Limits, decode};

    #[test]
    fn places_are_framed_and_a_side_has_its_bar() {
        let page = RgbImage::from_pixel(1200, 1600, Rgb([240; 3]));
        let place = [[200.0, 400.0], [600.0, 400.0], [600.0, 800.0], [200.0, 800.0]];
        let jpeg = mark_places(&page, &[place], Some(Side::Bottom), 600).unwrap();
        let drawn = decode(&jpeg, &Limits::default()).unwrap();
        assert_eq!(drawn.dimensions(), (600, 800));
        let red = |x: u32, y: u32| drawn.get_pixel(x, y)[1] < 120;
        assert!(red(100, 300) && red(200, 200) && red(300, 798) && !red(200, 300) && !red(300, 20));
    }

    #[test]
    fn places_far_outside_do_no_harm() {
        let page = RgbImage::from_pixel(300, 300, Rgb([240; 3]));
        let far = [[-9e9, -9e9], [9e9, -9e9], [f32::NAN, 9e9], [-9e9, 9e9]];
        assert!(mark_places(&page, &[far], None, 300).is_ok());
    }
}
