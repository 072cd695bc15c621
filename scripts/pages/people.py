"""People in made registers: where they live, what papers they carry, whom they are related to."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
from content import BLANK, DAY, Book, ClerkStyle, Value, date_text
from names_places import Commune, bare, communes, ethnic_groups, person, pick

RELATIONS = (
    "Con", "Con đẻ", "Con trai", "Con gái", "Vợ", "Chồng", "Cháu", "Cháu nội", "Em ruột", "Anh ruột", "Cha đẻ", "Mẹ đẻ",
)  # fmt: skip


@dataclass(frozen=True)
class Someone:
    """A made person."""

    name: str
    male: bool
    born: datetime.date
    ethnic: str
    home: Commune
    residence: str
    nationality: str = "Việt Nam"


def someone(
    book: Book, style: ClerkStyle, rng: np.random.Generator, born: datetime.date, male: bool, family: str | None = None
) -> Someone:
    """Somebody of this age and sex who mostly lives in the commune of the book."""
    local = pick(rng, ethnic_groups()[1:12])
    ethnic = "Kinh" if rng.random() < 0.82 else local
    commune = book.commune if rng.random() < 0.75 else pick(rng, communes())
    name = person(rng, "male" if male else "female", family)
    return Someone(name, male, born, ethnic, commune, residence(commune, style, rng))


def born_before(day: datetime.date, least: int, most: int, rng: np.random.Generator) -> datetime.date:
    """A day on which somebody was born who is between `least` and `most` years old on `day`."""
    return day - int(rng.integers(round(least * 365.25), round(most * 365.25))) * DAY


def person_fields(key: str, who: Someone, book: Book, style: ClerkStyle, rng: np.random.Generator) -> dict[str, Value]:
    """Everything that some register asks about a person, by the names that forms use, under `key`."""
    sex = "Nam" if who.male else "Nữ"
    # Old people often know no more than their year.
    only_year = who.born.year < 1960 and rng.random() < 0.45
    home = who.home if rng.random() < 0.7 else pick(rng, communes())
    values = {
        "ho_ten": Value(who.name),
        "ngay_sinh": Value(str(who.born.year) if only_year else date_text(who.born, style)),
        "gioi_tinh": Value(sex.lower() if style.sex_small else sex),
        "dan_toc": Value(who.ethnic),
        "quoc_tich": Value(who.nationality),
        "noi_cu_tru": Value(who.residence),
        "noi_thuong_tru": Value(who.residence),
        "que_quan": Value(home.full("", style)),
        "giay_to": identity_paper(book, style, rng),
    }
    return {f"{key}_{name}": value for name, value in values.items()}


def nobody_fields(key: str) -> dict[str, Value]:
    """The fields of somebody who is not there."""
    names = "ho_ten ngay_sinh gioi_tinh dan_toc quoc_tich noi_cu_tru noi_thuong_tru que_quan giay_to"
    return {f"{key}_{name}": BLANK for name in names.split()}


def asker_fields(name: str, relation: str, book: Book, style: ClerkStyle, rng: np.random.Generator) -> dict[str, Value]:
    """Who came to the office, and as whose relation."""
    return {
        "nyc_ho_ten": Value(name),
        "nyc_giay_to": identity_paper(book, style, rng),
        "nyc_noi_cu_tru": Value(residence(book.commune, style, rng)),
        "nyc_quan_he": Value(relation) if rng.random() < 0.95 else BLANK,
    }


def residence(commune: Commune, style: ClerkStyle, rng: np.random.Generator) -> str:
    """An address down to the hamlet."""
    urban = commune.name.startswith(("Phường", "Thị trấn"))
    n = int(rng.integers(1, 16))
    detail = pick(
        rng, (f"Tổ {n}", f"Tổ dân phố {n}", f"Khối {n}") if urban else (f"Thôn {n}", f"Xóm {n}", f"Ấp {n}", "")
    )
    return commune.full(detail, style)


def citizen_number(code: str, male: bool, year: int, rng: np.random.Generator) -> str:
    """Twelve digits: province, sex with century, year, chance."""
    century = (0 if male else 1) + (2 if year >= 2000 else 0)
    return f"0{code}{century}{year % 100:02}{int(rng.integers(0, 10**6)):06}"


def identity_paper(book: Book, style: ClerkStyle, rng: np.random.Generator) -> Value:
    """Kind, number, day and office of an identity paper on one line; sometimes nothing."""
    if rng.random() < 0.06:
        return BLANK
    issued = datetime.date(book.year, 1, 1) - int(rng.integers(60, 1500)) * DAY
    day = date_text(issued, style).replace("Ngày ", "")
    province = bare(book.commune.province)
    if rng.random() < 0.7 or issued.year < 2016:
        number = f"{int(rng.integers(10**8, 4 * 10**8)):09}"
        return Value(f"CMND số {number} cấp ngày {day} tại CA {province}")
    number = citizen_number(book.commune.code, bool(rng.random() < 0.5), 1985, rng)
    return Value(f"CCCD số {number} cấp ngày {day} tại Cục Cảnh sát ĐKQL cư trú")


def hospital(commune: Commune, rng: np.random.Generator) -> str:
    """A hospital or health station for people of a commune."""
    district, province, station = (p[0].lower() + p[1:] for p in (commune.district, commune.province, commune.name))
    return pick(
        rng,
        (
            f"Bệnh viện đa khoa {district}, {province}",
            f"Bệnh viện đa khoa {province}",
            f"Trạm y tế {station}, {district}, {province}",
        ),
    )
