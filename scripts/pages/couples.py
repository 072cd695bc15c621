"""Entries about couples: marriages, certificates of marital status, notes of divorces abroad."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
from content import BLANK, DAY, Book, ClerkStyle, Value, date_text, later_note, register_fields, signers, ticks
from names_places import pick
from people import RELATIONS, Someone, asker_fields, born_before, person_fields, residence, someone

COUNTRIES = ("Hoa Kỳ", "Hàn Quốc", "Ca-na-đa", "Ô-xtrây-li-a", "Cộng hòa Liên bang Đức", "Nhật Bản", "Pháp")
MARRIAGE_NOTES = (
    "cấp bản sao trích lục kết hôn số {n}/TLKH-BS",
    "ly hôn theo Bản án số {n}/HNGĐ-ST",
    "thuận tình ly hôn theo Quyết định số {n}/QĐST-HNGĐ",
    "cải chính năm sinh của vợ theo Quyết định số {n}/QĐ-UBND",
)
CERTIFICATE_NOTES = ("cấp lại do mất bản chính", "thu hồi theo Quyết định số {n}/QĐ-UBND")
DIVORCE_NOTES = ("cấp bản sao trích lục ghi chú ly hôn số {n}/TLGCLH-BS", "đã thông báo cho UBND nơi đăng ký kết hôn")


def _couple(book: Book, style: ClerkStyle, day: datetime.date, rng: np.random.Generator) -> tuple[Someone, Someone]:
    """Wife and husband; she may be sixteen, as real registers have it."""
    wife = someone(book, style, rng, born_before(day, 17, 42, rng), male=False)
    age = (day - wife.born).days / 365.25
    husband = someone(book, style, rng, born_before(day, max(18, age - 4), age + 9, rng), male=True)
    return wife, husband


def marriage(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `marriage_2016` and `marriage_2006`."""
    kind = pick(rng, ("first", "again", "abroad"), (0.9, 0.06, 0.04))
    wed = registered if kind == "first" else registered - int(rng.integers(400, 12000)) * DAY
    wife, husband = _couple(book, style, wed, rng)
    options = {
        "first": ("Kết hôn lần đầu", "Đăng ký mới"),
        "again": ("Đăng ký lại",),
        "abroad": ("Ghi chú kết hôn", "Đăng ký mới"),
    }[kind]
    times = [Value(pick(rng, ("1", "01", "2", "02"), (0.55, 0.35, 0.06, 0.04))) for _ in range(2)]
    return {
        **register_fields(book, ordinal, registered, style),
        **person_fields("vo", wife, book, style, rng),
        **person_fields("chong", husband, book, style, rng),
        "vo_lan_ket_hon": times[0],
        "chong_lan_ket_hon": times[1] if rng.random() < 0.9 else BLANK,
        "ngay_xac_lap": Value(date_text(wed, style)),
        **signers(book, rng),
        "loai_dang_ky": ticks(*options),
        "ghi_chu": later_note(registered, style, MARRIAGE_NOTES, rng),
    }


def marital_status(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `marital_status_2016`."""
    male = bool(rng.random() < 0.5)
    who = someone(book, style, rng, born_before(registered, 19, 60, rng), male)
    grown_up = who.born + 6575 * DAY
    span = max(1, (registered - grown_up).days)
    start = grown_up + int(rng.integers(0, span)) * DAY
    use = pick(rng, ("Để ĐKKH trong nước", "Để ĐKKH ở nước ngoài", "Mục đích khác"), (0.7, 0.1, 0.2))
    partner = someone(book, style, rng, born_before(registered, 19, 50, rng), not male)
    purpose = {
        "Để ĐKKH trong nước": f"Đăng ký kết hôn với {'bà' if male else 'ông'} {partner.name}",
        "Để ĐKKH ở nước ngoài": f"Đăng ký kết hôn tại {pick(rng, COUNTRIES)}",
        "Mục đích khác": pick(rng, ("Vay vốn ngân hàng", "Bổ túc hồ sơ chuyển nhượng đất", "Mua bán tài sản")),
    }[use]
    own = bool(rng.random() < 0.85)
    asker = who if own else someone(book, style, rng, born_before(registered, 20, 70, rng), bool(rng.random() < 0.5))
    return {
        **register_fields(book, ordinal, registered, style),
        **person_fields("nxn", who, book, style, rng),
        "nxn_cu_tru_tai": Value(residence(book.commune, style, rng)),
        "nxn_cu_tru_tu": Value(date_text(start, style)),
        "nxn_cu_tru_den": Value(date_text(registered, style)) if rng.random() < 0.8 else Value("nay"),
        "nxn_tinh_trang_hon_nhan": Value(_status(who, registered, style, rng)),
        "nxn_muc_dich": Value(purpose),
        **asker_fields(asker.name, "Bản thân" if own else pick(rng, RELATIONS), book, style, rng),
        **signers(book, rng),
        "loai_dang_ky": ticks(use),
        "ghi_chu": later_note(registered, style, CERTIFICATE_NOTES, rng),
    }


def _status(who: Someone, day: datetime.date, style: ClerkStyle, rng: np.random.Generator) -> str:
    """Marital status in the words of the certificate."""
    n, year = int(rng.integers(2, 300)), day.year - int(rng.integers(0, 5))
    spouse = "vợ" if who.male else "chồng"
    earlier = date_text(day - int(rng.integers(30, 1500)) * DAY, style).replace("Ngày ", "")
    return pick(
        rng,
        (
            "Chưa đăng ký kết hôn với ai",
            "Hiện tại chưa đăng ký kết hôn với ai",
            f"Đã ly hôn theo Quyết định số {n}/{year}/QĐST-HNGĐ, hiện chưa kết hôn với ai",
            f"Có đăng ký kết hôn nhưng {spouse} đã chết ngày {earlier}, hiện chưa kết hôn với ai",
        ),
        (0.5, 0.25, 0.17, 0.08),
    )


def divorce_note(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `divorce_note_2016`."""
    divorced = registered - int(rng.integers(40, 1500)) * DAY
    wed = divorced - int(rng.integers(400, 6000)) * DAY
    wife, husband = _couple(book, style, wed, rng)
    country = pick(rng, COUNTRIES)
    if rng.random() < 0.6:
        wife = dataclasses.replace(wife, nationality=country, residence=country)
    asker, relation = (husband, "Chồng") if rng.random() < 0.6 else (wife, "Vợ")
    n = int(rng.integers(10, 9000))
    court = pick(rng, ("Tòa án thành phố", "Tòa án Gia đình", "Tòa án quận", "Tòa án sơ thẩm khu vực"))
    return {
        **register_fields(book, ordinal, registered, style),
        **person_fields("vo", wife, book, style, rng),
        **person_fields("chong", husband, book, style, rng),
        "so_ket_hon": Value(f"{int(rng.integers(1, 200)):02}/{wed.year}"),
        "ngay_ket_hon": Value(date_text(wed, style)),
        "so_ban_an": Value(pick(rng, (f"{n}", f"{n}/{divorced.year}", f"{n}-{divorced.year % 100:02}"))),
        "ngay_ban_an": Value(date_text(divorced, style)),
        "co_quan_ban_an": Value(f"{court}, {country}"),
        **asker_fields(asker.name, relation, book, style, rng),
        **signers(book, rng),
        "loai_dang_ky": ticks("Ly hôn" if rng.random() < 0.9 else "Hủy việc kết hôn"),
        "ghi_chu": later_note(registered, style, DIVORCE_NOTES, rng),
    }
