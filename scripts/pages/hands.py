"""Handwriting: turns text into ink coverage. One object is one hand; pages are written by one or two.

A `Stroke` is coverage 0..255 with the baseline's row and the column where the first letter starts. Sizes are pixels of
the page, so a hand is made for one resolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import fonts
import numpy as np
from PIL import Image, ImageDraw, ImageFont

# How often a font is taken: fonts that look like a clerk's writing often, display faces rarely or never.
USUAL = 0.25
LEGIBLE = 0.7  # from this weight on a font counts as easily read
WEIGHTS = {
    "playwrite-vn": 3.0, "ms-madi": 1.0, "whisper": 1.0, "licorice": 1.0, "square-peg": 1.2, "send-flowers": 1.0,
    "fuggles": 1.0, "waterfall": 1.0, "gwendolyn": 0.7, "mynerve": 1.0, "patrick-hand": 1.0, "bad-script": 1.2,
    "allura": 1.0, "the-nautigal": 1.0, "caramel": 0.8, "birthstone": 0.8, "kolker-brush": 0.6, "hurricane": 0.8,
    "vujahday-script": 0.7, "water-brush": 0.6, "comforter": 0.6, "oooh-baby": 0.8, "moon-dance": 0.8,
    "estonia": 0.6, "corinthia": 0.8, "dancing-script": 0.7, "sedgwick-ave": 0.8, "itim": 0.0, "pacifico": 0.0,
    "gideon-roman": 0.0, "fleur-de-leah": 0.0, "festive": 0.05, "kings": 0.1, "carattere": 0.15, "smooch": 0.1,
    "sriracha": 0.15, "mali": 0.2, "updock": 0.1, "imperial-script": 0.15, "lovers-quarrel": 0.1, "mea-culpa": 0.15,
    "great-vibes": 0.2, "grechen-fuemen": 0.15, "passions-conflict": 0.1, "inspiration": 0.15, "ingrid-darling": 0.15,
    "puppies-play": 0.15, "babylonica": 0.2, "ephesis": 0.2, "explora": 0.1, "windsong": 0.2, "twinkle-star": 0.2,
}  # fmt: skip


@dataclass
class Ink:
    """One piece of writing: `coverage` uint8 (H, W); `baseline` and `start` are its row and first column."""

    coverage: np.ndarray
    baseline: float
    start: float


@dataclass
class Manner:
    """How a person writes today. `x_height_px` sizes everything."""

    x_height_px: float
    pen_px: float
    slant: float
    spacing: float
    wobble: float
    drift: float
    pressure: float


def manner(px_per_mm: float, rng: np.random.Generator) -> Manner:
    """A random manner of writing at this resolution."""
    return Manner(
        x_height_px=float(rng.uniform(1.8, 2.5)) * px_per_mm,
        pen_px=float(rng.uniform(0.27, 0.42)) * px_per_mm,
        slant=float(rng.normal(0.06, 0.1)),
        spacing=float(rng.uniform(0.85, 1.3)),
        wobble=float(rng.uniform(0.05, 0.11)),
        drift=float(rng.uniform(0.02, 0.09)),
        pressure=float(rng.uniform(0.1, 0.45)),
    )


def smooth_noise(shape: tuple[int, int], cell: float, rng: np.random.Generator) -> np.ndarray:
    """Float32 noise of about unit size whose hills are `cell` pixels apart."""
    small = (max(2, round(shape[0] / cell) + 2), max(2, round(shape[1] / cell) + 2))
    grid = rng.standard_normal(small, dtype=np.float32)
    return cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def unsettle(ink: Ink, how: Manner, rng: np.random.Generator) -> Ink:
    """Slant, wandering baseline, trembling letters, changing pressure; the same for every kind of hand."""
    pad = int(how.x_height_px * 1.2)
    source = cv2.copyMakeBorder(ink.coverage, pad // 2, pad // 2, pad, pad, cv2.BORDER_CONSTANT)
    baseline, start = ink.baseline + pad // 2, ink.start + pad
    height, width = source.shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None, :]
    unit = how.x_height_px
    drift = smooth_noise((1, width), unit * 9, rng) * how.drift * unit
    map_x = columns + how.slant * (rows - baseline) + smooth_noise((height, width), unit * 1.1, rng) * how.wobble * unit
    map_y = rows + drift + smooth_noise((height, width), unit * 1.3, rng) * how.wobble * 0.8 * unit
    moved = cv2.remap(source, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR)
    strength = 1.0 - how.pressure * np.clip(0.5 + 0.5 * smooth_noise((height, width), unit * 1.6, rng), 0, 1.4)
    return Ink((moved * np.clip(strength, 0.4, 1)).astype(np.uint8), baseline, start)


class FontHand:
    """Writes any text in one handwriting font."""

    def __init__(self, path: Path, how: Manner, rng: np.random.Generator):
        self.source = f"font:{path.stem}"
        self.how = how
        self._path = path
        probe = ImageFont.truetype(str(path), 200)
        box = probe.getbbox("xnoasm", anchor="ls")
        capital = -probe.getbbox("HNTB", anchor="ls")[1]
        # Faces with small bodies and towering capitals are sized by their capitals.
        size = min(200 * how.x_height_px / -box[1], 200 * how.x_height_px * 2.5 / capital)
        self._font = ImageFont.truetype(str(path), size)
        self._thicken = max(0.0, (how.pen_px - self._pen_width()) / 2)
        digits = -probe.getbbox("0123", anchor="ls")[1] * size / 200
        # Faces whose figures are no taller than an x: people write them taller.
        self._figures = float(np.clip(1.45 * how.x_height_px / digits, 1.0, 1.5))
        self._tracking = 0.14 * how.x_height_px
        self._space = how.x_height_px * 0.85 * how.spacing

    def _pen_width(self) -> float:
        glyphs = (self._glyphs("nguoihanem", 0.0)[0] > 127).astype(np.uint8)
        distance = cv2.distanceTransform(glyphs, cv2.DIST_L2, 5)
        ridge = distance[distance >= cv2.dilate(distance, np.ones((3, 3))) - 1e-3]
        return float(2 * np.median(ridge[ridge > 0.5])) if (ridge > 0.5).any() else 1.0

    def _paste(self, canvas: np.ndarray, text: str, x: float, level: float, scale: float) -> float:
        """Puts glyphs on a canvas; returns where the pen stands afterwards."""
        piece, left, top = self._glyphs(text, self._thicken)
        piece = cv2.resize(piece, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        stamp(canvas, piece, x + left * scale, level + top * scale)
        return x + self._font.getlength(text) * scale

    def _write_figures(
        self, canvas: np.ndarray, word: str, x: float, level: float, scale: float, rng: np.random.Generator
    ) -> float:
        """Numbers and dates figure by figure, as people write them: apart, and dots that are seen on a dotted rule."""
        unit = self.how.x_height_px
        for figure in word:
            if figure == ".":
                at = (x + self._tracking, level - float(rng.uniform(0.12, 0.3)) * unit)
                radius = max(1.0, 0.75 * self.how.pen_px)
                cv2.circle(canvas, (round(at[0] * 16), round(at[1] * 16)), round(radius * 16), 255, -1, cv2.LINE_AA, 4)
                x += self._font.getlength(figure) * self._figures
            else:
                x = self._paste(canvas, figure, x, level + float(rng.normal(0, 0.04)) * unit, scale * self._figures)
            x += self._tracking * float(rng.uniform(0.6, 1.5))
        return x

    def _glyphs(self, word: str, thicken: float) -> tuple[np.ndarray, float, float]:
        """Coverage of a word with the place of its corner relative to pen start and baseline."""
        left, top, right, bottom = self._font.getbbox(word, anchor="ls", stroke_width=thicken)
        left, top = int(np.floor(left)) - 1, int(np.floor(top)) - 1
        image = Image.new("L", (int(right - left) + 3, int(bottom - top) + 3))
        ImageDraw.Draw(image).text((-left, -top), word, font=self._font, fill=255, anchor="ls", stroke_width=thicken)
        return np.asarray(image), left, top

    def width(self, text: str) -> float:
        """Expected width in pixels."""
        words = text.split(" ")
        return sum(self._advance(word) for word in words) + self._space * (len(words) - 1)

    def _advance(self, word: str) -> float:
        if not _is_figures(word):
            return self._font.getlength(word)
        return sum(self._font.getlength(c) * self._figures + self._tracking for c in word)

    def write(self, text: str, squeeze: float, rng: np.random.Generator) -> Ink:
        """One line of text; `squeeze` < 1 makes it smaller, in width more than in height."""
        unit = self.how.x_height_px
        height = int(unit * 7)
        baseline = int(unit * 4.4)
        canvas = np.zeros((height, int(self.width(text) * 1.15 + unit * 6)), np.uint8)
        x = unit * 1.5
        start = x
        for word in text.split(" "):
            scale = float(np.clip(rng.normal(1, 0.035), 0.92, 1.08))
            level = baseline + float(rng.normal(0, 0.05)) * unit
            if _is_figures(word):
                x = self._write_figures(canvas, word, x, level, scale, rng)
            else:
                x = self._paste(canvas, word, x, level, scale)
            x += self._space * float(np.clip(rng.normal(1, 0.18), 0.55, 1.6))
        canvas = canvas[:, : int(x + unit * 2)]
        if squeeze < 1:
            canvas = cv2.resize(canvas, None, fx=squeeze, fy=squeeze**0.4, interpolation=cv2.INTER_AREA)
        return unsettle(
            Ink(canvas, baseline * squeeze**0.4 if squeeze < 1 else baseline, start * min(squeeze, 1)), self.how, rng
        )


def _is_figures(word: str) -> bool:
    return sum(c.isdigit() for c in word) * 2 >= len(word)


def stamp(canvas: np.ndarray, piece: np.ndarray, x: float, y: float) -> None:
    """Lays `piece` on `canvas` with its corner at (x, y), the darker winning; what sticks out is cut."""
    x, y = round(x), round(y)
    top, left = max(0, -y), max(0, -x)
    bottom, right = min(piece.shape[0], canvas.shape[0] - y), min(piece.shape[1], canvas.shape[1] - x)
    if bottom <= top or right <= left:
        return
    target = canvas[y + top : y + bottom, x + left : x + right]
    np.maximum(target, piece[top:bottom, left:right], out=target)


def font_files(folder: Path, split: str) -> list[Path]:
    """Handwriting fonts of a folder and split; in the fetched folder only those meant for hands, elsewhere all."""
    names = {row["package"] for row in fonts.packages() if row["use"] == "hand"}
    fetched = folder.resolve() == (fonts.cache_dir() / "fonts").resolve()
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".ttf", ".otf"))
    found = [p for p in found if not fetched or p.stem in names]
    if split in ("train", "heldout"):
        found = [p for p in found if fonts.is_heldout(p.stem) == (split == "heldout")]
    elif split != "all":
        found = [p for p in found if fonts.split_of(p.stem) == split]
    return [p for p in found if fonts.covers(p)]


def legible(files: list[Path]) -> list[Path]:
    """The easily read ones, or all where there are none (fonts of one's own)."""
    return [p for p in files if WEIGHTS.get(p.stem, USUAL) >= LEGIBLE] or files


def choose_font(files: list[Path], rng: np.random.Generator) -> Path:
    """A font by the weights above; fonts without a weight count as usual."""
    weights = np.array([WEIGHTS.get(p.stem, USUAL) for p in files])
    if weights.sum() == 0:
        weights[:] = 1
    return files[int(rng.choice(len(files), p=weights / weights.sum()))]
