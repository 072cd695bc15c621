"""Entries of death registers."""

from __future__ import annotations

import datetime

import numpy as np
import vietnamese
from content import BLANK, DAY, Book, ClerkStyle, Value, date_text, later_note, register_fields, signers, ticks
from names_places import person, pick
from people import RELATIONS, asker_fields, hospital, person_fields, someone

CAUSES = (
    "Già yếu", "Bệnh già", "Tuổi già", "Bệnh hiểm nghèo", "Ung thư phổi", "Ung thư gan", "Tai biến mạch máu não",
    "Suy tim", "Nhồi máu cơ tim", "Đột quỵ", "Xơ gan", "Suy thận mạn", "Tai nạn giao thông", "Tai nạn lao động",
    "Đuối nước", "Viêm phổi nặng", "Lao phổi", "Bệnh tim", "Cao huyết áp", "Không rõ nguyên nhân",
)  # fmt: skip
NOTES = (
    "cấp bản sao trích lục khai tử số {n}/TLKT-BS",
    "cải chính ngày chết theo Quyết định số {n}/QĐ-UBND",
    "bổ sung nguyên nhân chết theo Quyết định số {n}/QĐ-UBND",
)


def death(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `death_2016` and `death_2006`."""
    kind = pick(rng, ("Đúng hạn", "Quá hạn", "Đăng ký lại"), (0.75, 0.2, 0.05))
    days = {"Đúng hạn": (0, 15), "Quá hạn": (16, 900), "Đăng ký lại": (2000, 12000)}[kind]
    died = registered - int(rng.integers(*days)) * DAY
    age_days = int(rng.triangular(0, 29000, 37000)) if rng.random() < 0.94 else int(rng.integers(1, 1800))
    who = someone(book, style, rng, died - age_days * DAY, bool(rng.random() < 0.55))
    ticked = [kind]
    if age_days < 5 * 365:
        ticked.append("Trẻ dưới 01 tuổi" if age_days < 365 else "Trẻ từ 01 tuổi đến dưới 5 tuổi")
    elif rng.random() < 0.02:
        ticked.append("Ghi vào sổ hộ tịch việc khai tử")
    asker = person(rng, pick(rng, ("male", "female")))
    relation = "Cha đẻ" if age_days < 5 * 365 else pick(rng, RELATIONS[:10])
    values = {
        **register_fields(book, ordinal, registered, style),
        **person_fields("nkt", who, book, style, rng),
        **_death_fields(book, died, style, rng),
        **_notice(book, died, registered, style, rng),
        **asker_fields(asker, relation, book, style, rng),
        **signers(book, rng),
        "loai_dang_ky": ticks(*ticked),
        "ghi_chu": later_note(registered, style, NOTES, rng),
    }
    if age_days < 14 * 365:
        values["nkt_giay_to"] = BLANK
    return values


def _death_fields(book: Book, died: datetime.date, style: ClerkStyle, rng: np.random.Generator) -> dict[str, Value]:
    """Hour, day in digits and words, place and cause."""
    hour, minute = int(rng.integers(24)), int(rng.choice([0, 0, 5, 10, 15, 20, 30, 30, 40, 45, 50]))
    time = pick(
        rng,
        (
            f"{hour:02} giờ {minute:02} phút",
            f"{hour} giờ {minute:02}" if minute else f"{hour} giờ",
            f"{hour:02}h{minute:02}",
        ),
    )
    at_home = rng.random() < 0.6
    place = pick(rng, ("Tại nhà", "Tại nhà riêng", book.commune.full("", style))) if at_home else ""
    return {
        "nkt_gio_chet": Value(time) if rng.random() < 0.9 else BLANK,
        "nkt_ngay_chet": Value(date_text(died, style)),
        "nkt_ngay_chet_bang_chu": Value(vietnamese.date(died.day, died.month, died.year, style.words)),
        "nkt_noi_chet": Value(place or hospital(book.commune, rng)),
        "nkt_nguyen_nhan_chet": Value(pick(rng, CAUSES)),
    }


def _notice(
    book: Book, died: datetime.date, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """The notice of death, where there is one."""
    if rng.random() < 0.35:
        return {"gbt_so": BLANK, "gbt_co_quan_cap": BLANK, "gbt_ngay": BLANK}
    day = min(died + int(rng.integers(0, 4)) * DAY, registered)
    n = int(rng.integers(1, 180))
    level = book.commune.name[0].lower() + book.commune.name[1:]
    issuer = pick(rng, (f"UBND {level}", hospital(book.commune, rng), f"Trạm y tế {level}"))
    return {
        "gbt_so": Value(pick(rng, (f"{n:02}", f"{n}/GBT", f"{n:02}/{day.year}"))),
        "gbt_co_quan_cap": Value(issuer),
        "gbt_ngay": Value(date_text(day, style)),
    }
