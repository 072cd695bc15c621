//! Every refusal as a sentence: what is wrong and what to do.

use super::{Error, Lang};
use crate::app;
use crate::domain::gate::{Finding, Side};
use crate::domain::review::{FieldProblemKind, Refusal};
use crate::domain::value::ValueError;
use crate::exchange::inventory::InventoryError;
use crate::image::ImageError;

/// The sentence for an error.
#[must_use]
pub fn sentence(error: &Error, lang: Lang) -> String {
    match error {
        Error::App(app::Error::Refused(Refusal::Unfinished { open, unread })) => match lang {
            Lang::Vi => format!(
                "Quyển này còn {open} trường hợp chưa kiểm tra xong và {unread} trang chưa đọc. Hãy làm xong rồi mới nghiệm thu hoặc phê duyệt."
            ),
            Lang::En => format!(
                "{open} entries are not verified and {unread} pages not read yet. Finish them before the book is accepted or approved."
            ),
        },
        Error::App(app::Error::Refused(Refusal::NeedsReason { rejected })) => match lang {
            Lang::Vi => format!(
                "Có {rejected} trang hoặc tệp bị trả lại vì hỏng. Hãy ghi lý do nếu vẫn nghiệm thu không có các trang đó."
            ),
            Lang::En => format!(
                "{rejected} pages or files were rejected as damaged or bad scans. Give a reason to accept the book without them."
            ),
        },
        Error::App(app::Error::Inventory(InventoryError::NoHeadings(missing))) => match lang {
            Lang::Vi => format!(
                "Không thấy dòng tiêu đề của danh sách sổ; còn thiếu cột: {}. Hãy dùng tệp mẫu.",
                missing.join(", ")
            ),
            Lang::En => format!(
                "No row of headings was found; missing columns: {}. Use the empty workbook offered.",
                missing.join(", ")
            ),
        },
        Error::TooLarge { max_bytes }
        | Error::App(app::Error::Image(ImageError::TooManyBytes { limit_bytes: max_bytes, .. })) => {
            let max_mb = max_bytes / (1 << 20);
            match lang {
                Lang::Vi => format!(
                    "Tệp quá lớn: tối đa {max_mb} MB. Hãy quét lại ở 300 dpi hoặc nén JPEG rồi tải lên."
                ),
                Lang::En => {
                    format!("The file is too large: at most {max_mb} MB. Scan at 300 dpi or use JPEG.")
                }
            }
        }
        other => of_code(other.code(), lang).to_owned(),
    }
}

/// The sentence for a stable word: an error's code, or the reason why a page was rejected.
#[must_use]
pub fn of_code(code: &str, lang: Lang) -> &'static str {
    let (vi, en) = of_image(code)
        .or_else(|| of_refusal(code))
        .or_else(|| of_book(code))
        .or_else(|| of_lot(code))
        .or_else(|| of_request(code))
        .unwrap_or((
            "Máy chủ gặp lỗi. Hãy thử lại; nếu vẫn lỗi, gửi mã bên dưới cho quản trị viên.",
            "The server failed. Try again; if it fails again, send the id below to the administrator.",
        ));
    lang.pick(vi, en)
}

/// What is wrong with a capture, with the side or the page that it concerns.
#[must_use]
pub fn of_finding(finding: &Finding, lang: Lang) -> String {
    let whole = of_code(finding.reason.as_str(), lang);
    match (finding.side, finding.page) {
        (Some(side), _) => {
            let (vi, en) = match side {
                Side::Left => ("Mép trái", "Left edge"),
                Side::Right => ("Mép phải", "Right edge"),
                Side::Top => ("Mép trên", "Top edge"),
                Side::Bottom => ("Mép dưới", "Bottom edge"),
            };
            format!("{}: {whole}", lang.pick(vi, en))
        }
        (None, Some(page)) => format!("{whole} ({} {page})", lang.pick("trang", "page")),
        (None, None) if finding.places.is_empty() => whole.to_owned(),
        (None, None) => {
            format!("{whole} {}", lang.pick("Chỗ hỏng được khoanh đỏ.", "The place is framed in red."))
        }
    }
}

fn of_image(code: &str) -> Option<(&'static str, &'static str)> {
    of_picture(code).or_else(|| of_file(code)).or_else(|| of_reading(code)).or_else(|| of_capture(code))
}

fn of_picture(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "image_empty" => (
            "Tệp rỗng (0 byte). Hãy quét lại hoặc chọn tệp khác.",
            "The file is empty (0 bytes). Scan again or choose another file.",
        ),
        "image_unknown_type" => (
            "Tệp này không phải ảnh, PDF hay ZIP, dù tên tệp ghi thế nào. Hãy tải lên bản quét JPEG, PNG, TIFF, WebP hoặc PDF.",
            "This file is no image, PDF or ZIP, whatever its name says. Upload a JPEG, PNG, TIFF, WebP or PDF scan.",
        ),
        "image_too_many_bytes" => (
            "Tệp quá lớn. Hãy quét lại ở 300 dpi hoặc lưu dạng JPEG rồi tải lên.",
            "The file is too large. Scan at 300 dpi or save as JPEG.",
        ),
        "image_too_many_pixels" => (
            "Ảnh có quá nhiều điểm ảnh. Hãy quét lại ở 300 dpi.",
            "The image has too many pixels. Scan again at 300 dpi.",
        ),
        "image_too_long" => (
            "Ảnh quá dài hoặc quá rộng so với một trang sổ. Hãy quét từng trang một.",
            "The image is too long or wide for a register page. Scan page by page.",
        ),
        "image_too_small" => (
            "Ảnh quá nhỏ, không đọc được chữ. Hãy quét lại ở 300 dpi.",
            "The image is too small to read. Scan again at 300 dpi.",
        ),
        "image_truncated" => (
            "Ảnh bị cụt: tệp kết thúc trước khi hết trang. Hãy tải lại hoặc quét lại trang này.",
            "The image is cut off: the file ends before the page does. Upload or scan this page again.",
        ),
        "image_damaged" => (
            "Ảnh bị hỏng, không mở được. Hãy quét lại trang này.",
            "The image is damaged. Scan this page again.",
        ),
        "image_unsupported" => (
            "Loại ảnh này chưa dùng được. Hãy lưu lại thành JPEG hoặc PNG thường.",
            "This sort of image is not supported. Save it as an ordinary JPEG or PNG.",
        ),
        _ => return None,
    })
}

fn of_file(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "file_encrypted" => (
            "Tệp có mật khẩu nên không mở được. Hãy bỏ mật khẩu rồi tải lên lại.",
            "The file is protected by a password. Remove the password and upload it again.",
        ),
        "file_no_pages" => (
            "Tệp không có trang nào. Hãy kiểm tra tệp rồi tải lên lại.",
            "The file has no pages. Check it and upload it again.",
        ),
        "file_several_pages" => (
            "Tệp có nhiều trang, mà ở đây chỉ nhận một trang.",
            "The file has several pages; one is wanted here.",
        ),
        "file_too_many_pages" => (
            "Tệp có quá nhiều trang. Hãy tách thành nhiều tệp, mỗi tệp một quyển.",
            "The file has too many pages. Split it, one file for each book.",
        ),
        "file_too_slow" => (
            "Tách tệp này mất quá nhiều thời gian nên đã dừng lại; các trang tách được trước đó vẫn còn. Hãy xuất phần còn lại thành ảnh JPEG hoặc thành nhiều tệp nhỏ rồi tải lên.",
            "Taking this file apart takes too long and was stopped; pages that came out before are kept. Export the rest as JPEG images or as several smaller files.",
        ),
        "file_output_too_large" => (
            "Các trang tách từ tệp này quá nặng nên đã dừng lại; các trang tách được trước đó vẫn còn. Hãy xuất phần còn lại ở 300 dpi, dạng JPEG, thành nhiều tệp nhỏ rồi tải lên.",
            "The pages in this file are too heavy and it was stopped; pages that came out before are kept. Export the rest at 300 dpi as JPEG, in several smaller files.",
        ),
        "file_failed" => (
            "Máy chủ chưa tách được tệp này sau nhiều lần thử. Hãy bấm “Thử lại”; nếu vẫn không được, báo quản trị viên.",
            "The server could not take this file apart after many tries. Press “Try again”; if that fails too, tell the administrator.",
        ),
        "file_too_hard" => (
            "Không tách được tệp này thành trang: tệp hỏng hoặc quá phức tạp. Hãy xuất lại từ máy quét, hoặc tải ảnh từng trang.",
            "This file cannot be taken apart: it is damaged or too complex. Export it again, or upload single images.",
        ),
        "page_too_hard" => (
            "Trang này trong tệp quá nặng hoặc hỏng nên không mở được. Hãy quét lại trang này ở 300 dpi.",
            "This page of the file is damaged or too heavy to open. Scan this page again at 300 dpi.",
        ),
        "page_missing" => (
            "Tệp ghi có trang này nhưng trang không còn trong tệp (tệp hỏng). Hãy xuất lại tệp từ máy quét, hoặc tải ảnh riêng của trang này.",
            "The file counts this page but does not hold it (it is damaged). Export it again, or upload an image of this page.",
        ),
        "page_without_picture" => (
            "Trang này không có ảnh để đọc. Hãy quét lại và tải lên trang này.",
            "This page has no picture to read. Scan and upload it again.",
        ),
        "zip_unpacks_too_large" => (
            "Tệp ZIP giải nén ra quá lớn. Hãy chia thành nhiều tệp ZIP nhỏ hơn.",
            "The ZIP unpacks to too many bytes. Split it into smaller ones.",
        ),
        "zip_bad_name" => (
            "Tên tệp trong ZIP không hợp lệ (dẫn ra ngoài thư mục). Hãy nén lại từ một thư mục bình thường.",
            "A name in the ZIP leads out of its folder. Pack it again from an ordinary folder.",
        ),
        "zip_nested" => (
            "Trong ZIP có một tệp ZIP khác. Hãy giải nén tệp đó rồi tải lên riêng.",
            "There is a ZIP within the ZIP. Unpack it and upload it on its own.",
        ),
        _ => return None,
    })
}

fn of_reading(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "form_unusable" => (
            "Biểu mẫu thiếu dữ liệu nên không tìm được ô. Hãy báo quản trị viên.",
            "The form lacks data, so no fields can be found. Tell the administrator.",
        ),
        "form_not_found" => (
            "Không nhận ra biểu mẫu của trang. Hãy kiểm tra trang có đủ và đúng loại sổ không, rồi quét lại hoặc yêu cầu đọc tiếp.",
            "The page fits no known form. Check that it is whole and of this kind of book; scan again or insist.",
        ),
        "too_blurred" => (
            "Ảnh bị mờ. Hãy quét lại, hoặc yêu cầu đọc tiếp nếu sổ vốn như vậy.",
            "The image is blurred. Scan again, or insist if the register is like that.",
        ),
        "resolution_too_low" => (
            "Ảnh quét quá thô. Hãy quét lại ở 300 dpi, hoặc yêu cầu đọc tiếp nếu không quét lại được.",
            "The resolution is too low. Scan again at 300 dpi, or insist if that is not possible.",
        ),
        "too_faint" => (
            "Chữ quá mờ nhạt. Hãy quét lại đậm hơn, hoặc yêu cầu đọc tiếp nếu sổ vốn như vậy.",
            "The writing is too faint. Scan darker, or insist if the register is like that.",
        ),
        _ => return None,
    })
}

fn of_capture(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "too_dark" => (
            "Ảnh quá tối. Hãy chụp lại ở chỗ sáng hoặc chỉnh sáng máy quét.",
            "The image is too dark. Capture it again with more light.",
        ),
        "burnt_out" => (
            "Ảnh bị loá, nét chữ mất trong vùng trắng. Hãy chụp lại, tránh đèn chiếu thẳng hoặc giảm độ sáng máy quét.",
            "The image is burnt out: writing is lost in white. Capture it again without direct light, or scan darker.",
        ),
        "cut_off" => (
            "trang bị cắt mất chữ. Hãy đặt lại cho đủ trang rồi quét lại.",
            "writing is cut off. Place the page so that all of it shows and scan again.",
        ),
        "finger" => (
            "Ngón tay che chữ. Hãy chụp lại, giữ trang ở chỗ không có chữ.",
            "A finger covers writing. Capture it again and hold the page where nothing is written.",
        ),
        "folded_corner" => (
            "Góc trang bị gập, che mất chữ. Hãy vuốt thẳng góc trang rồi quét lại.",
            "A corner is folded over and hides writing. Smooth it out and scan again.",
        ),
        "blank_page" => (
            "Trang trắng, không có chữ viết. Nếu sổ có trang trắng thật, hãy yêu cầu giữ; nếu không, hãy quét lại.",
            "Nothing is written on this page. If the register has a blank page here, insist; else scan again.",
        ),
        "same_page_twice" => (
            "Trang này đã có trong quyển. Nếu đúng là trang khác, hãy yêu cầu đọc tiếp.",
            "The book has this page already. If it is another page after all, insist.",
        ),
        "page_of_other_book" => (
            "Trang này thuộc loại sổ khác. Hãy kiểm tra xem có chọn nhầm quyển không.",
            "This page belongs to another kind of register. Check that you chose the right book.",
        ),
        "same_picture" => (
            "Đây vẫn là ảnh cũ. Hãy quét lại trang rồi chọn ảnh mới.",
            "This is the same picture again. Scan the page once more and choose the new picture.",
        ),
        _ => return None,
    })
}

fn of_refusal(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "not_signed_in" => (
            "Bạn chưa đăng nhập hoặc phiên đã hết. Hãy đăng nhập lại.",
            "You are not signed in, or the session has ended. Sign in again.",
        ),
        "wrong_password" => ("Sai tên đăng nhập hoặc mật khẩu.", "Wrong user name or password."),
        "too_many_attempts" => (
            "Đăng nhập sai quá nhiều lần. Hãy đợi một phút rồi thử lại.",
            "Too many attempts. Wait a minute and try again.",
        ),
        "not_allowed" => ("Tài khoản của bạn không có quyền làm việc này.", "Your account may not do this."),
        "not_found" => {
            ("Không có mục này. Có thể đường dẫn sai.", "There is nothing here. The address may be wrong.")
        }
        "same_person" => (
            "Việc này phải do người khác làm: bạn đã tự nhập hoặc kiểm tra trường hợp này.",
            "Another person must do this: you typed or checked this entry yourself.",
        ),
        "lease_lost" => (
            "Trường hợp này không còn giao cho bạn. Hãy lấy trường hợp khác; phần đã lưu nháp vẫn còn.",
            "This entry is no longer yours. Take another one; your saved draft is kept.",
        ),
        "wrong_state" => (
            "Trạng thái đã thay đổi nên không làm được việc này. Hãy tải lại trang.",
            "The state has changed, so this is not possible. Reload the page.",
        ),
        "bad_fields" | "bad_input" => (
            "Có ô chưa đúng. Hãy sửa các ô được đánh dấu.",
            "Some values are not right. Mend those that are marked.",
        ),
        _ => return None,
    })
}

fn of_lot(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "needs_lot" => (
            "Dự án này nghiệm thu theo lô, bằng mẫu ngẫu nhiên. Hãy đưa quyển vào một lô.",
            "This project accepts by lots, from a random sample. Put the book into a lot.",
        ),
        "no_sampling" => (
            "Dự án này nghiệm thu cả quyển, không lấy mẫu. Quản trị viên có thể bật lấy mẫu.",
            "This project accepts whole books without a sample. An administrator can turn sampling on.",
        ),
        "lot_mixed" => (
            "Một lô chỉ gồm các quyển cùng loại sổ và cùng đơn vị thực hiện. Hãy bỏ bớt quyển.",
            "A lot holds books of one kind and one contractor only. Leave some out.",
        ),
        "lot_again_and_first" => (
            "Quyển từng bị trả lại phải kiểm tra thành lô riêng. Hãy tách các quyển đó ra.",
            "Books that were sent back make a lot of their own. Take them apart.",
        ),
        "inspection_stopped" => (
            "Đã dừng nhận lô của đơn vị này vì quá nhiều lô không đạt. Hãy ghi biện pháp khắc phục trước.",
            "Lots of this contractor are not taken: too many were sent back. Record first what was improved.",
        ),
        "inspection_not_stopped" => (
            "Đơn vị này không bị dừng nhận lô nên không cần ghi biện pháp khắc phục.",
            "Lots of this contractor are being taken, so there is nothing to record.",
        ),
        "no_sampling_plan" => (
            "Tiêu chuẩn không có phương án lấy mẫu cho lô này. Hãy chọn mức chất lượng khác hoặc đổi số quyển.",
            "The norm has no sampling plan for this lot. Choose another quality limit or other books.",
        ),
        "not_under_inspection" => (
            "Trường hợp này không còn chờ kiểm tra mẫu. Hãy tải lại trang.",
            "This entry no longer waits for inspection. Reload the page.",
        ),
        "overlooked" => (
            "Ít nhất một ô hiển thị sai mà chưa được đánh dấu. Hãy xem lại từng ô của trường hợp này với nét chữ trên sổ.",
            "At least one field shown is wrong and was not marked. Look at every field of this entry against the ink again.",
        ),
        _ => return None,
    })
}

fn of_book(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "wrong_book_state" => (
            "Quyển đã chuyển sang bước khác nên không làm được việc này. Hãy tải lại trang.",
            "The book has moved on, so this is not possible. Reload the page.",
        ),
        "wrong_bundle_state" => (
            "Tệp này không bị trả lại nên không cần thử lại hay bỏ. Hãy tải lại trang.",
            "This file was not refused, so there is nothing to try again or give up. Reload the page.",
        ),
        "wrong_page_state" => (
            "Trang này không ở trạng thái bị trả lại nên không cần yêu cầu đọc tiếp.",
            "This page was not rejected, so there is nothing to insist on.",
        ),
        "book_closed" => (
            "Quyển đã nghiệm thu nên không nhận thêm trang.",
            "The book is accepted and takes no more pages.",
        ),
        "empty_book" => (
            "Quyển chưa có trường hợp nào. Hãy tải trang lên trước.",
            "The book has no entries. Upload pages first.",
        ),
        "unchecked_notes" => (
            "Còn ghi chú bên lề chưa có người thứ hai kiểm tra. Hãy mở danh sách trường hợp và kiểm tra các ghi chú đó.",
            "Notes beside entries wait for a second person. Open the list of entries and check them.",
        ),
        "unfinished" => ("Quyển chưa xong.", "The book is not finished."),
        "needs_reason" => ("Cần ghi lý do.", "A reason is needed."),
        "book_exists" => (
            "Quyển này (loại sổ, năm mở, số quyển, nơi đăng ký) đã có.",
            "This book (kind, year, number, office) is there already.",
        ),
        "no_workbook" => (
            "Loại sổ này chưa có mẫu tệp Excel 158 nên chưa xuất được. Quyển vẫn ở trạng thái đã duyệt, không mất gì.",
            "There is no 158 workbook for this kind of register yet. The book stays approved; nothing is lost.",
        ),
        "no_inventory_workbook" => (
            "Tệp này không phải tệp Excel (.xlsx), hoặc bị hỏng. Hãy lưu lại dưới dạng .xlsx rồi gửi lại.",
            "This is no Excel workbook (.xlsx), or a damaged one. Save it as .xlsx and send it again.",
        ),
        "inventory_too_large" => (
            "Danh sách quá lớn. Hãy chia thành nhiều tệp, mỗi tệp tối đa 20.000 dòng.",
            "The list is too large. Split it into workbooks of at most 20,000 rows.",
        ),
        "page_elsewhere" => (
            "Ảnh này đã có trong quyển khác. Hãy kiểm tra xem có chọn nhầm quyển không.",
            "This image is in another book already. Check that you chose the right book.",
        ),
        _ => return None,
    })
}

fn of_request(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "foreign_form" => (
            "Yêu cầu bị từ chối vì không đến từ trang này. Hãy tải lại trang.",
            "Refused: the request did not come from this site. Reload the page.",
        ),
        "bad_request" => (
            "Yêu cầu không đúng dạng. Hãy tải lại trang rồi thử lại.",
            "The request is malformed. Reload the page and try again.",
        ),
        "broken_off" => (
            "Đường truyền bị ngắt khi đang tải lên. Hãy tải lại tệp này.",
            "The line broke during the upload. Upload this file again.",
        ),
        "upload_stalled" => (
            "Đường truyền quá chậm hoặc bị ngắt, máy chủ không nhận thêm được gì. Hãy tải lại tệp này.",
            "The line is too slow or broken; nothing more arrived. Upload this file again.",
        ),
        "cannot_unpack" => (
            "Máy chủ chưa mở được tệp nhiều trang lúc này nên chưa nhận tệp. Hãy thử lại sau ít phút; nếu vẫn lỗi, báo quản trị viên.",
            "The server cannot open files of many pages just now, so the file was not taken. Try again in a few minutes; if it fails again, tell the administrator.",
        ),
        "no_such_method" => {
            ("Địa chỉ này không nhận loại yêu cầu đó.", "This address does not take that kind of request.")
        }
        "busy" => (
            "Máy chủ đang bận. Việc này chưa được ghi; hãy thử lại sau ít giây.",
            "The server is busy. This was not recorded; try again in a few seconds.",
        ),
        "not_ready" => (
            "Máy chủ chưa sẵn sàng. Hãy thử lại sau ít giây.",
            "The server is not ready yet. Try again in a few seconds.",
        ),
        _ => return None,
    })
}

/// What is wrong with one field.
#[must_use]
pub fn of_problem(problem: FieldProblemKind, lang: Lang) -> &'static str {
    let (vi, en) = match problem {
        FieldProblemKind::Missing => ("Ô này chưa có gì.", "Nothing is given here."),
        FieldProblemKind::Unknown => ("Không có ô này.", "There is no such field."),
        FieldProblemKind::Value(ValueError::WrittenWithoutText) => (
            "Chưa có chữ. Nếu sổ để trống, hãy chọn “trống”.",
            "No text. If the register is blank here, say so.",
        ),
        FieldProblemKind::Value(ValueError::TextWithoutWriting) => (
            "Ô trống, không đọc được hoặc rách thì không kèm chữ.",
            "A blank, illegible or torn field carries no text.",
        ),
        FieldProblemKind::Value(ValueError::TooLong) => {
            ("Quá dài: tối đa 2.000 ký tự.", "Too long: at most 2,000 characters.")
        }
    };
    lang.pick(vi, en)
}

/// An input of a form that cannot be right.
#[must_use]
pub fn of_input(name: &str, lang: Lang) -> &'static str {
    let (vi, en) = match name {
        "kind" => ("Loại sổ không có trong danh mục.", "There is no such kind of register."),
        "year_opened" => {
            ("Năm mở sổ phải từ 1850 đến nay.", "The year opened must lie between 1850 and now.")
        }
        "number" => ("Số quyển: từ 1 đến 40 ký tự.", "Number of the book: 1 to 40 characters."),
        "office" => ("Nơi đăng ký: từ 1 đến 300 ký tự.", "Registering office: 1 to 300 characters."),
        "form_id" => ("Không có biểu mẫu này.", "There is no such form."),
        "contractor" => ("Đơn vị thực hiện: tối đa 200 ký tự.", "The contractor: at most 200 characters."),
        "book_ids" => ("Hãy chọn từ 1 đến 200 quyển.", "Choose 1 to 200 books."),
        "aql_percent" => (
            "AQL phải là một mức của tiêu chuẩn, từ 0,010 đến 10 %.",
            "The AQL must be one of the norm's steps, 0.010 to 10 %.",
        ),
        "limit_percent" => ("Chất lượng giới hạn: từ 0,1 đến 50 %.", "The limiting quality: 0.1 to 50 %."),
        "limit_accept" => ("Số trường hợp sai được chấp nhận: từ 0 đến 3.", "Wrong entries borne: 0 to 3."),
        "reason" => ("Hãy ghi lý do (tối đa 500 ký tự).", "Give a reason (at most 500 characters)."),
        "page_id" => (
            "Trang này không thuộc quyển, hoặc là chính trang của trường hợp.",
            "This page is not in the book, or is the entry's own page.",
        ),
        "after_page" => (
            "Số trang đứng trước không đúng, hoặc chỗ này đã có quá nhiều trường hợp lập tay.",
            "The page before is not right, or too many entries were made by hand there.",
        ),
        "page_ids" => (
            "Danh sách trang không khớp với quyển. Hãy tải lại trang rồi sắp lại.",
            "The pages named are not those of the book. Reload and order them again.",
        ),
        "year_closed" => (
            "Năm khóa sổ không được trước năm mở sổ.",
            "The year closed must not lie before the year opened.",
        ),
        "entries_expected" | "closing_entries" => {
            ("Số trường hợp: số nguyên từ 0 đến 100.000.", "Entries: a whole number from 0 to 100,000.")
        }
        "pages_expected" | "closing_pages" => {
            ("Số trang: số nguyên từ 0 đến 100.000.", "Pages: a whole number from 0 to 100,000.")
        }
        "text" => ("Ghi chú: từ 1 đến 2.000 ký tự.", "The note: 1 to 2,000 characters."),
        "noted_on" => ("Ngày của ghi chú: tối đa 60 ký tự.", "The note's date: at most 60 characters."),
        _ => ("Giá trị này không được chấp nhận ở đây.", "This value is not accepted here."),
    };
    lang.pick(vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::gate::Reason;

    #[test]
    fn every_refusal_has_its_own_sentence_in_both_languages() {
        let unknown = of_code("no such code", Lang::Vi);
        for code in [
            "not_signed_in",
            "same_person",
            "lease_lost",
            "image_truncated",
            "image_unknown_type",
            "zip_nested",
            "page_too_hard",
            "file_encrypted",
            "needs_lot",
            "no_sampling",
            "lot_mixed",
            "lot_again_and_first",
            "inspection_stopped",
            "inspection_not_stopped",
            "no_sampling_plan",
            "not_under_inspection",
            "overlooked",
            "same_picture",
        ] {
            assert_ne!(of_code(code, Lang::Vi), unknown, "{code}");
            assert_ne!(of_code(code, Lang::Vi), of_code(code, Lang::En), "{code}");
        }
    }

    #[test]
    fn every_finding_has_its_sentence_with_side_and_page() {
        let unknown = of_code("no such code", Lang::Vi);
        for reason in Reason::ALL {
            assert_ne!(of_finding(&Finding::of(*reason), Lang::Vi), unknown, "{reason}");
        }
        let cut = Finding { side: Some(Side::Top), ..Finding::of(Reason::CutOff) };
        assert!(of_finding(&cut, Lang::Vi).starts_with("Mép trên: trang bị cắt"));
        let twice = Finding { page: Some(12), ..Finding::of(Reason::SamePageTwice) };
        assert!(of_finding(&twice, Lang::En).ends_with("(page 12)"));
    }

    #[test]
    fn a_limit_is_told_with_its_number() {
        let error = Error::TooLarge { max_bytes: 96 << 20 };
        assert!(sentence(&error, Lang::Vi).contains("96 MB"));
    }
}
