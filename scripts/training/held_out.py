"""Lines of the calibrate and test parts, as pictures with their texts."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import paper
from alphabet import encode, label
from ink import Fonts, InkStore, draw_strokes
from preprocess import prepare, steps
from sources import LABELLED, ink_lines, lines
from texts import Texts


@dataclass
class HeldLine:
    """A picture (H, W) uint8 and the text as published, NFC; `path` where it is a file."""

    grey: np.ndarray
    text: str
    path: Path | None = None


def held_out(data: Path, source: str, part: str) -> list[HeldLine]:
    """All lines of one part of a labelled source; whole rendered lines of vnondb."""
    if source in LABELLED:
        return [HeldLine(line.grey(), line.text, line.path) for line in lines(data, source, part)]
    rng = np.random.default_rng(20 if part == "test" else 21)
    held = [(line.strokes, line.text) for line in ink_lines(data, part)]
    return [HeldLine(paper.on_paper(draw_strokes(strokes, rng), rng), text)
            for strokes, text in held if encode(label(text))]


def short_pen_lines(data: Path, part: str, kind: str, count: int) -> list[HeldLine]:
    """Lines as short as fields, of the part's VNOnDB writers: `run` (1 to 6
    neighbouring words), or made up of `any`, `capital` or `digits` words."""
    rng = np.random.default_rng(22)
    store, held = InkStore(ink_lines(data, part)), []
    while len(held) < count:
        if kind == "run":
            strokes, text = store.run(int(rng.integers(1, 7)), rng)
        else:
            strokes, text = store.collage(int(rng.integers(1, 5)), rng, kind)
        if strokes and encode(label(text)):
            held.append(HeldLine(paper.on_paper(draw_strokes(strokes, rng), rng), label(text)))
    return held


def font_lines(fonts: Path, domain: Path | None, count: int, seed: int) -> list[HeldLine]:
    """Register texts drawn with handwriting fonts (fonts that training saw too)."""
    rng, store, texts, held = np.random.default_rng(seed), Fonts(fonts), Texts(domain, random.Random(seed)), []
    while len(held) < count:
        text = texts.draw()
        mask = store.draw_by_hand(text, rng)
        if mask is None:
            continue
        picture = paper.on_paper(mask, rng)
        if steps(prepare(picture).shape[1]) > 1.3 * len(text):
            held.append(HeldLine(picture, label(text)))
    return held
