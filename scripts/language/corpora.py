"""Texts for the language models: pairs of text and weight. Names and addresses are
put together from lists; transcripts are those of the training part only."""

import json
import random
import re
from pathlib import Path

import numpy as np

from texts import FIXED, FOREIGN, NATIONS, PEOPLES, Texts, _rows

PREFIX = re.compile(r"^(Thành phố|Thị trấn|Thị xã|Phường|Huyện|Quận|Tỉnh|Xã) ")
SHORT = {"Thành phố": ("TP", "Tp"), "Thị trấn": ("TT", "Tt"), "Thị xã": ("TX", "Tx"), "Phường": ("P", "F"), "Huyện": ("H",),
         "Quận": ("Q",), "Tỉnh": ("T",), "Xã": ("X",)}
STREETS = 4000


def names(domain: Path, count: int = 240_000, seed: int = 5) -> list[tuple[str, float]]:
    """Full names by the frequency of their parts (power 0.75: rare ones are seen too)."""
    rng, texts = random.Random(seed), Texts(domain, random.Random(seed + 1))
    parts = {}
    for part, file in (("surname", "surname_freq"), ("middle", "middle_name_freq"), ("given", "given_name_freq")):
        rows = _rows(domain / "names" / f"{file}.tsv")
        parts[part] = ([r[0] for r in rows], np.cumsum([float(r[1]) ** 0.75 for r in rows]).tolist())
    combos = [row[0].lstrip('"') for row in _rows(domain / "names" / "given_combos.tsv")]

    def one(part: str) -> str:
        return rng.choices(parts[part][0], cum_weights=parts[part][1])[0]

    found = []
    for _ in range(count):
        draw = rng.random()
        if draw < 0.55:
            middles = [one("middle") for _ in range(rng.choice((0, 1, 1, 1, 2)))]
            found.append((" ".join([one("surname"), *middles, one("given")]), 1.0))
        elif draw < 0.85:
            middle = [one("middle")] if rng.random() < 0.35 else []
            found.append((" ".join([one("surname"), *middle, rng.choice(combos)]), 1.0))
        else:
            found.append((texts.rare_name(), 1.0))
    found += [(name, 1.0) for name in FOREIGN + PEOPLES["first"] + PEOPLES["last"]]
    return found


def _written(unit: str, rng: random.Random) -> str:
    """A unit's name as people write it: whole, abbreviated, or bare."""
    match = PREFIX.match(unit)
    if not match:
        return unit
    bare, draw = unit[match.end():], rng.random()
    if draw < 0.40 or bare[0].isdigit() and draw < 0.7:
        return unit
    if draw < 0.55:
        return f"{rng.choice(SHORT[match.group(1)])} {bare}"
    return bare


def places(domain: Path, transcripts: list[str], seed: int = 6) -> list[tuple[str, float]]:
    """Addresses from every commune, district and province since 2004, with hamlets and streets before them."""
    rng, texts = random.Random(seed), Texts(domain, random.Random(seed + 1))
    found = [(text, 6.0) for text in transcripts]
    current = json.loads((domain / "places" / "current_34_provinces_3321_communes.json").read_text("utf-8"))
    communes = texts.words["place"] * 2 + _current(current)
    for units in communes:
        written = [_written(unit, rng) for unit in units]
        draw = rng.random()
        if draw < 0.3:
            written.insert(0, f"{rng.choice(('Thôn', 'Ấp', 'Xóm', 'Bản', 'Tổ', 'Khu phố', 'Khóm', 'Đội', 'Buôn', 'Làng', 'Tổ dân phố'))} {rng.choice((str(rng.randint(1, 20)), texts._one('given'), texts._one('given') + ' ' + texts._one('given')))}")
        elif draw < 0.5:
            street = rng.choice((texts.name(), texts._one("given") + " " + texts._one("given"), f"{rng.randint(1, 30)}/{rng.randint(1, 9)}"))
            written.insert(0, f"{rng.choice(('Số ', '', ''))}{rng.randint(1, 999)}{rng.choice(('', '', '/5', 'A'))} {rng.choice(('đường ', '', '', 'phố '))}{street}")
        found.append((", ".join(written), 1.0))
        if rng.random() < 0.3:
            found.append((", ".join(written[-2:]), 1.0))
    for kind in ("Ủy ban nhân dân", "UBND", "Uỷ ban nhân dân"):
        found += [(f"{kind} {rng.choice(communes)[0]}", 1.0) for _ in range(400)]
    found += [(f"{rng.choice(('Bệnh viện', 'Trạm y tế', 'Nhà hộ sinh', 'Bệnh viện đa khoa', 'Bệnh viện phụ sản'))} {_written(rng.choice(rng.choice(communes)), rng)}", 1.0)
              for _ in range(1500)]
    return found


def _current(provinces) -> list[tuple[str, ...]]:
    """(commune, province) of the units since July 2025, whatever the file's nesting."""
    found = []

    def walk(node, above: str | None) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item, above)
        elif isinstance(node, dict):
            name = node.get("FullName") or node.get("full_name") or node.get("name") or node.get("Name")
            if name and above:
                found.append((name, above))
            for value in node.values():
                if isinstance(value, (list, dict)):
                    walk(value, name or above)

    walk(provinces, None)
    return found


def prose(domain: Path, transcripts: list[str], seed: int = 7) -> list[tuple[str, float]]:
    """Running text: transcripts, the fixed words of registers, some names, places and dates."""
    rng, texts = random.Random(seed), Texts(domain, random.Random(seed))
    found = [(text, 1.0) for text in transcripts]
    found += [(text, 2.0) for text in FIXED + NATIONS]
    for _ in range(1500):
        found += [(texts.name(), 0.5), (texts.place(), 0.3), (texts.date_in_words(), 0.3), (texts.papers(), 0.3)]
    rng.shuffle(found)
    return found
