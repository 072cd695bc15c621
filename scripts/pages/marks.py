"""What is drawn rather than written: printed lines and words, ticks, signatures, the stamp. All into coverage masks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from hands import smooth_noise
from layout import Print
from PIL import Image, ImageDraw, ImageFont

BITS = 4  # fractional bits of cv2 coordinates


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << BITS)), round(y * (1 << BITS))


def thick_line(
    mask: np.ndarray, a: tuple[float, float], b: tuple[float, float], width: float, value: int = 255
) -> None:
    """An antialiased line of any width: a quadrilateral."""
    direction = np.array(b, float) - np.array(a, float)
    length = float(np.hypot(*direction)) or 1.0
    normal = np.array([-direction[1], direction[0]]) / length * width / 2
    corners = np.array([np.array(a) + normal, np.array(b) + normal, np.array(b) - normal, np.array(a) - normal])
    cv2.fillConvexPoly(mask, np.round(corners * (1 << BITS)).astype(np.int32), value, cv2.LINE_AA, BITS)


def draw_print(printed: Print, place, shape: tuple[int, int], fonts: Path, rng: np.random.Generator) -> np.ndarray:
    """The printed page as coverage. `place(x, y)` turns form millimetres into pixels of the sheet."""
    mask = np.zeros(shape, np.uint8)
    px = place.px_per_mm
    for name, (x0, y0, x1, y1) in printed.lines.items():
        a, b = place(x0, y0), place(x1, y1)
        width = printed.looks["line_mm"] * px * (0.6 if name.endswith("_inner") else 1)
        thick_line(mask, a, b, max(1.2, width), 235)
        if rng.random() < 0.3:
            _wear(mask, a, b, px, rng)
    for field in printed.places:
        for x0, x1, y in field.rules:
            _rule(mask, place(x0, y), place(x1, y), printed.looks, px)
        for _, (x, y, w, h) in field.ticks:
            corners = [place(x, y), place(x + w, y), place(x + w, y + h), place(x, y + h)]
            for a, b in zip(corners, corners[1:] + corners[:1]):
                thick_line(mask, a, b, max(1.2, printed.looks["tick_mm"] * px), 235)
    return np.maximum(mask, _words(printed, place, shape, fonts))


def _wear(mask: np.ndarray, a: tuple, b: tuple, px: float, rng: np.random.Generator) -> None:
    """Rubs one to four stretches out of a line."""
    for _ in range(int(rng.integers(1, 5))):
        length = float(np.hypot(b[0] - a[0], b[1] - a[1]))
        start = rng.uniform(0, 1)
        stop = min(1.0, start + rng.uniform(5, 40) * px / length)
        p = [a[0] + (b[0] - a[0]) * start, a[1] + (b[1] - a[1]) * start]
        q = [a[0] + (b[0] - a[0]) * stop, a[1] + (b[1] - a[1]) * stop]
        thick_line(mask, p, q, 2 * px, 0)


def _rule(mask: np.ndarray, a: tuple, b: tuple, looks: dict, px: float) -> None:
    if looks["rule"] == "solid":
        thick_line(mask, a, b, max(1.0, looks["rule_dot_mm"] * 0.5 * px), 190)
        return
    pitch, dot = looks["rule_pitch_mm"] * px, looks["rule_dot_mm"] * px
    for x in np.arange(a[0], b[0], pitch):
        y = a[1] + (b[1] - a[1]) * (x - a[0]) / max(1.0, b[0] - a[0])
        if looks["rule"] == "dashes":
            thick_line(mask, (x, y), (x + pitch * 0.55, y), max(1.0, dot * 0.7), 220)
        else:
            cv2.circle(mask, _fixed(x, y), round(max(0.7, dot / 2) * (1 << BITS)), 235, -1, cv2.LINE_AA, BITS)


def _words(printed: Print, place, shape: tuple[int, int], fonts: Path) -> np.ndarray:
    image = Image.new("L", (shape[1], shape[0]))
    draw = ImageDraw.Draw(image)
    for text in printed.texts:
        path = fonts / f"{printed.family}-{text.style}.ttf"
        font = ImageFont.truetype(str(path), text.em * place.px_per_mm * place.scale[0])
        draw.text(place(text.x, text.y), text.text, font=font, fill=240, anchor="ms" if text.centred else "ls")
    return np.asarray(image)


def draw_tick(mask: np.ndarray, box: tuple[float, float, float, float], pen: float, rng: np.random.Generator) -> None:
    """A cross, a tick or a filled box, in ink, somewhat over the edge."""
    x, y, w, h = box
    shake = lambda: float(rng.normal(0, 0.1)) * w  # noqa: E731 - a one-liner used eight times below
    kind = rng.random()
    if kind < 0.5:
        thick_line(mask, (x + shake(), y + shake()), (x + w + shake(), y + h + shake()), pen)
        thick_line(mask, (x + w + shake(), y + shake()), (x + shake(), y + h + shake()), pen)
    elif kind < 0.88:
        middle = (x + w * 0.4 + shake(), y + h * 0.95 + shake())
        thick_line(mask, (x + w * 0.1 + shake(), y + h * 0.5 + shake()), middle, pen)
        thick_line(mask, middle, (x + w * 1.15 + shake(), y - h * 0.15 + shake()), pen)
    else:
        for t in np.arange(0.1, 0.95, 0.6 * pen / h):
            thick_line(mask, (x + w * 0.08 + shake(), y + h * t), (x + w * 0.92 + shake(), y + h * t + shake()), pen)


def signature(width: float, height: float, pen: float, rng: np.random.Generator) -> np.ndarray:
    """A random flowing signature as coverage, `height` × `width` pixels and some margin."""
    steps = 420
    t = np.linspace(0, 1, steps)
    loops = rng.uniform(3, 7)
    swing = np.interp(t, np.linspace(0, 1, 7), rng.uniform(0.15, 1.0, 7) * np.linspace(1.0, 0.5, 7))
    phase = np.interp(t, np.linspace(0, 1, 5), np.cumsum(rng.uniform(0.6, 1.4, 5))) * 2 * np.pi * loops / 4
    x = width * (0.08 + 0.75 * t) + 0.13 * width * swing * np.cos(phase + rng.uniform(0, 6))
    y = height * 0.55 + 0.42 * height * swing * np.sin(phase)
    mask = np.zeros((int(height * 1.5), int(width * 1.3)), np.uint8)
    _curve(mask, x, y + height * 0.15, pen, rng)
    flourish = np.linspace(0, 1, 80)
    bend = rng.uniform(-0.25, 0.25)
    fx = width * (0.05 + 1.05 * flourish)
    fy = height * (0.85 + bend * np.sin(np.pi * flourish) - rng.uniform(0, 0.35) * flourish)
    _curve(mask, fx, fy + height * 0.1, pen * 0.9, rng)
    return mask


def _curve(mask: np.ndarray, x: np.ndarray, y: np.ndarray, pen: float, rng: np.random.Generator) -> None:
    speed = np.hypot(np.gradient(x), np.gradient(y))
    widths = pen * np.clip(1.25 - 0.35 * speed / (speed.mean() + 1e-6), 0.5, 1.3)
    for i in range(len(x) - 1):
        cv2.line(
            mask, _fixed(x[i], y[i]), _fixed(x[i + 1], y[i + 1]), 255,
            max(1, round(widths[i])), cv2.LINE_AA, BITS,
        )  # fmt: skip


def office_stamp(lines: tuple[str, str], diameter: float, font_path: Path, rng: np.random.Generator) -> np.ndarray:
    """The round stamp of an office: two rings, words around, a star; worn and unevenly inked."""
    size = int(diameter * 1.1)
    centre, radius = size / 2, diameter / 2
    mask = np.zeros((size, size), np.uint8)
    for r, width in ((radius, 0.018), (radius * 0.94, 0.008), (radius * 0.66, 0.01)):
        cv2.circle(
            mask,
            _fixed(centre, centre),
            round(r * (1 << BITS)),
            255,
            max(1, round(width * diameter)),
            cv2.LINE_AA,
            BITS,
        )
    image = Image.fromarray(mask)
    _around(image, lines[0], centre, radius * 0.8, -90.0, font_path, diameter * 0.085)
    _around(image, lines[1], centre, radius * 0.8, 90.0, font_path, diameter * 0.07)
    mask = np.array(image)
    _star(mask, centre, radius * 0.34)
    patches = np.clip(0.75 + 0.35 * smooth_noise(mask.shape, diameter / 6, rng), 0.15, 1)
    grain = np.clip(1.05 + 0.4 * smooth_noise(mask.shape, 2.5, rng), 0.2, 1)
    angle = float(rng.uniform(-25, 25))
    turn = cv2.getRotationMatrix2D((centre, centre), angle, 1.0)
    return cv2.warpAffine((mask * patches * grain).astype(np.uint8), turn, (size, size))


def word_stamp(text: str, cap: float, font_path: Path, rng: np.random.Generator) -> np.ndarray:
    """A stamped word in a box, `cap` pixels high letters, at a slant; worn like the round ones."""
    font = ImageFont.truetype(str(font_path), cap * 1.4)
    width, height = int(font.getlength(text) + 2 * cap), int(cap * 2.6)
    side = int(np.hypot(width, height)) + 4
    image = Image.new("L", (side, side))
    draw = ImageDraw.Draw(image)
    left, top = (side - width) // 2, (side - height) // 2
    draw.rectangle((left, top, left + width, top + height), outline=255, width=max(2, round(cap * 0.12)))
    draw.text((side / 2, side / 2), text, font=font, fill=255, anchor="mm")
    mask = np.array(image)
    patches = np.clip(0.8 + 0.3 * smooth_noise(mask.shape, cap * 2, rng), 0.2, 1)
    grain = np.clip(1.05 + 0.4 * smooth_noise(mask.shape, 2.5, rng), 0.2, 1)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.normal(0, 12)), 1.0)
    return cv2.warpAffine((mask * patches * grain).astype(np.uint8), turn, (side, side))


def strike_out(
    mask: np.ndarray, a: tuple[float, float], b: tuple[float, float], pen: float, rng: np.random.Generator
) -> None:
    """One or two shaky lines through writing, or a zigzag over it."""
    length = float(np.hypot(b[0] - a[0], b[1] - a[1]))
    t = np.linspace(0, 1, max(8, int(length / (6 * pen))))
    shake = np.cumsum(rng.normal(0, 0.25 * pen, len(t)))
    shake -= np.linspace(shake[0], shake[-1], len(t))
    zigzag = np.where(np.arange(len(t)) % 2, 1, -1) * 2.5 * pen if rng.random() < 0.2 else 0.0
    for lift in (0.0,) if rng.random() < 0.6 else (-1.6 * pen, 1.6 * pen):
        x = a[0] + (b[0] - a[0]) * t
        y = a[1] + (b[1] - a[1]) * t + shake + zigzag + lift
        points = np.round(np.stack([x, y], axis=1) * (1 << BITS)).astype(np.int32)
        cv2.polylines(mask, [points], False, 255, max(1, round(pen)), cv2.LINE_AA, BITS)


def _around(
    image: Image.Image, text: str, centre: float, radius: float, middle_deg: float, path: Path, em: float
) -> None:
    """Letters on a circle, upright at the top, and at the foot when `middle_deg` is 90."""
    font = ImageFont.truetype(str(path), em)
    foot = middle_deg > 0
    widths = [font.getlength(c) * 1.06 for c in text]
    span = min(sum(widths) / radius, np.radians(200 if not foot else 130))
    squeeze = span * radius / sum(widths)
    position = -span / 2
    for letter, width in zip(text, widths):
        middle = position + width * squeeze / radius / 2
        angle = np.radians(middle_deg) + (-middle if foot else middle)
        tile = Image.new("L", (int(em * 2.4),) * 2)
        ImageDraw.Draw(tile).text((em * 1.2, em * 1.2), letter, font=font, fill=255, anchor="mm")
        turned = tile.rotate(-np.degrees(angle) - 90 + (180 if foot else 0), Image.Resampling.BICUBIC)
        x, y = centre + radius * np.cos(angle) - em * 1.2, centre + radius * np.sin(angle) - em * 1.2
        image.paste(255, (round(x), round(y)), turned)
        position += width * squeeze / radius


def _star(mask: np.ndarray, centre: float, radius: float) -> None:
    angles = np.radians(np.arange(10) * 36 - 90)
    radii = np.where(np.arange(10) % 2 == 0, radius, radius * 0.4)
    points = np.stack([centre + radii * np.cos(angles), centre + radii * np.sin(angles)], axis=1)
    cv2.fillPoly(mask, [np.round(points * (1 << BITS)).astype(np.int32)], 230, cv2.LINE_AA, BITS)
