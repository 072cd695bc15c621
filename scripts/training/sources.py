"""Training data on disk and its deterministic parts.

Parts are train 80 / calibrate 10 / test 10, by the hash of what must not be
shared between them: the writer's form (kalapa), the folded transcript
(cinnamon), the writer (vnondb), the page (french).
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from alphabet import encode, fold, label

LABELLED = ("kalapa", "cinnamon", "french")


def part_of(key: str) -> str:
    """train, calibrate or test, from a hash of the key."""
    bucket = int(hashlib.sha1(key.encode("utf-8")).hexdigest()[:8], 16) % 100
    return "train" if bucket < 80 else "calibrate" if bucket < 90 else "test"


@dataclass
class Line:
    """One labelled picture: `text` is as published, NFC."""

    path: Path
    text: str

    def grey(self) -> np.ndarray:
        """(H, W) uint8, read from disk."""
        return np.asarray(Image.open(self.path).convert("L"))


def _key(source: str, path: str, text: str) -> str:
    if source == "cinnamon":
        return "cinnamon:" + fold(text)
    return source + ":" + Path(path).stem.rsplit("_", 1)[0]


def lines(data: Path, source: str, part: str) -> list[Line]:
    """Labelled lines of one part whose text the alphabet can spell."""
    found = []
    for row in (data / f"{source}.tsv").read_text("utf-8").splitlines():
        path, text = row.split("\t", 1)
        if part_of(_key(source, path, text)) == part and encode(label(text)):
            found.append(Line(data / path, text))
    return found


@dataclass
class InkLine:
    """One VNOnDB line. `strokes`: list of (P, 2) float32, y down, about 220 units
    a line; `word_of`: word number of each stroke, -1 for punctuation."""

    writer: str
    text: str
    words: list[str]
    strokes: list[np.ndarray]
    word_of: np.ndarray


@lru_cache(maxsize=1)
def ink_lines(data: Path, part: str) -> list[InkLine]:
    """VNOnDB lines of the writers of one part."""
    store = np.load(data / "vnondb_lines.npz")
    points = np.cumsum(store["delta_xy"].astype(np.int64), axis=0)
    stroke_end, word, line_end = store["stroke_end"], store["stroke_word"], store["line_end"]
    meta = json.loads(bytes(store["meta"]).decode("utf-8"))
    found = []
    for number, about in enumerate(meta):
        if part_of("vnondb:" + about["writer"]) != part:
            continue
        first, last = (line_end[number - 1] if number else 0), line_end[number]
        starts = np.concatenate(([stroke_end[first - 1] if first else 0], stroke_end[first:last - 1]))
        strokes = [points[a:b].astype(np.float32) for a, b in zip(starts, stroke_end[first:last])]
        origin = np.concatenate(strokes).min(axis=0)
        strokes = [stroke - origin for stroke in strokes]
        found.append(InkLine(about["writer"], about["text"], about["words"], strokes, word[first:last]))
    return found
