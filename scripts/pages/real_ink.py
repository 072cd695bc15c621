"""Real writing on made pages: pen strokes of real writers (.npz) and pictures of real lines (.tsv).

A source gives one writer per page. A writer is offered a field; it writes the text where it has the words, or brings
another text of the kind (the truth then holds what really stands there), or declines and a font hand takes over.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import names_places
import numpy as np
from hands import Ink, Manner, manner, unsettle
from parts import part_of_writer
from writing import Placed, lift, write_lines

BITS = 4


@dataclass
class Word:
    """Strokes of one written word: points with the baseline at y = 0, x-height 1, first ink at x = 0."""

    strokes: list[np.ndarray]
    width: float


class StrokeSource:
    """The lines of an .npz of pen strokes, by writer; of the writers of one part only, where one is named."""

    def __init__(self, path: Path, part: str | None = None):
        store = np.load(path)
        self._points = np.cumsum(store["delta_xy"].astype(np.int32), axis=0)
        self._stroke_end, self._stroke_word = store["stroke_end"], store["stroke_word"]
        self._line_end = store["line_end"]
        self._meta = json.loads(bytes(store["meta"]).decode("utf-8"))
        by_writer = defaultdict(list)
        for number, line in enumerate(self._meta):
            if part in (None, part_of_writer(line["writer"])):
                by_writer[line["writer"]].append(number)
        if not by_writer:
            raise ValueError(f"{path}: no writer of the part {part}")
        self._writers = sorted(by_writer.items())

    @property
    def writers(self) -> list[str]:
        """Their names."""
        return [name for name, _ in self._writers]

    def writer(self, px_per_mm: float, rng: np.random.Generator) -> "StrokeWriter":
        """One of the writers."""
        name, lines = self._writers[int(rng.integers(len(self._writers)))]
        return StrokeWriter(self, name, lines, manner(px_per_mm, rng))

    def words_of(self, number: int) -> list[str]:
        """The words of a line, without punctuation."""
        return self._meta[number]["words"]

    def word(self, number: int, index: int) -> Word | None:
        """One word of a line, put on its baseline; None where its strokes are not there."""
        strokes, words = self._line(number)
        scale = _measure(strokes)
        own = [s for s, w in zip(strokes, words) if w == index]
        if scale is None or not own:
            return None
        slope, baseline, x_height = scale
        flat = [np.stack([s[:, 0], s[:, 1] - baseline - slope * s[:, 0]], axis=1) / x_height for s in own]
        flat = [s - (0, _own_level(flat)) for s in flat]
        left = min(s[:, 0].min() for s in flat)
        flat = [s - (left, 0) for s in flat]
        return Word(flat, float(max(s[:, 0].max() for s in flat)))

    def _line(self, number: int) -> tuple[list[np.ndarray], np.ndarray]:
        first, last = (int(self._line_end[number - 1]) if number else 0), int(self._line_end[number])
        ends = self._stroke_end[first:last]
        starts = np.concatenate([[self._stroke_end[first - 1] if first else 0], ends[:-1]])
        strokes = [self._points[a:b].astype(np.float32) for a, b in zip(starts, ends)]
        return strokes, self._stroke_word[first:last]


def _turns(strokes: list[np.ndarray], smallest: float) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest points of the pen's ups and downs, in strokes at least so high."""
    low, high = [np.zeros((0, 2))], [np.zeros((0, 2))]
    for stroke in strokes:
        y = stroke[:, 1]
        if len(y) >= 5 and np.ptp(y) >= smallest:
            inner, before, after = y[1:-1], y[:-2], y[2:]
            low.append(stroke[1:-1][(inner >= before) & (inner > after)])
            high.append(stroke[1:-1][(inner <= before) & (inner < after)])
    return np.concatenate(low), np.concatenate(high)


def _own_level(strokes: list[np.ndarray]) -> float:
    """How far a word stands below its line's baseline, in x-heights; lines are not straight."""
    low = _turns(strokes, 0.4)[0][:, 1]
    near = low[np.abs(low) < 0.8]
    return float(np.median(near)) if len(near) >= 2 else 0.0


def _measure(strokes: list[np.ndarray]) -> tuple[float, float, float] | None:
    """Slope, baseline and x-height of a line, from the turning points of the pen.

    Most lower turning points lie on the baseline and most upper ones at the height of an x; loops and marks are in the
    minority, so medians find both.
    """
    low, high = _turns(strokes, 15)
    if len(low) < 6 or len(high) < 6:
        return None
    slope = 0.0
    for _ in range(3):
        level = low[:, 1] - slope * low[:, 0]
        near = np.abs(level - np.median(level)) < 25
        if near.sum() > 5 and np.ptp(low[near, 0]) > 600:
            slope = float(np.clip(np.polyfit(low[near, 0], low[near, 1], 1)[0], -0.06, 0.06))
    baseline = float(np.median(low[:, 1] - slope * low[:, 0]))
    top = float(np.median(high[:, 1] - slope * high[:, 0]))
    return slope, baseline, float(np.clip(baseline - top, 25, 90))


class StrokeWriter:
    """One real writer, who can write every word that the source has from this hand."""

    def __init__(self, source: StrokeSource, name: str, lines: list[int], how: Manner):
        self.name = f"ink:{name}"
        # The hand trembles and slants of its own accord.
        self.how = replace(how, wobble=0.015, slant=0.0, drift=0.02)
        self._source, self._lines = source, lines
        self._where: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number in lines:
            for index, word in enumerate(source.words_of(number)):
                self._where[word].append((number, index))
        self._renamed: dict[str, str] = {}
        self._chosen: dict[str, Word] = {}

    def offer(self, kind: str, text: str, rules: list, px: float, rng: np.random.Generator):
        """`(text, placed ink, source)` or None."""
        text = self._text_for(kind, text, len(rules), rng)
        if text is None or not all(self._prepare(word, rng) for word in text.split(" ")):
            return None
        return text, write_lines(self, text, rules, px, rng), self.name

    def _text_for(self, kind: str, text: str, rules: int, rng: np.random.Generator) -> str | None:
        if all(word in self._where for word in text.split(" ")):
            return text
        if kind == "person_name":
            if text not in self._renamed:
                self._renamed[text] = self._name(rng)
            return self._renamed[text]
        if kind in ("place", "free_text"):
            return self._run(4 * rules, rng)
        return None

    def _name(self, rng: np.random.Generator) -> str | None:
        """A name out of this writer's words, or None where there is no family name or given name."""
        families = [w for w in names_places.surnames()[:40] if w in self._where]
        given = [w for w in names_places.given_names() if w in self._where and w not in families]
        if not families or not given:
            return None
        middles = [w for w in names_places.middle_names() if w in self._where]
        family, last = str(rng.choice(families)), str(rng.choice(given))
        middle = [str(rng.choice(middles))] if middles and rng.random() < 0.8 else []
        return " ".join([family, *[w for w in middle if w not in (family, last)], last])

    def _run(self, most: int, rng: np.random.Generator) -> str | None:
        """Some words that follow each other in one of the writer's lines."""
        for _ in range(6):
            words = self._source.words_of(int(rng.choice(self._lines)))
            count = min(len(words), int(rng.integers(3, most + 2)))
            start = int(rng.integers(0, len(words) - count + 1))
            if count >= 3 and all(len(word) > 1 for word in words[start : start + count]):
                return " ".join(words[start : start + count])
        return None

    def _prepare(self, word: str, rng: np.random.Generator) -> bool:
        """Chooses one writing of the word for this page."""
        if word not in self._chosen:
            places = self._where.get(word, [])
            for at in rng.permutation(len(places))[:3]:
                found = self._source.word(*places[int(at)])
                if found is not None:
                    self._chosen[word] = found
                    break
        return word in self._chosen

    def width(self, text: str) -> float:
        """Expected width in pixels."""
        words = text.split(" ")
        gaps = 0.9 * self.how.spacing * (len(words) - 1)
        return (sum(self._chosen[word].width for word in words) + gaps) * self.how.x_height_px

    def write(self, text: str, squeeze: float, rng: np.random.Generator) -> Ink:
        """One line in this hand; `squeeze` < 1 makes it smaller."""
        unit = self.how.x_height_px * squeeze
        tall = self.how.x_height_px * squeeze**0.5
        baseline, start = int(tall * 4.5), unit * 1.5
        canvas = np.zeros((int(tall * 8), int(self.width(text) * squeeze + unit * 5)), np.uint8)
        x = start
        for word in text.split(" "):
            for stroke in self._chosen[word].strokes:
                points = np.stack([x + stroke[:, 0] * unit, baseline + stroke[:, 1] * tall], axis=1)
                fixed = np.round(points * (1 << BITS)).astype(np.int32)
                pen = max(1, round(self.how.pen_px * float(rng.uniform(0.85, 1.15))))
                cv2.polylines(canvas, [fixed], False, 255, pen, cv2.LINE_AA, BITS)
            x += (self._chosen[word].width + 0.9 * self.how.spacing * float(rng.uniform(0.8, 1.2))) * unit
        return unsettle(Ink(canvas, baseline, start), self.how, rng)


class PictureSource:
    """Pictures of real lines with their texts: `path<TAB>text`, paths relative to the file."""

    def __init__(self, path: Path):
        self._folder = path.parent
        groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in path.read_text(encoding="utf-8").splitlines():
            name, text = row.split("\t", 1)
            groups[name.rpartition("_")[0]].append((name, text))
        # The part before the last "_" names the writer's form; where it never repeats, writers are unknown.
        several = sorted(lines for lines in groups.values() if len(lines) >= 3)
        self._groups = several or [sorted(line for lines in groups.values() for line in lines)]

    def writer(self, px_per_mm: float, rng: np.random.Generator) -> "PictureWriter":
        """One writer's pictures (or all, where nobody knows who wrote what)."""
        group = self._groups[int(rng.integers(len(self._groups)))]
        return PictureWriter(self._folder, group, manner(px_per_mm, rng))


class PictureWriter:
    """Fills place fields with real lines, ink cut out of the picture."""

    def __init__(self, folder: Path, lines: list[tuple[str, str]], how: Manner):
        self._folder, self._lines, self.how = folder, lines, how

    def offer(self, kind: str, text: str, rules: list, px: float, rng: np.random.Generator):
        """`(text, placed ink, source)` or None."""
        if kind != "place":
            return None
        for at in rng.permutation(len(self._lines))[:4]:
            name, label = self._lines[int(at)]
            grey = cv2.imread(str(self._folder / name), cv2.IMREAD_GRAYSCALE)
            ink = None if grey is None else cut_ink(grey)
            placed = None if ink is None else _set_picture(ink, rules, self.how.x_height_px, px, rng)
            if placed is not None:
                return label, placed, f"lines:{name}"
        return None


def cut_ink(grey: np.ndarray) -> Ink | None:
    """The writing of a picture as coverage, without paper, table rules and border; None where little is left."""
    soft = cv2.GaussianBlur(grey, (0, 0), 0.7)
    ground = cv2.GaussianBlur(cv2.dilate(cv2.erode(soft, None), np.ones((15, 15))), (0, 0), 6)
    depth = cv2.subtract(ground, soft)
    level, _ = cv2.threshold(depth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    level = max(12.0, level)
    depth = np.where(_rules_in(depth > level * 0.6), 0, depth)
    coverage = np.clip((depth - 0.45 * level) / (1.1 * level), 0, 1)
    solid = coverage > 0.4
    columns = np.flatnonzero(solid.sum(axis=0))
    if len(columns) < 40:
        return None
    profile = cv2.blur(solid.sum(axis=1).astype(np.float32)[:, None], (1, 3))[:, 0]
    core = np.flatnonzero(profile > 0.55 * profile.max())
    if len(core) < 5:
        return None
    left, right = max(0, columns[0] - 2), columns[-1] + 3
    return Ink((coverage[:, left:right] * 255).astype(np.uint8), float(core[-1] + 1), float(core[0]))


def _rules_in(dark: np.ndarray) -> np.ndarray:
    """Long straight lines, and whatever hangs on the left and right ends like a table's border."""
    picture = dark.astype(np.uint8)
    height, width = picture.shape
    across = cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((1, max(40, width // 8)), np.uint8))
    down = cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((int(height * 0.75), 1), np.uint8))
    lines = cv2.dilate(across | down, np.ones((3, 5), np.uint8))
    edge = np.flatnonzero(down[:, width * 3 // 5 :].any(axis=0))
    if len(edge):
        lines[:, width * 3 // 5 + edge[0] - 3 :] = 1
    return lines.astype(bool)


def _set_picture(ink: Ink, rules: list, x_height_px: float, px: float, rng: np.random.Generator) -> list[Placed] | None:
    """Sets one picture on one rule, or broken at a gap between words on two; None where it does not fit."""
    core = ink.baseline - ink.start  # `start` holds the top of the x-height here
    widths = [x1 - x0 - 2 * px for x0, x1, _ in rules]
    for factor in (1.15, 1.0, 0.85, 0.72):
        scale = float(np.clip(x_height_px / core, 0.9, 2.4)) * factor
        parts = _split(ink.coverage, [width / scale for width in widths], core)
        if parts is not None:
            break
    else:
        return None
    placed = []
    for part, (x0, _, y) in zip(parts, rules):
        grown = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        piece = Ink(grown, ink.baseline * scale, 0.0)
        placed.append((piece, x0 + float(rng.uniform(0.5, 2)) * px, y - lift(px, rng)))
    return placed


def _split(coverage: np.ndarray, widths: list[float], core: float) -> list[np.ndarray] | None:
    """Cuts a line into as many parts as needed, each within its width, at the last gap between words that serves."""
    if coverage.shape[1] <= widths[0]:
        return [coverage]
    if len(widths) < 2:
        return None
    empty = ~(coverage > 90).any(axis=0)
    best = None
    for start, stop in _runs(empty):
        fits = start <= widths[0] and coverage.shape[1] - stop <= widths[1]
        if fits and stop - start >= 0.6 * core:
            best = (start, stop)
    return None if best is None else [coverage[:, : best[0] + 1], coverage[:, best[1] - 1 :]]


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of true values as (start, stop)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))
