//! Pictures for screens, made from the original, kept in the blob store, and made again when they are gone.

use super::accounts::blocking;
use super::{App, Error, Result};
use crate::blob::{DerivedName, Kept, Sha256Hex};
use crate::domain::Form;
use crate::image::{
    ImageError, JPEG_QUALITY, Limits, ScreenCrop, crop_for_screen, decode, encode_jpeg, page_for_screen,
};
use crate::store::Page;
use bytes::Bytes;
use tokio::sync::{Mutex, MutexGuard};

/// Widths in which pages are kept, px; what is asked for is rounded up to one of them.
const WIDTHS: [u32; 6] = [240, 480, 800, 1200, 1600, 2400];
const USUAL_WIDTH: u32 = 1600;
/// Raised when crops are cut differently, so that old ones are not shown.
const CROPS: &str = "crop1";
/// Paper shown around a field, mm.
const MARGIN_MM: f32 = 2.0;
/// Pixels of a crop for each millimetre of paper (about 300 dpi), the same for fields of one line and of six.
const PX_PER_MM: f32 = 12.0;

/// Locks that keep one picture from being made twice at once: a screen asks for thirty crops of a page in one
/// go, and the first request makes all of them.
#[derive(Debug)]
pub struct PictureLocks([Mutex<()>; 16]);

impl Default for PictureLocks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }
}

impl PictureLocks {
    pub(super) async fn of(&self, sha256: &str) -> MutexGuard<'_, ()> {
        let last = sha256.bytes().last().unwrap_or_default();
        self.0[usize::from(last) % self.0.len()].lock().await
    }
}

/// A field whose crop is wanted.
pub(super) struct CropPlan {
    pub(super) key: String,
    pub(super) quad: [[f32; 2]; 4],
    pub(super) height_mm: f32,
}

impl CropPlan {
    /// Plans the crop of a field of a form.
    pub(super) fn new(form: &Form, key: &str, quad: [[f32; 2]; 4]) -> Self {
        let height_mm = form.field(key).map_or(8.0, |field| form.field_box(field)[3]);
        Self { key: key.to_owned(), quad, height_mm }
    }

    fn options(&self) -> ScreenCrop {
        ScreenCrop {
            margin: MARGIN_MM / self.height_mm,
            height_px: ((self.height_mm + 2.0 * MARGIN_MM) * PX_PER_MM).round() as u32,
            max_width_px: 2400,
        }
    }
}

impl App {
    /// The file as it came in, with its type.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn original(&self, page_id: &str) -> Result<(String, Bytes)> {
        let page = self.page_row(page_id).await?;
        let bytes = self.original_of(&page).await?;
        Ok((page.mime, bytes))
    }

    /// The page as a JPEG of about this width (rounded up to a kept width), never enlarged.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Image`] for what cannot be decoded.
    pub async fn page_image(&self, page_id: &str, width: Option<u32>) -> Result<Bytes> {
        let page = self.page_row(page_id).await?;
        let wish = width.unwrap_or(USUAL_WIDTH);
        let width = WIDTHS.into_iter().find(|w| *w >= wish).unwrap_or(WIDTHS[WIDTHS.len() - 1]);
        let name = format!("page-{width}.jpg");
        if let Some(kept) = self.kept(&page, &name).await? {
            return Ok(kept);
        }
        let _lock = self.picture_locks.of(&page.sha256).await;
        if let Some(kept) = self.kept(&page, &name).await? {
            return Ok(kept);
        }
        let original = self.original_of(&page).await?;
        let limits = self.settings.limits.for_kept();
        let jpeg = blocking(move || page_for_screen(&decode(&original, &limits)?, width)).await??;
        let jpeg = Bytes::from(jpeg);
        self.keep(&page, &name, jpeg.clone()).await?;
        Ok(jpeg)
    }

    /// The ink of one field with some paper around it, as a JPEG.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn field_crop(&self, entry_id: &str, key: &str) -> Result<Bytes> {
        let entry = self.store.entry(entry_id).await?.ok_or(Error::NotFound("entry"))?;
        // An entry made by hand stands at no place of the form.
        let placed = entry.page_id.as_deref().filter(|_| entry.by_hand.is_none());
        let page = self.page_row(placed.ok_or(Error::NotFound("crop"))?).await?;
        let name = crop_name(entry.ordinal, key);
        if let Some(kept) = self.kept(&page, &name).await? {
            return Ok(kept);
        }
        let fields = self.store.fields(entry_id).await?;
        if !fields.iter().any(|f| f.key == key) {
            return Err(Error::NotFound("field"));
        }
        let form = self.form(page.form_id.as_deref().unwrap_or_default())?;
        let plans = fields.iter().map(|f| CropPlan::new(form, &f.key, f.quad)).collect();
        let _lock = self.picture_locks.of(&page.sha256).await;
        if let Some(kept) = self.kept(&page, &name).await? {
            return Ok(kept);
        }
        self.make_crops(&page, entry.ordinal, plans).await?;
        self.kept(&page, &name).await?.ok_or(Error::NotFound("crop"))
    }

    /// The bytes of a page as they came in, or as they were taken out of the file of many pages they came in.
    pub(super) async fn original_of(&self, page: &Page) -> Result<Bytes> {
        let picture = page.picture().ok_or(Error::NoPicture)?;
        Ok(self.blobs.get(Kept::Original, &blob_key(picture)?).await?)
    }

    pub(super) async fn kept(&self, page: &Page, name: &str) -> Result<Option<Bytes>> {
        Ok(self.blobs.get_derived(&blob_key(&page.sha256)?, &derived_name(name)?).await?)
    }

    pub(super) async fn keep(&self, page: &Page, name: &str, bytes: Bytes) -> Result<()> {
        Ok(self.blobs.put_derived(&blob_key(&page.sha256)?, &derived_name(name)?, bytes).await?)
    }

    /// Cuts and keeps the crops of an entry.
    pub(super) async fn make_crops(&self, page: &Page, ordinal: i64, plans: Vec<CropPlan>) -> Result<()> {
        let original = self.original_of(page).await?;
        let limits = self.settings.limits.for_kept();
        let crops = blocking(move || cut(&original, &limits, &plans)).await??;
        for (key, jpeg) in crops {
            self.keep(page, &crop_name(ordinal, &key), jpeg.into()).await?;
        }
        Ok(())
    }
}

/// The key of a blob from a hash that the database gave.
pub(super) fn blob_key(sha256: &str) -> Result<Sha256Hex> {
    sha256.parse().map_err(|_| Error::Broken(format!("`{sha256}` is no SHA-256")))
}

fn derived_name(name: &str) -> Result<DerivedName> {
    DerivedName::new(name).map_err(|_| Error::Broken(format!("`{name}` is no name for a derivative")))
}

fn crop_name(ordinal: i64, key: &str) -> String {
    format!("{CROPS}-{ordinal}-{key}.jpg")
}

fn cut(original: &[u8], limits: &Limits, plans: &[CropPlan]) -> Result<Vec<(String, Vec<u8>)>, ImageError> {
    let page = decode(original, limits)?;
    let cut_one = |plan: &CropPlan| {
        let crop = crop_for_screen(&page, &plan.quad, plan.options());
        Ok((plan.key.clone(), encode_jpeg(&crop, JPEG_QUALITY)?))
    };
    plans.iter().map(cut_one).collect()
}
