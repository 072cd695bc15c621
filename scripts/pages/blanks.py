"""Field crops in which there is nothing to read, and written ones to hold against them.

Blank fields (rules, boxes, stains, show-through, neighbours' tails, folds, noise), scribbles (random pen paths, words
struck out past reading, blots) and holes (dark or light backing, torn or burnt edges). The same seed gives the same
pictures; `measure_blanks` keeps the seeds of development and of measurement apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import content
import cv2
import marks
import numpy as np
import paper
from entries import draw_up
from hands import FontHand, choose_font, legible, manner, smooth_noise, stamp
from layout import load_form
from page import INKS
from writing import write_lines

LINE_MM = 8.3
ABOVE_MM = 7.0
KINDS = ("blank", "scribble", "hole")


@dataclass
class Field:
    """A field while it is made: print and pen as coverage over paper."""

    px: float
    lines: int
    print: np.ndarray
    ink: np.ndarray
    planes: paper.Planes
    rules: list[tuple[float, float, float]]

    @property
    def shape(self) -> tuple[int, int]:
        return self.ink.shape


@dataclass
class Crop:
    """A finished crop. `text` is empty unless it is written; `variety` says how it was made."""

    kind: str
    variety: str
    image: np.ndarray
    text: str = ""


class Maker:
    """Makes crops with these hands."""

    def __init__(self, hands: list[Path], print_fonts: Path):
        self._hands, self._print_fonts = hands, print_fonts

    def make(self, kind: str, seed: list[int]) -> Crop:
        """One crop of a kind: blank, scribble, hole, written or faded."""
        rng = np.random.default_rng(seed)
        field = self._field(rng)
        self._surroundings(field, rng)
        colour = INKS[int(rng.integers(len(INKS)))][0]
        draw = {"blank": self._blank, "scribble": self._scribble, "hole": self._hole}.get(kind, self._written)
        variety, text = draw(field, rng)
        faint = 1 - float(rng.uniform(0.8, 0.93)) if kind == "faded" else float(rng.uniform(0.7, 0.96))
        left = np.clip(faint * (0.85 + 0.15 * smooth_noise(field.shape, 30 * field.px, rng)), 0.05, 1)
        contrast = np.clip(255 * left, 0, 255).astype(np.uint8)
        paper.attenuate(field.planes, cv2.multiply(field.print, contrast, scale=1 / 255), (34, 32, 34), 1.0)
        paper.attenuate(field.planes, cv2.multiply(field.ink, contrast, scale=1 / 255), colour, 1.0)
        if kind == "hole":
            variety = self._tear(field, variety, rng)
        return Crop(kind, variety, _scanned(field, rng), text)

    def _field(self, rng: np.random.Generator) -> Field:
        px = float(rng.uniform(6, 12))
        lines = 2 if rng.random() < 0.2 else 1
        width = round(float(rng.uniform(24, 110)) * px)
        height = round((ABOVE_MM + LINE_MM * (lines - 1) + float(rng.uniform(1.8, 2.8))) * px)
        sheet = (max(height, round(60 * px)), max(width, round(120 * px)))
        planes = paper.blank_sheet(sheet, px, float(rng.beta(1.6, 2.2)), rng)
        top, left = (int(rng.integers(0, full - part + 1)) for full, part in zip(sheet, (height, width)))
        planes = [np.ascontiguousarray(plane[top : top + height, left : left + width]) for plane in planes]
        rules = [(0.0, float(width), (ABOVE_MM + LINE_MM * k) * px) for k in range(lines)]
        field = Field(px, lines, np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8), planes, rules)
        self._print(field, rng)
        return field

    def _print(self, field: Field, rng: np.random.Generator) -> None:
        """Dotted, dashed or solid rules, a box, or nothing."""
        look = str(rng.choice(["dots", "dashes", "solid", "box", "none"], p=[0.45, 0.15, 0.2, 0.1, 0.1]))
        px, (height, width) = field.px, field.shape
        if look == "box":
            pen = max(1.0, 0.25 * px)
            for a, b in (((0, 1), (width, 1)), ((0, height - 2), (width, height - 2)), ((1, 0), (1, height))):
                marks.thick_line(field.print, a, b, pen, 220)
        looks = {
            "rule": look,
            "rule_pitch_mm": float(rng.uniform(0.9, 1.7)),
            "rule_dot_mm": float(rng.uniform(0.28, 0.45)),
        }
        tilt = float(rng.normal(0, 0.15)) * px
        for x0, x1, y in field.rules if look in ("dots", "dashes", "solid") else []:
            marks._rule(field.print, (x0 + rng.uniform(0, 2) * px, y), (x1, y + tilt), looks, px)

    def _surroundings(self, field: Field, rng: np.random.Generator) -> None:
        """What reaches into the crop: the other side, neighbours' tails, a fold, the stamp, a printed colon."""
        px, (height, width) = field.px, field.shape
        if rng.random() < 0.4:
            through = np.zeros_like(field.ink)
            self._write_at(through, field, float(rng.uniform(3, ABOVE_MM + 1)) * px, rng)
            soft = cv2.GaussianBlur(np.ascontiguousarray(through[:, ::-1]), (0, 0), 0.16 * px)
            paper.attenuate(field.planes, soft, (120, 115, 150), float(rng.uniform(0.05, 0.22)))
        if rng.random() < 0.35:
            self._write_at(field.ink, field, float(rng.uniform(-2.2, -0.3)) * px, rng)
        if rng.random() < 0.2:
            self._write_at(field.ink, field, height + float(rng.uniform(2.5, 6)) * px, rng)
        if rng.random() < 0.12:
            mask = np.zeros_like(field.ink)
            x, lean = rng.uniform(0, width), rng.normal(0, 0.6) * height
            marks.thick_line(mask, (x, -5), (x + lean, height + 5), float(rng.uniform(0.2, 1.2)) * px, 200)
            soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.15, 0.6)) * px)
            paper.attenuate(field.planes, soft, (150, 140, 120), float(rng.uniform(0.2, 0.6)))
        if rng.random() < 0.06:
            mask, radius = np.zeros_like(field.ink), 17 * px
            centre = (rng.uniform(0, width), height / 2 + rng.choice([-1, 1]) * radius * rng.uniform(0.75, 1.0))
            for r in (radius, radius * 0.94):
                cv2.circle(mask, tuple(int(c) for c in centre), int(r), 200, max(1, round(0.3 * px)), cv2.LINE_AA)
            paper.attenuate(field.planes, mask, (205, 45, 50), float(rng.uniform(0.3, 0.7)))
        if rng.random() < 0.1:
            for y in (field.rules[0][2] - 0.4 * px, field.rules[0][2] - 1.7 * px):
                cv2.circle(field.print, (round(0.5 * px), round(y)), max(1, round(0.25 * px)), 230, -1, cv2.LINE_AA)

    def _hand(self, field: Field, rng: np.random.Generator) -> FontHand:
        return FontHand(choose_font(legible(self._hands), rng), manner(field.px, rng), rng)

    def _text(self, rng: np.random.Generator) -> str:
        book = content.open_book(rng, "birth_2016")
        writer = content.EntryWriter(book, rng)
        values = draw_up(load_form("birth_2016"), book, 0, writer.next_day(rng), content.clerk_style(rng), rng)
        texts = [v.text for k, v in values.items() if v.text and k not in ("loai_dang_ky", "ghi_chu")]
        return str(rng.choice(texts))

    def _write_at(self, mask: np.ndarray, field: Field, baseline: float, rng: np.random.Generator) -> str:
        """Writes some text on a height, from somewhere on the left."""
        hand, text = self._hand(field, rng), self._text(rng)
        ink = hand.write(text, min(1.0, field.shape[1] / (hand.width(text) + 1)), rng)
        stamp(mask, ink.coverage, float(rng.uniform(-3, 8)) * field.px - ink.start, baseline - ink.baseline)
        return text

    def _blank(self, field: Field, rng: np.random.Generator) -> tuple[str, str]:
        for _ in range(int(rng.poisson(1.2))):
            at = (int(rng.integers(field.shape[1])), int(rng.integers(field.shape[0])))
            cv2.circle(field.ink, at, max(1, round(float(rng.uniform(0.05, 0.25)) * field.px)), 200, -1, cv2.LINE_AA)
        return "blank", ""

    def _written(self, field: Field, rng: np.random.Generator) -> tuple[str, str]:
        hand = self._hand(field, rng)
        text = self._text(rng)
        fits = sum(x1 - x0 for x0, x1, _ in field.rules)
        while hand.width(text) > 1.3 * fits and " " in text:
            text = text.rsplit(" ", 1)[0]
        for ink, x, y in write_lines(hand, text, field.rules, field.px, rng):
            stamp(field.ink, ink.coverage, x - ink.start, y - ink.baseline)
        return hand.source, text

    def _scribble(self, field: Field, rng: np.random.Generator) -> tuple[str, str]:
        names = ("zigzag", "loops", "hatch", "blot", "struck", "overwritten")
        variety = str(rng.choice(names, p=(0.2, 0.2, 0.15, 0.1, 0.25, 0.1)))
        for _, _, y in field.rules[: int(rng.integers(1, field.lines + 1))]:
            width = float(rng.uniform(0.3, 1.0)) * field.shape[1]
            x0 = float(rng.uniform(0, field.shape[1] - width))
            box = (x0, y - float(rng.uniform(3.2, 6.2)) * field.px, x0 + width, y + float(rng.uniform(-0.6, 1.2)) * field.px)
            getattr(self, f"_{variety}")(field, box, rng)
        return variety, ""

    def _pen(self, field: Field, rng: np.random.Generator) -> float:
        return float(rng.uniform(0.25, 0.6)) * field.px

    def _path(self, field: Field, xs: np.ndarray, ys: np.ndarray, pen: float) -> None:
        points = np.round(np.stack([xs, ys], axis=1) * 16).astype(np.int32)
        cv2.polylines(field.ink, [points], False, 255, max(1, round(pen)), cv2.LINE_AA, 4)

    def _zigzag(self, field: Field, box: tuple, rng: np.random.Generator) -> None:
        x0, y0, x1, y1 = box
        for _ in range(int(rng.integers(1, 4))):
            turns = max(6, round((x1 - x0) / field.px * float(rng.uniform(0.8, 3))))
            xs = np.linspace(x0, x1, turns) + rng.normal(0, 0.4 * field.px, turns)
            edge = np.where(np.arange(turns) % 2 == 0, y0, y1)
            self._path(field, xs, edge + rng.normal(0, 0.5 * field.px, turns), self._pen(field, rng))

    def _loops(self, field: Field, box: tuple, rng: np.random.Generator) -> None:
        x0, y0, x1, y1 = box
        for _ in range(int(rng.integers(1, 3))):
            rounds = max(4.0, (x1 - x0) / field.px * float(rng.uniform(0.5, 1.3)))
            t = np.linspace(0, 1, int(rounds * 24))
            size = (y1 - y0) / 2 * (0.8 + 0.25 * np.interp(t, np.linspace(0, 1, 9), rng.normal(0, 1, 9)))
            xs = x0 + (x1 - x0) * t + size * 0.8 * np.cos(2 * np.pi * rounds * t)
            self._path(field, xs, (y0 + y1) / 2 + size * np.sin(2 * np.pi * rounds * t), self._pen(field, rng))

    def _hatch(self, field: Field, box: tuple, rng: np.random.Generator) -> None:
        x0, y0, x1, y1 = box
        for lean in (0.6, -0.6) if rng.random() < 0.7 else (float(rng.uniform(-1, 1)),):
            step = float(rng.uniform(0.5, 1.1)) * field.px
            for x in np.arange(x0, x1, step):
                shake = rng.normal(0, 0.25 * field.px, 4)
                a, b = (x + shake[0], y0 + shake[1]), (x + lean * (y1 - y0) + shake[2], y1 + shake[3])
                marks.thick_line(field.ink, a, b, self._pen(field, rng))

    def _blot(self, field: Field, box: tuple, rng: np.random.Generator) -> None:
        x0, y0, x1, y1 = box
        yy, xx = np.mgrid[: field.shape[0], : field.shape[1]].astype(np.float32)
        near = np.hypot((xx - (x0 + x1) / 2) / (x1 - x0) * 2, (yy - (y0 + y1) / 2) / (y1 - y0) * 2)
        edge = near + 0.25 * smooth_noise(field.shape, 1.5 * field.px, rng)
        field.ink[...] = np.maximum(field.ink, np.clip((1 - edge) * 900, 0, 255).astype(np.uint8))

    def _struck(self, field: Field, box: tuple, rng: np.random.Generator) -> None:
        """A word thoroughly struck out: many strokes through all of it."""
        hand, text = self._hand(field, rng), self._text(rng)
        x0, _, x1, y1 = box
        while hand.width(text) > x1 - x0 and " " in text:
            text = text.rsplit(" ", 1)[0]
        ink = hand.write(text, min(1.0, (x1 - x0) / hand.width(text)), rng)
        baseline = y1 - 0.6 * field.px
        stamp(field.ink, ink.coverage, x0 - ink.start, baseline - ink.baseline)
        width = min(x1 - x0, hand.width(text) * 1.05)
        tall = hand.how.x_height_px
        for _ in range(int(rng.integers(2, 4))):
            self._zigzag(field, (x0, baseline - 1.7 * tall, x0 + width, baseline + 0.4 * tall), rng)
        for _ in range(int(rng.integers(3, 9))):
            y = baseline - float(rng.uniform(-0.2, 1.4)) * tall
            ends = y + rng.normal(0, 0.25 * tall, 2)
            marks.thick_line(field.ink, (x0 - tall / 2, ends[0]), (x0 + width, ends[1]), self._pen(field, rng))

    def _overwritten(self, field: Field, box: tuple, rng: np.random.Generator) -> None:
        """Four to six texts, one over the other, all of them as long."""
        x0, _, x1, y1 = box
        for _ in range(int(rng.integers(4, 7))):
            hand, text = self._hand(field, rng), self._text(rng)
            ink = hand.write(text, 1.0, rng).coverage
            wide = cv2.resize(ink, (max(8, round(x1 - x0)), ink.shape[0]), interpolation=cv2.INTER_AREA)
            middle = y1 - float(rng.uniform(1.2, 2.6)) * field.px
            stamp(field.ink, wide, x0 + float(rng.normal(0, 0.5)) * field.px, middle - ink.shape[0] * 0.58)

    def _hole(self, field: Field, rng: np.random.Generator) -> tuple[str, str]:
        """Half of the holes were written on before, all along the field so that nothing whole is left."""
        was = "empty"
        if rng.random() < 0.5:
            was = "written"
            for _, _, y in field.rules:
                hand = self._hand(field, rng)
                text = self._text(rng)
                while hand.width(text) < field.shape[1]:
                    text += " " + self._text(rng)
                ink = hand.write(text, 1.0, rng)
                stamp(field.ink, ink.coverage, -ink.start - float(rng.uniform(0, 4)) * field.px, y - ink.baseline)
        return was, ""

    def _tear(self, field: Field, was: str, rng: np.random.Generator) -> str:
        """Takes at least seven tenths of the field away, and of writing all but what one letter takes."""
        px, (height, width) = field.px, field.shape
        rough = smooth_noise(field.shape, 1.2 * px, rng) * 0.7 + smooth_noise(field.shape, 5 * px, rng) * 1.6
        yy, xx = np.mgrid[:height, :width].astype(np.float32)
        side = str(rng.choice(["left", "right", "top", "bottom", "middle"]))
        depth = float(rng.uniform(0.72, 0.95))
        if was == "written" and side in ("left", "right"):
            depth = max(depth, 1 - 3.5 * px / width)
        inside = {
            "left": depth * width - xx,
            "right": xx - (1 - depth) * width,
            "top": depth * height - yy,
            "bottom": yy - (1 - depth) * height,
            "middle": min(width, height * 3) * 0.6 - np.maximum(abs(xx - width / 2) * min(1, 3 * height / width), abs(yy - height / 2) * 1.1),
        }[side]
        distance = inside / px + rough
        dark = rng.random() < 0.5
        backing = float(rng.uniform(4, 60)) if dark else float(rng.uniform(236, 255))
        rim = np.exp(-np.abs(distance) / float(rng.uniform(0.3, 1.2)))
        burnt, reach = rng.random() < 0.4, float(rng.uniform(1, 3))
        singed = np.clip(np.exp(np.minimum(distance, 0) / reach), 0, 1)
        for plane, tone in zip(field.planes, (0.5, 0.38, 0.25)):
            if burnt:
                plane[...] = np.clip(plane * (1 - singed * (1 - tone)), 0, 255).astype(np.uint8)
            elif dark:
                plane[...] = np.clip(plane + rim * (distance < 0) * 30, 0, 255).astype(np.uint8)
            hole = np.clip(distance * px + 0.5, 0, 1)
            shade = backing - (0 if dark else 30 * np.exp(-np.maximum(distance, 0) / 1.5))
            plane[...] = np.clip(plane * (1 - hole) + shade * hole, 0, 255).astype(np.uint8)
        return f"{'burnt' if burnt else 'torn'} {side}, {'dark' if dark else 'light'} backing"


def _scanned(field: Field, rng: np.random.Generator) -> np.ndarray:
    """Light, blur, noise, and JPEG as scanners and phones make them."""
    height, width = field.shape
    light = 1 + float(rng.normal(0, 0.05)) * np.linspace(-1, 1, width)[None, :] - float(rng.uniform(0, 0.08))
    sigma, grain = float(rng.uniform(0.25, 0.9)) * field.px / 11.8, float(rng.uniform(1, 5))
    image = np.stack(field.planes, axis=2).astype(np.float32) * light[:, :, None]
    image = cv2.GaussianBlur(image, (0, 0), max(0.3, sigma)) + rng.normal(0, grain, (height, width, 1))
    tint = rng.normal(1.0, 0.004, 3)
    image = np.clip(image * tint, 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 93))]
    coded = cv2.imencode(".jpg", image[:, :, ::-1], quality)[1]
    return cv2.imdecode(coded, cv2.IMREAD_COLOR)[:, :, ::-1]
