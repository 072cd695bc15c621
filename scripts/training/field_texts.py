"""Values of short register fields for the test sets, and such values in real ink."""

import datetime
import random
import re
from pathlib import Path
from typing import Iterator

import numpy as np

from ink import InkStore
from texts import NATIONS, Texts, number_in_words

FIELDS = ("date", "date_in_words", "number", "sex", "ethnicity", "year_or_age", "nationality")
FIRST_DAY, DAYS = datetime.date(1905, 1, 1), 43_000
TRIES = 20_000


class FieldTexts:
    """Draws the text of one field of a kind."""

    def __init__(self, domain: Path | None, rng: random.Random) -> None:
        self.rng = rng
        self.ethnic = sorted(set(Texts(domain, rng).words["ethnic"]))

    def draw(self, kind: str) -> str:
        return getattr(self, f"_{kind}")()

    def _day(self) -> datetime.date:
        return FIRST_DAY + datetime.timedelta(days=self.rng.randrange(DAYS))

    def _date(self) -> str:
        day, sign = self._day(), self.rng.choice("//-.")
        full = f"{day.day:02}{sign}{day.month:02}{sign}{day.year}"
        short = f"{day.day}{sign}{day.month}{sign}{day.year}"
        return self.rng.choice((full, full, short, short, f"{day.month:02}/{day.year}", f"{day.day:02} - {day.month:02} - {day.year}",
                                f"ngày {day.day} tháng {day.month} năm {day.year}", str(day.year)))

    def _date_in_words(self) -> str:
        day = self._day()
        thousand = self.rng.choice(("nghìn", "nghìn", "ngàn"))
        month = "tư" if day.month == 4 else number_in_words(day.month)
        first = "mồng " if day.day <= 10 and self.rng.random() < 0.4 else ""
        parts = [f"ngày {first}{number_in_words(day.day)}", f"tháng {month}", f"năm {number_in_words(day.year, thousand)}"]
        text = self.rng.choice((" ", " ", ", ")).join(parts[self.rng.choice((0, 0, 0, 1)):])
        return text[0].upper() + text[1:] if self.rng.random() < 0.7 else text

    def _number(self) -> str:
        value, year = self.rng.randint(1, 420), self.rng.randint(1976, 2020)
        return self.rng.choice((str(value), f"{value:02}", f"{value}/{year}", f"{value:02}/{year}", f"Số {value}"))

    def _sex(self) -> str:
        return self.rng.choice(("Nam", "Nữ", "Nam", "Nữ", "nam", "nữ"))

    def _ethnicity(self) -> str:
        return self.rng.choice(self.ethnic) if self.rng.random() < 0.7 else "Kinh"

    def _year_or_age(self) -> str:
        year, age = self.rng.randint(1898, 2004), self.rng.randint(14, 94)
        return self.rng.choice((str(year), str(year), f"năm {year}", f"{age} tuổi", f"{age} tuổi", str(age)))

    def _nationality(self) -> str:
        return self.rng.choice(NATIONS) if self.rng.random() < 0.6 else "Việt Nam"


# What a value of a kind looks like when it is put together from written words.
INK_SHAPES = {
    "date": re.compile(r"(0?[1-9]|[12]\d|3[01])[/.-](0?[1-9]|1[0-2])[/.-](1[89]\d\d|20[012]\d)"),
    "number": re.compile(r"\d{1,3}([/]((19|20)\d\d))?"),
    "year_or_age": re.compile(r"(19|20)\d\d|[1-9]\d"),
}
INK_PARTS = {"date": (3,), "number": (1, 2, 2), "year_or_age": (1,)}


def ink_fields(store: InkStore, kind: str, count: int, rng: np.random.Generator) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Up to `count` different (text, strokes), each in one writer's words: digits, and
    `ngày … tháng …` where a writer has every word of it. Nothing for other kinds."""
    if kind == "date_in_words":
        draw = _Spelled(store).draw
    elif kind in INK_SHAPES:
        draw = lambda rng: _digits(store, kind, rng)  # noqa: E731
    else:
        return
    seen: set = set()
    for _ in range(TRIES):
        chosen, sign = draw(rng)
        key = tuple(chosen)
        if not chosen or key in seen:
            continue
        strokes, text = store.together(chosen, sign, rng, loose=0.0)
        if strokes:
            seen.add(key)
            yield text, strokes
        if len(seen) == count:
            return


def _digits(store: InkStore, kind: str, rng: np.random.Generator) -> tuple[list, str]:
    pools = list(store.pools["digits"].values())
    pool = pools[int(rng.integers(len(pools)))]
    sign = "/" if kind == "number" else str(rng.choice(("/", "/", "-", ".")))
    chosen = [pool[int(n)] for n in rng.integers(len(pool), size=int(rng.choice(INK_PARTS[kind])))]
    text = sign.join(store.lines[line].words[place] for line, place in chosen)
    return (chosen, sign) if INK_SHAPES[kind].fullmatch(text) else ([], "")


class _Spelled:
    """Dates in words out of what each writer wrote."""

    def __init__(self, store: InkStore) -> None:
        self.writers: list[dict[str, list]] = []
        for pool in store.pools["any"].values():
            by_word: dict[str, list] = {}
            for line, place in pool:
                by_word.setdefault(store.lines[line].words[place].lower(), []).append((line, place))
            if {"ngày", "tháng"} <= by_word.keys():
                self.writers.append(by_word)

    def draw(self, rng: np.random.Generator) -> tuple[list, str]:
        if not self.writers:
            return [], ""
        by_word = self.writers[int(rng.integers(len(self.writers)))]
        text = f"ngày {number_in_words(int(rng.integers(1, 32)))} tháng {number_in_words(int(rng.integers(1, 13)))}"
        if any(word not in by_word for word in text.split()):
            return [], ""
        return [by_word[word][int(rng.integers(len(by_word[word])))] for word in text.split()], " "
