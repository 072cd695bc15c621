//! Small PDFs for tests, written by hand so that every byte is known.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its own part")]

/// One page: its size in units of 1/72 inch, further entries of its dictionary, its drawing, its images by name.
pub struct Page<'a> {
    pub size: (u32, u32),
    pub more: &'a str,
    pub content: String,
    pub images: Vec<(&'a str, Vec<u8>)>,
}

impl Page<'_> {
    /// One image over the whole page.
    pub fn scan(size: (u32, u32), image: Vec<u8>) -> Self {
        let content = format!("q {} 0 0 {} 0 0 cm /Im0 Do Q", size.0, size.1);
        Self { size, more: "", content, images: vec![("Im0", image)] }
    }

    /// Nothing but drawing.
    pub fn drawn(size: (u32, u32), content: &str) -> Self {
        Self { size, more: "", content: content.into(), images: Vec::new() }
    }
}

/// A stream object.
pub fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).into_bytes();
    object.extend_from_slice(data);
    object.extend_from_slice(b"\nendstream");
    object
}

/// An image object.
pub fn image(size: (u32, u32), entries: &str, data: &[u8]) -> Vec<u8> {
    let (width, height) = size;
    stream(&format!("/Type /XObject /Subtype /Image /Width {width} /Height {height} {entries}"), data)
}

/// A JPEG as an RGB image.
pub fn jpeg(size: (u32, u32), data: &[u8]) -> Vec<u8> {
    image(size, "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode", data)
}

/// A whole file. `trailer` is added to its trailer.
pub fn file(pages: Vec<Page<'_>>, trailer: &str) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), Vec::new()];
    let mut kids = String::new();
    for page in pages {
        let mut names = String::new();
        for (name, image) in page.images {
            objects.push(image);
            names += &format!("/{name} {} 0 R ", objects.len());
        }
        objects.push(stream("", page.content.as_bytes()));
        let content = objects.len();
        let (width, height) = page.size;
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {content} 0 R {} \
                 /Resources << /XObject << {names}>> >> >>",
                page.more
            )
            .into_bytes(),
        );
        kids += &format!("{} 0 R ", objects.len());
    }
    objects[1] =
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", kids.matches('R').count()).into_bytes();
    joined(&objects, trailer)
}

fn joined(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", bytes.len());
        bytes.extend(format!("{} 0 obj\n", i + 1).into_bytes());
        bytes.extend_from_slice(object);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(table.into_bytes());
    let size = objects.len() + 1;
    bytes.extend(
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n")
            .into_bytes(),
    );
    bytes
}
