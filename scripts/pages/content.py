"""What stands in a made birth register: random entries of one book, consistent within themselves.

Nothing here describes a real person: see `names_places`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import numpy as np
import vietnamese
from names_places import Commune, bare, communes, ethnic_groups, person, pick
from vietnamese import WordStyle

DAY = datetime.timedelta(days=1)


@dataclass
class Value:
    """What one field holds. `text` is empty unless the state is `written`."""

    text: str = ""
    state: str = "written"
    options: list[str] = field(default_factory=list)


BLANK = Value("", "blank")


@dataclass(frozen=True)
class ClerkStyle:
    """How the clerk of a page spells what can be spelled in several ways."""

    date: str
    words: WordStyle
    small_place_words: bool
    bare_places: bool
    place_separator: str
    number_with_year: bool
    sex_small: bool


def clerk_style(rng: np.random.Generator) -> ClerkStyle:
    """The spelling habits of one clerk."""
    words = WordStyle(
        odd=pick(rng, ("linh", "lẻ"), (0.6, 0.4)),
        thousand=pick(rng, ("nghìn", "ngàn"), (0.85, 0.15)),
        four=pick(rng, ("tư", "bốn"), (0.75, 0.25)),
        early=pick(rng, ("", "mồng", "mùng"), (0.6, 0.25, 0.15)),
        commas=bool(rng.random() < 0.2),
        capitals=pick(rng, ("first", "every", "none"), (0.8, 0.1, 0.1)),
    )
    return ClerkStyle(
        date=pick(rng, ("/", "-", ".", "/0", "words"), (0.2, 0.15, 0.1, 0.4, 0.15)),
        words=words,
        small_place_words=bool(rng.random() < 0.7),
        bare_places=bool(rng.random() < 0.2),
        place_separator=pick(rng, (", ", " - "), (0.9, 0.1)),
        number_with_year=bool(rng.random() < 0.85),
        sex_small=bool(rng.random() < 0.15),
    )


def date_text(day: datetime.date, style: ClerkStyle) -> str:
    """A date in digits in this clerk's spelling."""
    if style.date == "/0":
        return f"{day.day:02}/{day.month:02}/{day.year}"
    if style.date == "words":
        return f"Ngày {day.day:02} tháng {day.month:02} năm {day.year}"
    return f"{day.day}{style.date}{day.month}{style.date}{day.year}"


@dataclass
class Book:
    """One register book: what is the same on all its pages."""

    form_id: str
    kind: str
    year: int
    number: str
    commune: Commune
    first_number: int
    first_page: int
    signers: list[tuple[str, str]]
    officials: list[str]

    @property
    def office(self) -> str:
        """ "UBND xã Diễn Kỷ, huyện Diễn Châu, tỉnh Nghệ An"."""
        parts = [self.commune.name, self.commune.district, self.commune.province]
        return "UBND " + ", ".join(part[0].lower() + part[1:] for part in parts)

    def as_json(self) -> dict:
        """The data that a scanning centre enters once per book."""
        return {
            "kind": self.kind,
            "year_opened": self.year,
            "number": self.number,
            "office": self.office,
            "form_id": self.form_id,
        }


def open_book(rng: np.random.Generator, form_id: str) -> Book:
    """A book of one commune and year, with the people who sign in it."""
    commune = pick(rng, communes())
    year = int(rng.integers(2016, 2021))
    level = commune.name.split(" ")[0].lower() if not commune.name.startswith("Thị trấn") else "thị trấn"
    chair = (person(rng, "male"), f"Chủ tịch UBND {level}")
    deputy = (person(rng, pick(rng, ("male", "female"))), f"Phó Chủ tịch UBND {level}")
    officials = [person(rng, "female"), person(rng, "male")]
    first_page = int(rng.integers(1, 60))
    return Book(
        form_id=form_id,
        kind="KS",
        year=year,
        number=f"{int(rng.integers(1, 4)):02}",
        commune=commune,
        first_number=first_page,
        first_page=first_page,
        signers=[chair, deputy],
        officials=officials,
    )


class EntryWriter:
    """Draws up the entries of a book one after the other, registration dates in order."""

    def __init__(self, book: Book, rng: np.random.Generator):
        self.book = book
        self.day = datetime.date(book.year, 1, 4) + int(rng.integers(0, 60)) * DAY

    def next_day(self, rng: np.random.Generator) -> datetime.date:
        """The next registration date; the last days of the year take what is left."""
        self.day += int(rng.integers(0, 4)) * DAY
        while self.day.weekday() >= 5:
            self.day += DAY
        last = datetime.date(self.book.year, 12, 28)
        self.day = min(self.day, last)
        return self.day


def birth_entry(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values of every field of `birth_2016` for entry `ordinal` (0 = the first made)."""
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
    so = book.first_number + ordinal
    values = {
        "so": Value(f"{so}/{book.year}" if style.number_with_year else f"{so:02}"),
        "quyen_so": Value(f"{book.number}/{book.year}"),
        "ngay_dang_ky": Value(date_text(registered, style)),
        "nks_ho_ten": Value(person(rng, "male" if child_male else "female", named_after.text.split()[0])),
        "nks_ngay_sinh": Value(date_text(born, style)),
        "nks_ngay_sinh_bang_chu": Value(vietnamese.date(born.day, born.month, born.year, style.words)),
        "nks_gioi_tinh": Value(sex.lower() if style.sex_small else sex),
        "nks_dan_toc": ethnic,
        "nks_quoc_tich": Value("Việt Nam"),
        "nks_noi_sinh": Value(_birthplace(book.commune, style, rng)),
        "nks_que_quan": Value(_home(book.commune, style, rng)),
        "nks_so_dinh_danh": _id_number(book.commune.code, child_male, born.year, rng) if rng.random() < 0.7 else BLANK,
        **mother,
        **father,
        **_declarer(family, mother, father, rng),
        **_signers(book, rng),
        "loai_dang_ky": _ticks(kind, fatherless, rng),
        "ghi_chu": _note(registered, style, rng),
        "trang_so": Value(str(book.first_page + ordinal)),
    }
    return values


def _parents(family: dict, rng: np.random.Generator) -> tuple[dict[str, Value], dict[str, Value]]:
    book, style, born = family["book"], family["style"], family["born"]
    groups = ethnic_groups()
    local = pick(rng, groups[1:12])
    ethnic = ["Kinh" if rng.random() < 0.82 else local for _ in range(2)]
    residence = _residence(book.commune, style, rng)
    mother_year = born.year - int(rng.integers(18, 40))
    father_year = mother_year - int(rng.integers(-3, 9))
    mother = {
        "me_ho_ten": Value(person(rng, "female")),
        "me_nam_sinh": _year(mother_year, born.year, rng),
        "me_dan_toc": Value(ethnic[0]),
        "me_quoc_tich": Value("Việt Nam"),
        "me_noi_cu_tru": Value(residence),
    }
    elsewhere = _residence(pick(rng, communes()), style, rng)
    father = {
        "cha_ho_ten": Value(person(rng, "male")),
        "cha_nam_sinh": _year(father_year, born.year, rng),
        "cha_dan_toc": Value(ethnic[1]),
        "cha_quoc_tich": Value("Việt Nam"),
        "cha_noi_cu_tru": Value(residence if rng.random() < 0.75 else elsewhere),
    }
    if family["fatherless"]:
        father = dict.fromkeys(father, BLANK)
    return father, mother


def _year(year: int, now: int, rng: np.random.Generator) -> Value:
    return Value(f"{now - year} tuổi" if rng.random() < 0.03 else str(year))


def _id_number(code: str, male: bool, year: int, rng: np.random.Generator) -> Value:
    century = (0 if male else 1) + (2 if year >= 2000 else 0)
    return Value(f"0{code}{century}{year % 100:02}{int(rng.integers(0, 10**6)):06}")


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


def _residence(commune: Commune, style: ClerkStyle, rng: np.random.Generator) -> str:
    urban = commune.name.startswith(("Phường", "Thị trấn"))
    n = int(rng.integers(1, 16))
    detail = pick(
        rng, (f"Tổ {n}", f"Tổ dân phố {n}", f"Khối {n}") if urban else (f"Thôn {n}", f"Xóm {n}", f"Ấp {n}", "")
    )
    return commune.full(detail, style)


def _declarer(family: dict, mother: dict, father: dict, rng: np.random.Generator) -> dict[str, Value]:
    choice = rng.random()
    if choice < 0.5 and not family["fatherless"]:
        name = father["cha_ho_ten"].text
    elif choice < 0.9:
        name = mother["me_ho_ten"].text
    else:
        name = person(rng, pick(rng, ("male", "female")))
    return {"nyc_ho_ten": Value(name), "nyc_giay_to": _paper(family, rng)}


def _paper(family: dict, rng: np.random.Generator) -> Value:
    book, style = family["book"], family["style"]
    if rng.random() < 0.06:
        return BLANK
    issued = datetime.date(book.year, 1, 1) - int(rng.integers(60, 1500)) * DAY
    day = date_text(issued, style).replace("Ngày ", "")
    province = bare(book.commune.province)
    if rng.random() < 0.7 or issued.year < 2016:
        number = f"{int(rng.integers(10**8, 4 * 10**8)):09}"
        return Value(f"CMND số {number} cấp ngày {day} tại CA {province}")
    number = _id_number(book.commune.code, bool(rng.random() < 0.5), 1985, rng).text
    return Value(f"CCCD số {number} cấp ngày {day} tại Cục Cảnh sát ĐKQL cư trú")


def _signers(book: Book, rng: np.random.Generator) -> dict[str, Value]:
    name, office = pick(rng, book.signers, (0.6, 0.4))
    separator = pick(rng, (", ", " - "), (0.6, 0.4))
    return {
        "nguoi_ky": Value(f"{name}{separator}{office}"),
        "nguoi_thuc_hien": Value(pick(rng, book.officials, (0.7, 0.3))),
    }


def _ticks(kind: str, fatherless: bool, rng: np.random.Generator) -> Value:
    ticked = [kind]
    if fatherless and rng.random() < 0.5:
        ticked.append("Trẻ chưa xác định được cha mẹ")
    elif rng.random() < 0.04:
        ticked.append("Ghi vào sổ hộ tịch việc khai sinh")
    return Value("; ".join(ticked), "written", ticked)


def _note(registered: datetime.date, style: ClerkStyle, rng: np.random.Generator) -> Value:
    if rng.random() < 0.78:
        return BLANK
    later = date_text(registered + int(rng.integers(40, 1500)) * DAY, style)
    n = int(rng.integers(2, 400))
    return Value(
        pick(
            rng,
            (
                f"{later} cấp bản sao trích lục khai sinh số {n}/TLKS-BS",
                f"{later} cải chính năm sinh của mẹ theo Quyết định số {n}/QĐ-UBND",
                f"{later} bổ sung số định danh cá nhân theo Thông báo số {n}/TB-CA",
                f"{later} cấp lại bản chính Giấy khai sinh",
            ),
        )
    )
