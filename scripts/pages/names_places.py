"""Names, places and ethnic groups out of `lists/`.

Names are put together from token lists (counted over public lists of names), never taken whole from anybody; places
are the communes of 2018.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LISTS = Path(__file__).resolve().parent / "lists"


@dataclass(frozen=True)
class Commune:
    """A commune with the district and province above it, as "Xã Diễn Kỷ", and the province's code."""

    name: str
    district: str
    province: str
    code: str

    def full(self, detail: str, style) -> str:
        """An address the way this clerk writes addresses."""
        parts = [self.name, self.district, self.province]
        if style.bare_places:
            parts = [bare(part) for part in parts]
        elif style.small_place_words:
            parts = [part[0].lower() + part[1:] for part in parts]
        text = style.place_separator.join([detail, *parts] if detail else parts)
        return text[0].upper() + text[1:]


def bare(place: str) -> str:
    """ "Xã Diễn Kỷ" without its first word, unless a number or nothing telling would remain."""
    for kind in ("Thành phố ", "Thị xã ", "Thị trấn ", "Tỉnh ", "Huyện ", "Quận ", "Phường ", "Xã "):
        rest = place.removeprefix(kind)
        if rest != place:
            return place if rest[0].isdigit() else rest
    return place


@functools.cache
def _tokens(name: str) -> tuple[tuple[str, ...], dict[str, np.ndarray]]:
    with open(LISTS / name, encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    weights = {}
    for column in rows[0]:
        if column != "token":
            counts = np.array([float(row[column]) for row in rows])
            # Flattened, so that rare names occur often enough to be tested.
            counts = counts**0.7
            weights[column] = counts / counts.sum()
    return tuple(row["token"] for row in rows), weights


@functools.cache
def communes() -> tuple[Commune, ...]:
    """Every commune of 2018 with what is above it."""
    found, province, district, code = [], "", "", ""
    with open(LISTS / "places_2018.tsv", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["level"] == "1":
                province, code = row["name"], row["code"]
            elif row["level"] == "2":
                district = row["name"]
            else:
                found.append(Commune(row["name"], district, province, code))
    return tuple(found)


@functools.cache
def ethnic_groups() -> tuple[str, ...]:
    """Names as the 158 lists spell them, Kinh first."""
    return tuple((LISTS / "ethnic_groups.tsv").read_text(encoding="utf-8").split("\n")[:-1])


def pick(rng: np.random.Generator, items, weights=None):
    """One of the items, each as likely as its weight says."""
    return items[int(rng.choice(len(items), p=weights))]


def _token(rng: np.random.Generator, name: str, column: str) -> str:
    tokens, weights = _tokens(name)
    return pick(rng, tokens, weights[column])


def surnames() -> tuple[str, ...]:
    """All family names of the list."""
    return _tokens("surnames.tsv")[0]


def middle_names() -> tuple[str, ...]:
    """All middle names of the list."""
    return _tokens("middle_names.tsv")[0]


def given_names() -> tuple[str, ...]:
    """All given names of the list."""
    return _tokens("given_names.tsv")[0]


def surname(rng: np.random.Generator) -> str:
    """One family name."""
    return _token(rng, "surnames.tsv", "count")


def person(rng: np.random.Generator, sex: str, family: str | None = None) -> str:
    """A name of two to four words; `sex` is `male` or `female`."""
    count = pick(rng, (0, 1, 2), (0.05, 0.72, 0.23))
    middles = [_token(rng, "middle_names.tsv", sex) for _ in range(count)]
    given = _token(rng, "given_names.tsv", sex)
    while given in middles:
        given = _token(rng, "given_names.tsv", sex)
    if len(set(middles)) < len(middles):
        middles = middles[:1]
    return " ".join([family or surname(rng), *middles, given])
