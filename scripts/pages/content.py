"""What every made register shares: books, clerks and their spelling, people, places, papers.

The entries of each kind of register are drawn up by the modules that `entries` lists, consistent within themselves.
Nothing here describes a real person: see `names_places`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import numpy as np
from layout import load_form
from names_places import Commune, communes, person, pick
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
    entries_per_page: int = 1

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


YEARS = {"1976": (1976, 1999), "1999": (1999, 2006), "2006": (2006, 2016), "2016": (2016, 2021)}


def open_book(rng: np.random.Generator, form_id: str) -> Book:
    """A book of one commune and of a year in which the form was in use, with the people who sign in it."""
    form = load_form(form_id)
    commune = pick(rng, communes())
    year = int(rng.integers(*YEARS[form["valid_from"][:4]]))
    level = commune.name.split(" ")[0].lower() if not commune.name.startswith("Thị trấn") else "thị trấn"
    chair = (person(rng, "male"), f"Chủ tịch UBND {level}")
    deputy = (person(rng, pick(rng, ("male", "female"))), f"Phó Chủ tịch UBND {level}")
    officials = [person(rng, "female"), person(rng, "male")]
    first_page = int(rng.integers(1, 60))
    return Book(
        form_id=form_id,
        kind=form["register_kind"],
        year=year,
        number=f"{int(rng.integers(1, 4)):02}",
        commune=commune,
        first_number=first_page,
        first_page=first_page,
        signers=[chair, deputy],
        officials=officials,
        entries_per_page=form["entries_per_page"],
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


def register_fields(book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle) -> dict[str, Value]:
    """Number, book, date and page: what every register has."""
    so = book.first_number + ordinal
    return {
        "so": Value(f"{so}/{book.year}" if style.number_with_year else f"{so:02}"),
        "quyen_so": Value(f"{book.number}/{book.year}"),
        "ngay_dang_ky": Value(date_text(registered, style)),
        "trang_so": Value(str(book.first_page + ordinal // book.entries_per_page)),
    }


def signers(book: Book, rng: np.random.Generator) -> dict[str, Value]:
    """Who signed for the office, and who made the entry."""
    name, office = pick(rng, book.signers, (0.6, 0.4))
    separator = pick(rng, (", ", " - "), (0.6, 0.4))
    return {
        "nguoi_ky": Value(f"{name}{separator}{office}"),
        "nguoi_thuc_hien": Value(pick(rng, book.officials, (0.7, 0.3))),
    }


def ticks(*ticked: str) -> Value:
    """A choice with these options ticked."""
    return Value("; ".join(ticked), "written", list(ticked)) if ticked else BLANK


def later_note(registered: datetime.date, style: ClerkStyle, notes: tuple, rng: np.random.Generator) -> Value:
    """Mostly nothing, sometimes one of the notes, after the day on which it was made; `{n}` becomes a number."""
    if rng.random() < 0.78:
        return BLANK
    later = date_text(registered + int(rng.integers(40, 1500)) * DAY, style)
    n = int(rng.integers(2, 400))
    return Value(f"{later} {pick(rng, notes).format(n=n)}")
