"""Which module draws up the entries of which form."""

from __future__ import annotations

import datetime

import numpy as np
from births import birth
from changes import change
from content import Book, ClerkStyle, Value, ticks
from couples import divorce_note, marital_status, marriage
from deaths import death
from families import adoption, guardianship, guardianship_end, parent_child

WRITERS = {
    "KS": birth,
    "KH": marriage,
    "KT": death,
    "CMC": parent_child,
    "GH": guardianship,
    "CDGH": guardianship_end,
    "CN": adoption,
    "TDCC": change,
    "HN": marital_status,
    "LH": divorce_note,
}


def draw_up(
    form: dict, book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values of every field of the form for entry `ordinal` of the book (0 = the first made).

    A register's kind says what happened; of that the form asks for some, and prints some of the options.
    """
    known = WRITERS[form["register_kind"]](book, ordinal, registered, style, rng)
    return {field["key"]: _as_asked(field, known[field["key"]]) for field in form["field"]}


def _as_asked(field: dict, value: Value) -> Value:
    if "options" not in field:
        return value
    printed = [option["value"] for option in field["options"]]
    return ticks(*(option for option in value.options if option in printed))
