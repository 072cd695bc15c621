"""Entries of birth registers."""

from __future__ import annotations

import datetime

import numpy as np
import vietnamese
from content import BLANK, DAY, Book, ClerkStyle, Value, date_text, later_note, register_fields, signers, ticks
from names_places import Commune, communes, ethnic_groups, person, pick
from people import citizen_number, identity_paper, residence

NOTES = (
    "cấp bản sao trích lục khai sinh số {n}/TLKS-BS",
    "cải chính năm sinh của mẹ theo Quyết định số {n}/QĐ-UBND",
    "bổ sung số định danh cá nhân theo Thông báo số {n}/TB-CA",
    "cấp lại bản chính Giấy khai sinh",
)
OCCUPATIONS = (
    "Làm ruộng", "Nông dân", "Làm rẫy", "Công nhân", "Giáo viên", "Buôn bán", "Cán bộ", "Bộ đội", "Thợ mộc", "Thợ may",
    "Nội trợ", "Y sĩ", "Đánh cá", "Lái xe",
)  # fmt: skip


def birth(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values of every field of `birth_2016` and `birth_2006` for entry `ordinal` (0 = the first made)."""
    child_male = bool(rng.random() < 0.52)
    kind = pick(rng, ("Đúng hạn", "Quá hạn", "Đăng ký lại"), (0.78, 0.16, 0.06))
    days = {"Đúng hạn": (2, 58), "Quá hạn": (62, 900), "Đăng ký lại": (7000, 18000)}[kind]
    born = registered - int(rng.integers(*days)) * DAY
    fatherless = bool(rng.random() < 0.05)
    family = {"book": book, "style": style, "born": born, "fatherless": fatherless}
    father, mother = _parents(family, rng)
    named_after = mother["me_ho_ten"] if fatherless else father["cha_ho_ten"]
    ethnic = mother["me_dan_toc"] if fatherless else father["cha_dan_toc"]
    sex = "Nam" if child_male else "Nữ"
    values = {
        "nks_ho_ten": Value(person(rng, "male" if child_male else "female", named_after.text.split()[0])),
        "nks_ngay_sinh": Value(date_text(born, style)),
        "nks_ngay_sinh_bang_chu": Value(vietnamese.date(born.day, born.month, born.year, style.words)),
        "nks_gioi_tinh": Value(sex.lower() if style.sex_small else sex),
        "nks_dan_toc": ethnic,
        "nks_quoc_tich": Value("Việt Nam"),
        "nks_noi_sinh": Value(_birthplace(book.commune, style, rng)),
        "nks_que_quan": Value(_home(book.commune, style, rng)),
        "nks_so_dinh_danh": _child_number(book, child_male, born, rng),
        **mother,
        **father,
        **_declarer(family, mother, father, rng),
        **signers(book, rng),
        "loai_dang_ky": _ticks(kind, fatherless, rng),
        "ghi_chu": later_note(registered, style, NOTES, rng),
        "nyc_noi_cu_tru": mother["me_noi_cu_tru"],
        **register_fields(book, ordinal, registered, style),
    }
    values["nyc_quan_he"] = _relation(values, ordinal)
    return values


def birth_with_ages(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `birth_1976` and `birth_1999`: ages in place of years of birth, and what people live from."""
    values = birth(book, ordinal, registered, style, rng)
    suffix = " tuổi" if rng.random() < 0.25 else ""
    for parent in ("cha", "me"):
        year = values[f"{parent}_nam_sinh"]
        if year.text.isdigit() and rng.random() < 0.93:
            values[f"{parent}_nam_sinh"] = Value(f"{registered.year - int(year.text)}{suffix}")
        values[f"{parent}_nghe_nghiep"] = Value(pick(rng, OCCUPATIONS)) if year.text else BLANK
    ages = {values[f"{parent}_ho_ten"].text: values[f"{parent}_nam_sinh"] for parent in ("cha", "me")}
    other = Value(f"{int(rng.integers(30, 75))}{suffix}")
    values["nyc_tuoi"] = ages.get(values["nyc_ho_ten"].text, other)
    return values


def _child_number(book: Book, male: bool, born: datetime.date, rng: np.random.Generator) -> Value:
    return Value(citizen_number(book.commune.code, male, born.year, rng)) if rng.random() < 0.7 else BLANK


def _relation(values: dict[str, Value], ordinal: int) -> Value:
    """What the declarer is to the child, in words that change from entry to entry."""
    known = {values["cha_ho_ten"].text: ("Cha", "Bố", "Cha đẻ"), values["me_ho_ten"].text: ("Mẹ", "Mẹ đẻ")}
    words = known.get(values["nyc_ho_ten"].text, ("Ông nội", "Bà nội", "Bà ngoại", "Cô ruột"))
    return Value(words[ordinal % len(words)])


def _parents(family: dict, rng: np.random.Generator) -> tuple[dict[str, Value], dict[str, Value]]:
    book, style, born = family["book"], family["style"], family["born"]
    groups = ethnic_groups()
    local = pick(rng, groups[1:12])
    ethnic = ["Kinh" if rng.random() < 0.82 else local for _ in range(2)]
    home = residence(book.commune, style, rng)
    mother_year = born.year - int(rng.integers(18, 40))
    father_year = mother_year - int(rng.integers(-3, 9))
    mother = {
        "me_ho_ten": Value(person(rng, "female")),
        "me_nam_sinh": _year(mother_year, born.year, rng),
        "me_dan_toc": Value(ethnic[0]),
        "me_quoc_tich": Value("Việt Nam"),
        "me_noi_cu_tru": Value(home),
    }
    elsewhere = residence(pick(rng, communes()), style, rng)
    father = {
        "cha_ho_ten": Value(person(rng, "male")),
        "cha_nam_sinh": _year(father_year, born.year, rng),
        "cha_dan_toc": Value(ethnic[1]),
        "cha_quoc_tich": Value("Việt Nam"),
        "cha_noi_cu_tru": Value(home if rng.random() < 0.75 else elsewhere),
    }
    if family["fatherless"]:
        father = dict.fromkeys(father, BLANK)
    return father, mother


def _year(year: int, now: int, rng: np.random.Generator) -> Value:
    return Value(f"{now - year} tuổi" if rng.random() < 0.03 else str(year))


def _birthplace(commune: Commune, style: ClerkStyle, rng: np.random.Generator) -> str:
    district = commune.district[0].lower() + commune.district[1:]
    province = commune.province[0].lower() + commune.province[1:]
    station = commune.name[0].lower() + commune.name[1:]
    return pick(
        rng,
        (
            f"Bệnh viện đa khoa {district}, {province}",
            f"Bệnh viện đa khoa {province}",
            f"Trạm y tế {station}, {district}, {province}",
            f"Bệnh viện Phụ sản {province}",
            commune.full("", style),
        ),
        (0.3, 0.15, 0.2, 0.1, 0.25),
    )


def _home(commune: Commune, style: ClerkStyle, rng: np.random.Generator) -> str:
    if rng.random() < 0.3:
        commune = pick(rng, communes())
    return commune.full("", style)


def _declarer(family: dict, mother: dict, father: dict, rng: np.random.Generator) -> dict[str, Value]:
    choice = rng.random()
    if choice < 0.5 and not family["fatherless"]:
        name = father["cha_ho_ten"].text
    elif choice < 0.9:
        name = mother["me_ho_ten"].text
    else:
        name = person(rng, pick(rng, ("male", "female")))
    return {"nyc_ho_ten": Value(name), "nyc_giay_to": identity_paper(family["book"], family["style"], rng)}


def _ticks(kind: str, fatherless: bool, rng: np.random.Generator) -> Value:
    ticked = [kind]
    if fatherless and rng.random() < 0.5:
        ticked.append("Trẻ chưa xác định được cha mẹ")
    elif rng.random() < 0.04:
        ticked.append("Ghi vào sổ hộ tịch việc khai sinh")
    return ticks(*ticked)
