"""Which module draws up the entries of which form."""

from __future__ import annotations

import datetime

import numpy as np
from births import birth, birth_with_ages
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
# Forms that ask for something else than other forms of their kind.
WRITERS_OF_FORM = {"birth_1976": birth_with_ages, "birth_1999": birth_with_ages}


def draw_up(
    form: dict, book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values of every field of the form for entry `ordinal` of the book (0 = the first made).

    A register's kind says what happened; of that the form asks for some, and prints some of the options.
    """
    writer = WRITERS_OF_FORM.get(form["id"], WRITERS[form["register_kind"]])
    known = writer(book, ordinal, registered, style, rng)
    return {field["key"]: _as_asked(field, known[field["key"]]) for field in form["field"]}


def page_values(
    form: dict, at: tuple[Book, int], days: list[datetime.date], style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values of a whole page, by the keys that `layout.whole_page` gives its fields; `at` is book and page from 0.

    One registration date for each entry; what belongs to the page is taken from its first entry.
    """
    book, page = at
    first = page * len(days)
    entries = [draw_up(form, book, first + i, day, style, rng) for i, day in enumerate(days)]
    values = {}
    for field in form["field"]:
        key = field["key"]
        if "entry" not in form or field.get("of_page"):
            values[key] = entries[0][key]
        else:
            values.update({f"{key}#{i}": entry[key] for i, entry in enumerate(entries)})
    return values


def _as_asked(field: dict, value: Value) -> Value:
    if "options" not in field:
        return value
    printed = [option["value"] for option in field["options"]]
    return ticks(*(option for option in value.options if option in printed))
