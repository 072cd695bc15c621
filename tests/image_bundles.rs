//! Files of many pages: what comes out of PDFs, TIFFs and ZIPs, in which order, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "support/pdf.rs"]
mod pdf;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use pdf::Page;
use sohoa::image::{
    Begun, BundleLimits, Event, Format, Identity, Limits, Place, Unpacked, decode, look_at_bundle, unpack,
};
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const COLOURS: [[u8; 3]; 4] = [[200, 40, 30], [40, 160, 60], [30, 60, 180], [240, 230, 120]];

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(name)).unwrap()
}

/// Four quarters of known colours; landscape, so that turning shows.
fn quarters(width: u32, height: u32) -> RgbImage {
    let quarter = |x, y| usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2);
    RgbImage::from_fn(width, height, |x, y| Rgb(COLOURS[quarter(x, y)]))
}

fn jpeg_of(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(picture).unwrap();
    bytes
}

fn zlib(data: &[u8]) -> Vec<u8> {
    // Stored blocks: no compressor is needed to make what a decompressor must take.
    let mut out = vec![0x78, 0x01];
    let mut chunks = data.chunks(65_535).peekable();
    while let Some(chunk) = chunks.next() {
        let length = chunk.len() as u16;
        out.push(u8::from(chunks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), &v| {
        let a = (a + u32::from(v)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn pages_after(
    bytes: &[u8],
    limits: &BundleLimits,
    after: Option<Place>,
) -> Result<Vec<Unpacked>, &'static str> {
    let mut pages = Vec::new();
    let mut sink = |event| {
        if let Event::Page(page) = event {
            pages.push(page);
        }
        ControlFlow::Continue(())
    };
    unpack(&Bytes::copy_from_slice(bytes), limits, after, &mut sink).map_err(|error| error.code())?;
    Ok(pages)
}

fn pages(bytes: &[u8]) -> Vec<Unpacked> {
    pages_after(bytes, &BundleLimits::default(), None).unwrap()
}

fn refusal(bytes: &[u8]) -> &'static str {
    let limits = BundleLimits::default();
    let looked = look_at_bundle(&Bytes::copy_from_slice(bytes), &limits);
    let code = looked.err().map(|error| error.code());
    code.unwrap_or_else(|| pages_after(bytes, &limits, None).expect_err("unpacked"))
}

fn picture(page: &Unpacked) -> RgbImage {
    decode(&page.file.as_ref().unwrap().bytes, &Limits::default()).unwrap()
}

fn codes(pages: &[Unpacked]) -> Vec<&str> {
    pages.iter().map(|page| page.file.as_ref().map_or_else(|r| r.code.as_str(), |_| "")).collect()
}

#[track_caller]
fn assert_colour(picture: &RgbImage, (x, y): (f64, f64), wanted: [u8; 3]) {
    let at = |share: f64, side: u32| (share * f64::from(side)) as u32;
    let found = picture.get_pixel(at(x, picture.width()), at(y, picture.height())).0;
    assert!(
        found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 12),
        "{found:?} at {x},{y}, wanted {wanted:?}"
    );
}

#[track_caller]
fn assert_quarters(picture: &RgbImage, wanted: [usize; 4]) {
    for (place, colour) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)].into_iter().zip(wanted) {
        assert_colour(picture, place, COLOURS[colour]);
    }
}

#[test]
fn a_scans_jpeg_comes_out_byte_for_byte() {
    let jpeg = jpeg_of(&quarters(600, 400));
    let found = pages(&pdf::file(vec![Page::scan((300, 200), pdf::jpeg((600, 400), &jpeg))], ""));
    let file = found[0].file.as_ref().unwrap();
    assert_eq!((file.header.format, &file.bytes[..]), (Format::Jpeg, &jpeg[..]));
}

#[test]
fn a_pages_rotation_turns_its_scan() {
    let jpeg = jpeg_of(&quarters(600, 400));
    let turned = |more| {
        let page = Page { more, ..Page::scan((300, 200), pdf::jpeg((600, 400), &jpeg)) };
        pages(&pdf::file(vec![page], "")).remove(0)
    };
    for (more, size, order) in [
        ("/Rotate 90", (400, 600), [2, 0, 3, 1]),
        ("/Rotate 180", (600, 400), [3, 2, 1, 0]),
        ("/Rotate 270", (400, 600), [1, 3, 0, 2]),
    ] {
        let page = turned(more);
        assert_eq!(page.file.as_ref().unwrap().header.format, Format::Jpeg, "{more}: lossless");
        assert_eq!(page.file.as_ref().unwrap().header.upright_size(), size, "{more}");
        assert_quarters(&picture(&page), order);
    }
}

#[test]
fn hidden_text_and_a_white_ground_do_not_make_a_drawing_of_a_scan() {
    let jpeg = jpeg_of(&quarters(600, 400));
    let mut page = Page::scan((300, 200), pdf::jpeg((600, 400), &jpeg));
    page.content = format!("1 1 1 rg 0 0 300 200 re f 0 0 300 200 re W n {} BT 3 Tr ET", page.content);
    assert_eq!(&pages(&pdf::file(vec![page], ""))[0].file.as_ref().unwrap().bytes[..], &jpeg[..]);
}

#[test]
fn scans_without_loss_keep_every_pixel() {
    let scan = quarters(300, 210);
    let flate = pdf::image(
        (300, 210),
        "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode",
        &zlib(scan.as_raw()),
    );
    let page = pages(&pdf::file(vec![Page::scan((150, 105), flate)], "")).remove(0);
    assert_eq!(page.file.as_ref().unwrap().header.format, Format::Png);
    assert_eq!(picture(&page), scan);
}

#[test]
fn jpeg_2000_and_fax_scans_are_decoded() {
    let jp2 = pdf::image((240, 208), "/Filter /JPXDecode", &fixture("scan.jp2"));
    let page = pages(&pdf::file(vec![Page::scan((120, 104), jp2)], "")).remove(0);
    assert_eq!(picture(&page).dimensions(), (240, 208));
    assert_quarters(&picture(&page), [0, 1, 2, 3]);
    let fax = pdf::image(
        (240, 208),
        "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode \
         /DecodeParms << /K -1 /Columns 240 /Rows 208 /BlackIs1 true >>",
        &g4_strip(),
    );
    let page = pages(&pdf::file(vec![Page::scan((120, 104), fax)], "")).remove(0);
    let found = picture(&page);
    assert_colour(&found, (0.25, 0.25), [0; 3]);
    assert_colour(&found, (0.75, 0.25), [255; 3]);
    assert_eq!(page.file.as_ref().unwrap().bytes[24], 1, "black and white takes one bit");
}

/// The one strip of `g4.tif`, whose tags stand behind it.
fn g4_strip() -> Vec<u8> {
    let tiff = fixture("g4.tif");
    let directory = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    let count = usize::from(u16::from_le_bytes([tiff[directory], tiff[directory + 1]]));
    let value = |tag: u16| {
        let entries = (0..count).map(|i| &tiff[directory + 2 + 12 * i..][..12]);
        let entry = entries.into_iter().find(|e| u16::from_le_bytes([e[0], e[1]]) == tag).unwrap();
        u32::from_le_bytes(entry[8..12].try_into().unwrap()) as usize
            & if entry[2] == 3 { 0xFFFF } else { usize::MAX }
    };
    tiff[value(273)..][..value(279)].to_vec()
}

/// A JBIG2 page of one region that is coded like Group 4 (ITU-T T.88, 7.2 and 7.4.6).
fn jbig2() -> Vec<u8> {
    let segment = |number: u32, kind: u8, data: &[u8]| {
        [&number.to_be_bytes()[..], &[kind, 0, 1], &(data.len() as u32).to_be_bytes(), data].concat()
    };
    let size = [&240_u32.to_be_bytes()[..], &208_u32.to_be_bytes()].concat();
    let page = [&size[..], &[0; 8], &[0, 0, 0]].concat();
    let region = [&size[..], &[0; 8], &[0], &[1], &g4_strip()].concat();
    [segment(0, 48, &page), segment(1, 38, &region)].concat()
}

#[test]
fn jbig2_scans_are_decoded() {
    let entries = "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode";
    let page = Page::scan((120, 104), pdf::image((240, 208), entries, &jbig2()));
    let found = picture(&pages(&pdf::file(vec![page], ""))[0]);
    // Pixels of the file are black where they are 1; this file's are inverted.
    assert_eq!(found.dimensions(), (240, 208));
    assert_ne!(found.get_pixel(60, 52), found.get_pixel(180, 52));
    assert_eq!(found.get_pixel(60, 52), found.get_pixel(180, 156));
}

#[test]
fn strips_are_put_together_at_their_own_resolution() {
    let whole = quarters(1200, 800);
    let images = (0..4).map(|i| {
        let strip = image::imageops::crop_imm(&whole, 0, i * 200, 1200, 200).to_image();
        (["A", "B", "C", "D"][i as usize], pdf::jpeg((1200, 200), &jpeg_of(&strip)))
    });
    let place =
        |i: u32| format!("q 216 0 0 36 0 {} cm /{} Do Q\n", 108 - 36 * i, ["A", "B", "C", "D"][i as usize]);
    let content = (0..4).map(place).collect();
    let page = Page { size: (216, 144), more: "", content, images: images.collect() };
    let found = picture(&pages(&pdf::file(vec![page], ""))[0]);
    assert_eq!(found.dimensions(), (1200, 800), "400 dpi");
    assert_quarters(&found, [0, 1, 2, 3]);
    for y in 0..800 {
        let [r, g, b] = found.get_pixel(300, y).0;
        assert!(r.min(g).min(b) < 120, "no seam at {y}: {r} {g} {b}");
    }
}

#[test]
fn drawn_pages_come_at_300_dpi() {
    let page = Page { more: "/Rotate 90", ..Page::drawn((216, 144), "0 0 1 rg 0 0 108 72 re f") };
    let found = picture(&pages(&pdf::file(vec![page], ""))[0]);
    assert_eq!(found.dimensions(), (600, 900));
    // Bottom left of the page, turned clockwise: top left.
    assert_colour(&found, (0.25, 0.25), [0, 0, 255]);
    assert_colour(&found, (0.75, 0.75), [255; 3]);
}

#[test]
fn a_stamp_on_a_scan_is_kept() {
    let jpeg = jpeg_of(&quarters(1200, 800));
    let mut page = Page::scan((216, 144), pdf::jpeg((1200, 800), &jpeg));
    page.content += " 1 0 1 rg 0 0 21.6 14.4 re f";
    let found = picture(&pages(&pdf::file(vec![page], ""))[0]);
    assert_eq!(found.dimensions(), (1200, 800));
    assert_colour(&found, (0.05, 0.95), [255, 0, 255]);
    assert_quarters(&found, [0, 1, 2, 3]);
}

#[test]
fn a_bad_page_is_told_and_its_neighbours_go_on() {
    let jpeg = jpeg_of(&quarters(600, 400));
    let scan = |data: &[u8]| Page::scan((300, 200), pdf::jpeg((600, 400), data));
    let huge = Page::scan((300, 200), pdf::jpeg((60_000, 40_000), &jpeg));
    let bytes =
        pdf::file(vec![scan(&jpeg), scan(&jpeg[..jpeg.len() / 2]), huge, scan(&[1; 90]), scan(&jpeg)], "");
    let found = pages(&bytes);
    assert_eq!(codes(&found), ["", "image_truncated", "image_too_many_pixels", "image_truncated", ""]);
    assert_ne!(found[0].identity, found[4].identity, "equal scans of one book are two pages");
}

#[test]
fn an_interrupted_unpacking_goes_on_behind_the_last_page() {
    let jpeg = jpeg_of(&quarters(600, 400));
    let bytes = pdf::file((0..4).map(|_| Page::scan((300, 200), pdf::jpeg((600, 400), &jpeg))).collect(), "");
    let all = pages(&bytes);
    let rest = pages_after(&bytes, &BundleLimits::default(), Some(all[1].place)).unwrap();
    assert_eq!(rest, all[2..]);
    assert_eq!(pages(&bytes), all, "the same every time");
}

#[test]
fn protected_empty_and_damaged_pdfs_are_refused() {
    let locked = "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 \
        /O <00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff> \
        /U <ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100> >>";
    assert_eq!(refusal(&pdf::file(vec![Page::drawn((216, 144), "")], locked)), "file_encrypted");
    assert_eq!(refusal(&pdf::file(vec![], "")), "file_no_pages");
    assert!(["image_damaged", "file_no_pages"].contains(&refusal(b"%PDF-1.7\nnothing more")));
    let few = BundleLimits { max_pages: 2, ..BundleLimits::default() };
    let three = pdf::file((0..3).map(|_| Page::drawn((216, 144), "")).collect(), "");
    assert_eq!(look_at_bundle(&three.into(), &few).unwrap_err().code(), "file_too_many_pages");
}

#[test]
fn a_tiffs_pages_come_in_order() {
    let found = pages(&fixture("three_pages.tif"));
    assert_eq!(found.len(), 3);
    assert_quarters(&picture(&found[0]), [0, 1, 2, 3]);
    assert_quarters(&picture(&found[2]), [3, 2, 1, 0]);
    let [r, g, b] = picture(&found[1]).get_pixel(20, 20).0;
    assert!(r == g && g == b);
}

#[test]
fn one_broken_page_of_a_tiff_spoils_no_other() {
    let mut bytes = fixture("three_pages.tif");
    let directory = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    // The first page's compression becomes one that nobody knows.
    let entry = (0..20).map(|i| directory + 2 + 12 * i).find(|at| bytes[*at..at + 2] == [3, 1]).unwrap();
    bytes[entry + 8] = 77;
    assert_eq!(codes(&pages(&bytes)), ["image_unsupported", "", ""]);
}

#[test]
fn a_file_that_breaks_off_never_passes_for_a_shorter_one() {
    let whole = fixture("three_pages.tif");
    for share in [60, 90] {
        let cut = pages(&whole[..whole.len() * share / 100]);
        assert!(cut.len() > 1 && !codes(&cut).last().unwrap().is_empty(), "{share} %: {:?}", codes(&cut));
    }
    let three = pdf::file((0..3).map(|_| Page::drawn((216, 144), "")).collect(), "");
    assert_eq!(codes(&pages(&three)), ["", "", ""]);
    let cut = pages(&three[..three.len() - 40]);
    assert!(codes(&cut).last().unwrap().len() > 3, "{:?}", codes(&cut));
}

#[test]
fn a_zips_members_come_in_the_order_in_which_people_count() {
    let picture = |level| jpeg_of(&RgbImage::from_pixel(300, 220, Rgb([level, 0, 0])));
    let (one, two, ten) = (picture(10), picture(20), picture(100));
    let zip = zipped(&[
        ("quyển 1/trang 10.jpg", &ten),
        ("quyển 1/trang 2.jpg", &two),
        ("quyển 1/Thumbs.db", b"litter"),
        ("__MACOSX/quyển 1/._trang 1.jpg", b"litter"),
        ("quyển 1/trang 1.jpg", &one),
    ]);
    let found = pages(&zip);
    let names: Vec<_> = found.iter().map(|page| page.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["quyển 1/trang 1.jpg", "quyển 1/trang 2.jpg", "quyển 1/trang 10.jpg"]);
    let files: Vec<_> = found.iter().map(|page| page.file.as_ref().unwrap().bytes.to_vec()).collect();
    assert_eq!(files, [one, two, ten]);
    assert!(found.iter().all(|page| page.identity == Identity::OwnBytes));
}

#[test]
fn a_pdf_in_a_zip_is_the_same_pages_as_the_pdf_alone() {
    let jpeg = jpeg_of(&quarters(600, 400));
    let inner = pdf::file((0..2).map(|_| Page::scan((300, 200), pdf::jpeg((600, 400), &jpeg))).collect(), "");
    let outer = zipped(&[("b.jpg", &jpeg), ("a.pdf", &inner), ("c.tif", &fixture("three_pages.tif"))]);
    let found = pages(&outer);
    assert_eq!(found.len(), 6);
    let identities = |pages: &[Unpacked]| pages.iter().map(|p| p.identity.clone()).collect::<Vec<_>>();
    assert_eq!(identities(&found[..2]), identities(&pages(&inner)));
    assert_eq!(identities(&found[3..]), identities(&pages(&fixture("three_pages.tif"))));
    for i in 0..6 {
        let rest = pages_after(&outer, &BundleLimits::default(), Some(found[i].place)).unwrap();
        assert_eq!(rest, found[i + 1..], "after {i}");
    }
}

#[test]
fn bad_members_are_told_and_the_others_go_on() {
    let good = jpeg_of(&quarters(300, 220));
    let zip = zipped(&[
        ("../a.jpg", &good),
        ("b.txt", b"So ho tich"),
        ("c.zip", &zipped(&[("x.jpg", &good)])),
        ("d.jpg", &good[..15]),
        ("e.jpg", &good),
    ]);
    let found = pages(&zip);
    assert_eq!(codes(&found), ["zip_bad_name", "image_unknown_type", "zip_nested", "image_truncated", ""]);
    assert!(matches!(found[0].identity, Identity::MemberOf(_, 0)), "{:?}", found[0].identity);
}

#[test]
fn what_is_begun_tells_by_which_name_and_identity_it_will_be_known() {
    let inner = pdf::file((0..2).map(|_| Page::drawn((216, 144), "")).collect(), "");
    let zip = Bytes::from(zipped(&[("a.pdf", &inner), ("b.jpg", &jpeg_of(&quarters(300, 220)))]));
    let (mut begun, mut done) = (Vec::new(), Vec::new());
    let mut sink = |event| {
        match event {
            Event::Begin(page) => begun.push(page),
            Event::Page(page) => done.push(page),
        }
        ControlFlow::Continue(())
    };
    unpack(&zip, &BundleLimits::default(), None, &mut sink).unwrap();
    let members: Vec<_> = begun
        .iter()
        .filter(|b| matches!(b.identity, Identity::MemberOf(..)))
        .map(|b| b.name.clone())
        .collect();
    assert_eq!(members, ["a.pdf", "b.jpg"].map(|name| Some(name.to_owned())));
    let as_begun = |page: &Unpacked| Begun {
        place: page.place,
        name: page.name.clone(),
        identity: page.identity.clone(),
    };
    assert!(done[..2].iter().all(|page| begun.contains(&as_begun(page))), "{begun:?}");
}

#[test]
fn a_member_larger_than_a_page_may_be_is_told_and_its_neighbours_go_on() {
    let good = jpeg_of(&quarters(300, 220));
    let heavy = [&good[..], &[0; 300_000]].concat();
    let scans = (0..40).map(|_| Page::scan((300, 220), pdf::jpeg((300, 220), &good))).collect();
    let book = pdf::file(scans, "");
    let page = Limits { max_bytes: 100_000, ..Limits::default() };
    assert!(book.len() > page.max_bytes && good.len() < page.max_bytes);
    let zip = zipped(&[("1.jpg", &good), ("2.jpg", &heavy), ("3.jpg", &good), ("4.pdf", &book)]);
    let found = pages_after(&zip, &BundleLimits { page, ..BundleLimits::default() }, None).unwrap();
    assert_eq!(codes(&found)[..4], ["", "image_too_many_bytes", "", ""], "a file of pages is no page");
    assert_eq!(found.len(), 43);
}

#[test]
fn a_page_unpacked_without_loss_may_be_larger_than_what_people_may_send() {
    let page = Limits { max_bytes: 500, ..Limits::default() };
    let limits = BundleLimits { page, ..BundleLimits::default() };
    let found = pages_after(&fixture("three_pages.tif"), &limits, None).unwrap();
    assert_eq!(codes(&found), ["", "", ""]);
    let bytes = &found[0].file.as_ref().unwrap().bytes;
    assert_eq!(decode(bytes, &page).unwrap_err().code(), "image_too_many_bytes");
    assert_eq!(decode(bytes, &page.for_kept()).unwrap().dimensions(), (240, 208));
}

/// A PDF of three drawn pages: objects 4, 6 and 8.
fn three_drawn() -> Vec<u8> {
    pdf::file((0..3).map(|_| Page::drawn((216, 144), "")).collect(), "")
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|w| w == from).expect("it is there");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn a_page_that_a_damaged_pdf_lost_keeps_its_place() {
    let whole = three_drawn();
    let lost = [
        // Its object is gone, by its reference or by its own head; its reference is illegible.
        (&b"[4 0 R 6 0 R 8 0 R ]"[..], &b"[4 0 R 9 0 R 8 0 R ]"[..]),
        (b"\n6 0 obj\n<< /Type /Page ", b"\nX 0 obj\n<< /Type /Page "),
        (b"[4 0 R 6 0 R 8 0 R ]", b"[4 0 R null  8 0 R ]"),
    ];
    for (from, to) in lost {
        let found = pages(&replaced(&whole, from, to));
        assert_eq!(codes(&found), ["", "page_missing", ""], "{}", String::from_utf8_lossy(to));
        assert!(matches!(found[2].identity, Identity::PageOf(_, 2)));
    }
    let counted = pages(&replaced(&whole, b"/Count 3", b"/Count 4"));
    assert_eq!(codes(&counted), ["", "", "", "page_missing"]);
}

#[test]
fn a_pdf_that_miscounts_its_pages_has_those_that_are_there() {
    let whole = three_drawn();
    for count in ["/Count 2", "/Count -1", "/Count 99", "/Kount 3"] {
        assert_eq!(codes(&pages(&replaced(&whole, b"/Count 3", count.as_bytes()))), ["", "", ""], "{count}");
    }
}

#[test]
fn code_page_437_and_unflagged_utf_8_give_readable_names() {
    let good = jpeg_of(&quarters(300, 220));
    // Ten bytes each, so that the same place in the file can be written over.
    let mut zip = zipped(&[("tr-ang.jpg", &good)]);
    let unflagged = |zip: &mut Vec<u8>, name: &[u8; 10]| {
        let plain = b"tr-ang.jpg";
        while let Some(at) = zip.windows(10).position(|w| w == plain) {
            zip[at..at + 10].copy_from_slice(name);
        }
    };
    let mut other = zip.clone();
    unflagged(&mut zip, "bìaạ.jpg".as_bytes().first_chunk::<10>().unwrap());
    assert_eq!(pages(&zip)[0].name.as_deref(), Some(&"bìaạ.jpg"[..10]));
    unflagged(&mut other, b"b\x8da123.jpg");
    assert_eq!(pages(&other)[0].name.as_deref(), Some("bìa123.jpg"));
}

#[test]
fn bombs_stop_at_their_limits() {
    let zeros = vec![0; 3 << 20];
    let zip = zipped(&[("a.png", &zeros), ("b.png", &zeros)]);
    assert!(zip.len() < 20_000);
    let page = Limits { max_bytes: 1 << 20, ..Limits::default() };
    let small = BundleLimits { max_bytes: 1 << 20, page, ..BundleLimits::default() };
    let found = pages_after(&zip, &small, None).unwrap();
    assert_eq!(codes(&found), ["image_too_many_bytes", "image_too_many_bytes"]);
    let little = BundleLimits { max_unpacked_bytes: 4 << 20, ..BundleLimits::default() };
    assert_eq!(look_at_bundle(&zip.into(), &little).unwrap_err().code(), "zip_unpacks_too_large");
}

#[test]
fn a_zip_under_a_password_is_refused() {
    let mut zip = zipped(&[("a.jpg", &jpeg_of(&quarters(300, 220)))]);
    // Bit 0 of the flags, in the member's own head and in the directory.
    let at = zip.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    zip[at + 8] |= 1;
    zip[6] |= 1;
    assert_eq!(refusal(&zip), "file_encrypted");
}
