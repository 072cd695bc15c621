"""Ink masks: VNOnDB pen strokes and handwriting fonts, drawn as (H, W) uint8
with 0 = no ink, 255 = full ink, cropped tight. No paper yet (see paper.py)."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fontTools.ttLib import TTFont
from fonts import split_of
from sources import InkLine

LINE_UNITS = 220.0
INK_PX = 56


def draw_strokes(strokes: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Strokes in VNOnDB units -> mask about INK_PX high, 1 to 4 px wide pen."""
    slant = rng.normal(0.0, 0.18)
    strokes = _other_hand(strokes, rng)
    scale_y = INK_PX / LINE_UNITS * rng.uniform(0.9, 1.1)
    scale_x = scale_y * rng.uniform(0.75, 1.5)
    shape = np.array([[scale_x, 0.0], [-slant * scale_y, scale_y]], dtype=np.float32)
    moved = [stroke @ shape for stroke in strokes]
    corner = np.min([stroke.min(axis=0) for stroke in moved], axis=0) - 4
    far = np.max([stroke.max(axis=0) for stroke in moved], axis=0) - corner + 4
    mask = np.zeros((int(far[1]) + 1, int(far[0]) + 1), dtype=np.uint8)
    paths = [np.round((stroke - corner) * 8).astype(np.int32).reshape(-1, 1, 2) for stroke in moved]
    width_px = int(rng.choice((1, 2, 3, 4), p=(0.45, 0.37, 0.15, 0.03)))
    cv2.polylines(mask, paths, False, 255, width_px, cv2.LINE_AA, 3)
    return mask


def _other_hand(strokes: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """The same words as another hand may write them: smooth waves in both
    directions over the line, and every stroke a little off. Units as given."""
    waves = [(rng.uniform(120, 900), rng.uniform(0, 2 * np.pi)) for _ in range(4)]
    across = rng.uniform(0, 9, 2) * (rng.random(2) < 0.7)
    along = rng.uniform(0, 14, 2) * (rng.random(2) < 0.7)
    loose = rng.uniform(0, 3.5)

    def moved(stroke: np.ndarray) -> np.ndarray:
        x, y = stroke[:, 0], stroke[:, 1]
        (a, a0), (b, b0), (c, c0), (d, d0) = waves
        dx = along[0] * np.sin(x * (6.28 / a) + a0) + along[1] * np.sin(y * (6.28 / max(90.0, b / 3)) + b0)
        dy = across[0] * np.sin(x * (6.28 / c) + c0) + across[1] * np.sin(x * (6.28 / max(60.0, d / 5)) + d0) * 0.6
        return (stroke + np.stack([dx, dy], axis=1) + rng.normal(0, loose, 2)).astype(np.float32)

    return [moved(stroke) for stroke in strokes]


class InkStore:
    """Word runs from VNOnDB lines of a set of writers."""

    def __init__(self, lines: list[InkLine]) -> None:
        self.lines = lines
        # Words of each writer, as (line, word) numbers, that may stand in a made-up line.
        self.pools: dict[str, dict[str, list[tuple[int, int]]]] = {"any": {}, "capital": {}, "digits": {}}
        for number, line in enumerate(lines):
            for place, word in enumerate(line.words):
                kinds = ["any"] + ["capital"] * word[0].isupper() + ["digits"] * word.isdigit()
                for kind in kinds:
                    self.pools[kind].setdefault(line.writer, []).append((number, place))

    def run(self, words: int, rng: np.random.Generator) -> tuple[list[np.ndarray], str]:
        """Neighbouring words of one line with the punctuation between them."""
        line = self.lines[int(rng.integers(len(self.lines)))]
        count = len(line.words)
        first = int(rng.integers(max(1, count - words + 1)))
        last = min(count, first + words)
        return _cut(line, first, last)

    def collage(self, words: int, rng: np.random.Generator, kind: str = "any") -> tuple[list[np.ndarray], str]:
        """Words of one writer put together from several of his lines: `any`,
        `capital` (as names are) or `digits` (joined by / . - as dates are)."""
        writers = self.pools[kind]
        pool = writers[str(rng.choice(list(writers)))]
        sign = str(rng.choice(["/", "/", "-", ".", " "])) if kind == "digits" else " "
        return self.together([pool[int(n)] for n in rng.integers(len(pool), size=words)], sign, rng)

    def together(self, chosen: list[tuple[int, int]], sign: str, rng: np.random.Generator,
                 loose: float = 1.0) -> tuple[list[np.ndarray], str]:
        """Words, as (line, word), side by side with `sign` between them; `loose`: how much
        their sizes and heights differ from what the writer wrote."""
        strokes, text, x = [], "", 0.0
        for number, place in chosen:
            line = self.lines[number]
            word = _word(line, place)
            if not word:
                continue
            if text and sign != " ":
                joint = _joint(sign, strokes[-1], x, rng)
                strokes.append(joint)
                x = joint[:, 0].max() + rng.uniform(8, 30)
            points = np.concatenate(word)
            grow, middle = 1.0 + loose * rng.uniform(-0.1, 0.12, 2), _middle(line, place)
            origin = np.array([points[:, 0].min(), middle], dtype=np.float32)
            shift = np.array([x, loose * rng.normal(0, 8)], dtype=np.float32)
            strokes += [((stroke - origin) * grow + shift).astype(np.float32) for stroke in word]
            x += np.ptp(points[:, 0]) * grow[0] + (rng.uniform(25, 70) if sign == " " else rng.uniform(5, 30))
            text += (sign if text else "") + line.words[place]
        return strokes, text


def _middle(line: InkLine, place: int) -> float:
    """Median y of the ink around a word: where its letters' middle runs."""
    near = [stroke for n in range(place - 2, place + 3) if n >= 0 for stroke in _word(line, n)]
    return float(np.median(np.concatenate(near)[:, 1]))


def _joint(sign: str, before: np.ndarray, x: float, rng: np.random.Generator) -> np.ndarray:
    """Pen path (P, 2) of a slash, hyphen or point after the stroke `before`."""
    top, foot = before[:, 1].min(), before[:, 1].max()
    if sign == "/":
        ends = [[x + rng.uniform(15, 50), top - rng.uniform(0, 30)], [x, foot + rng.uniform(0, 30)]]
    elif sign == "-":
        middle = (top + foot) / 2
        ends = [[x, middle], [x + rng.uniform(15, 50), middle + rng.uniform(-6, 6)]]
    else:
        ends = [[x, foot], [x + 3, foot + 2]]
    return np.array(ends, dtype=np.float32)


def _spans(line: InkLine) -> list[tuple[int, int]]:
    """Start and end of every word in the line's text."""
    spans, at = [], 0
    for word in line.words:
        start = line.text.find(word, at)
        start = at if start < 0 else start
        at = start + len(word)
        spans.append((start, at))
    return spans


def _cut(line: InkLine, first: int, last: int) -> tuple[list[np.ndarray], str]:
    lefts = [min((s[:, 0].min() for s in _word(line, n)), default=None) for n in (first, last)]
    chosen = [s for n in range(first, last) for s in _word(line, n)]
    low = -1e9 if first == 0 else lefts[0]
    high = 1e9 if last >= len(line.words) else lefts[1]
    if low is None or high is None or not chosen:
        return [], ""
    chosen += [s for s in _word(line, -1) if low <= s[:, 0].mean() < high]
    spans = _spans(line)
    start = 0 if first == 0 else spans[first][0]
    end = len(line.text) if last >= len(line.words) else spans[last][0]
    return chosen, line.text[start:end].strip()


def _word(line: InkLine, number: int) -> list[np.ndarray]:
    return [line.strokes[i] for i in np.flatnonzero(line.word_of == number)]


class Fonts:
    """Handwriting fonts (TTF files of one folder) of one split, or all where `split` is None."""

    def __init__(self, folder: Path, size_px: int = 40, split: str | None = "train") -> None:
        paths = sorted(path for path in folder.glob("*.ttf") if split in (None, split_of(path.stem)))
        self.fonts = [ImageFont.truetype(str(path), size_px, layout_engine=ImageFont.Layout.BASIC) for path in paths]
        self.letters = [set(TTFont(path, lazy=True).getBestCmap()) for path in paths]

    def can_write(self, text: str, number: int) -> bool:
        """Whether font `number` has every letter."""
        return all(ord(letter) in self.letters[number] for letter in text)

    def draw(self, text: str, number: int) -> np.ndarray:
        """Text in font `number` -> mask, cropped tight with a 4 px rim."""
        font = self.fonts[number]
        left, top, right, bottom = font.getbbox(text)
        image = Image.new("L", (max(1, right - left) + 8, max(1, bottom - top) + 8), 0)
        ImageDraw.Draw(image).text((4 - left, 4 - top), text, font=font, fill=255)
        return np.asarray(image)

    def draw_by_hand(self, text: str, rng: np.random.Generator) -> np.ndarray | None:
        """Text in a drawn font, with the unsteadiness of a hand; None where no font has the letters."""
        able = [number for number in rng.permutation(len(self.fonts))[:24] if self.can_write(text, number)]
        return self.drawn(text, int(able[0]), rng) if able else None

    def drawn(self, text: str, number: int, rng: np.random.Generator) -> np.ndarray:
        """Text in font `number`, with the unsteadiness of a hand."""
        mask = self.draw(text, number)
        heavy = rng.random()
        if heavy < 0.15:
            mask = cv2.erode(mask, np.ones((2, 2), np.uint8))
        elif heavy < 0.3:
            mask = cv2.dilate(mask, np.ones((2, 2), np.uint8))
        height, width = mask.shape
        line = sum(self.fonts[number].getmetrics()) if rng.random() < 0.5 else height
        scale = INK_PX / line * rng.uniform(0.85, 1.2)
        size = (max(8, int(width * scale * rng.uniform(0.75, 1.5))), max(8, int(height * scale)))
        mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        return _unsteady(mask, rng)


def _unsteady(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Smooth random displacement, up to about 2 px, and a slant."""
    height, width = mask.shape
    slant = rng.normal(0.0, 0.15)
    rim = int(abs(slant) * height) + 4
    mask = cv2.copyMakeBorder(mask, 3, 3, rim, rim, cv2.BORDER_CONSTANT)
    height, width = mask.shape
    nodes = (3, max(3, width // 24))
    amount = rng.uniform(0.3, 1.6)
    shift = [cv2.resize(rng.normal(0, amount, nodes).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC) for _ in "xy"]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return cv2.remap(mask, x + shift[0] + slant * (y - height / 2), y + shift[1], cv2.INTER_LINEAR)
