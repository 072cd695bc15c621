"""The sets that figures are given for, fixed by seeds before any model reads them.

Each is a table `path<TAB>text` with its pictures beside it; `manifest.json` names
the field kind of every table. Texts and seeds stand apart from training's; pens are
those of the part's writers, fonts those that training never draws (half of them for
calibration, half for the test).
"""

import json
import random
from pathlib import Path
from typing import Iterator

import numpy as np
from PIL import Image

import paper
from alphabet import encode, label
from field_texts import FIELDS, FieldTexts, ink_fields
from held_out import HeldLine
from ink import Fonts, InkStore
from plain import draw_pen, plain
from sources import ink_lines, lines
from test_names import ink_names, rare_names

NAMES, RARE_NAMES, PER_KIND, INK_PER_KIND = 450, 240, 160, 80
SEEDS = {"calibrate": 5_210_000, "test": 6_340_000}
KINDS = {"cinnamon": "place", "kalapa": "place", "vnondb": "free_text"}


def write(data: Path, domain: Path | None, fonts: Path, folder: Path, part: str) -> dict[str, str]:
    """Writes every set of the part that the data at hand allow; returns kind by table."""
    sets = Sets(data, domain, fonts, part)
    kinds = {}
    for name, kind, held in sets.all():
        if not held:
            print(f"{name}: left out, nothing at hand to make it from")
            continue
        _table(folder, name, held)
        kinds[f"{name}.tsv"] = kind
        print(f"{name}: {len(held)} lines, kind {kind}", flush=True)
    (folder / "manifest.json").write_text(json.dumps({"part": part, "kinds": kinds}, indent=1), "utf-8")
    return kinds


class Sets:
    """Makes the sets of one part; `domain` and all of `data` may be absent."""

    def __init__(self, data: Path, domain: Path | None, fonts: Path, part: str) -> None:
        self.data, self.domain, self.part, self.seed = data, domain, part, SEEDS[part]
        self.fonts = Fonts(fonts, split=part)
        has_ink = (data / "vnondb_lines.npz").exists()
        self.ink = InkStore(ink_lines(data, part)) if has_ink else None

    def all(self) -> Iterator[tuple[str, str, list[HeldLine]]]:
        """(name of the set, field kind, lines), one after another."""
        for source, kind in KINDS.items():
            held = self._lines(source)
            if held:
                yield f"{source}_{self.part}", kind, held
                yield f"{source}_faded_{self.part}", kind, self._faded(held, source)
        if self.ink and self.domain:
            yield f"names_{self.part}", "person_name", self._ink_names()
        rare = rare_names(RARE_NAMES, self.seed + 1)
        yield f"rare_names_{self.part}", "person_name", self._in_fonts(rare, 2)
        for number, kind in enumerate(FIELDS):
            yield f"kinds_{self.part}_{kind}", kind, self._fields(kind, 10 + 3 * number)

    def _lines(self, source: str) -> list[HeldLine]:
        if source == "vnondb":
            rng = np.random.default_rng(self.seed)
            return [self._penned(line.strokes, line.text, rng) for line in self.ink.lines if encode(label(line.text))] if self.ink else []
        listed = (self.data / f"{source}.tsv").exists()
        return [HeldLine(line.grey(), line.text) for line in lines(self.data, source, self.part)] if listed else []

    def _faded(self, held: list[HeldLine], source: str) -> list[HeldLine]:
        rng = np.random.default_rng(self.seed + 100 + len(source))
        return [HeldLine(paper.faded(line.grey, rng), line.text) for line in held]

    def _ink_names(self) -> list[HeldLine]:
        rng = np.random.default_rng(self.seed + 3)
        chosen = ink_names(self.ink, self.domain, NAMES, self.seed + 4)
        return [self._penned(self.ink.together(words, " ", rng, loose=0.0)[0], text, rng) for text, words in chosen]

    def _fields(self, kind: str, offset: int) -> list[HeldLine]:
        texts = FieldTexts(self.domain, random.Random(self.seed + offset))
        held = self._in_fonts([texts.draw(kind) for _ in range(PER_KIND)], offset + 1)
        rng = np.random.default_rng(self.seed + offset + 2)
        for text, strokes in ink_fields(self.ink, kind, INK_PER_KIND, rng) if self.ink else ():
            held.append(self._penned(strokes, text, rng))
        return held

    def _penned(self, strokes: list[np.ndarray], text: str, rng: np.random.Generator) -> HeldLine:
        return HeldLine(plain(draw_pen(strokes, rng), rng), text)

    def _in_fonts(self, texts: list[str], offset: int) -> list[HeldLine]:
        """Each text in one of the part's fonts that has its letters; others are left out."""
        rng, held = np.random.default_rng(self.seed + offset), []
        for text in texts:
            able = [number for number in range(len(self.fonts.fonts)) if self.fonts.can_write(text, number)]
            if able:
                mask = self.fonts.draw(text, int(rng.choice(able)))
                held.append(HeldLine(plain(mask, rng), text))
        return held


def _table(folder: Path, name: str, held: list[HeldLine]) -> None:
    (folder / name).mkdir(parents=True, exist_ok=True)
    rows = []
    for number, line in enumerate(held):
        path = f"{name}/{number:04}.png"
        Image.fromarray(line.grey).save(folder / path)
        rows.append(f"{path}\t{line.text}\n")
    (folder / f"{name}.tsv").write_text("".join(rows), "utf-8")
