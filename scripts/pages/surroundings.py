"""What a phone's photo shows beside the paper: the table, light and shadow, fingers, blur and noise."""

from __future__ import annotations

import cv2
import numpy as np
from hands import smooth_noise

TABLES = (
    (92, 62, 40), (140, 104, 70), (178, 150, 116), (60, 60, 64), (120, 124, 126), (196, 196, 192),
    (222, 220, 214), (58, 84, 70), (70, 84, 118), (30, 28, 28),
)  # fmt: skip
SKINS = ((232, 190, 160), (205, 150, 115), (170, 115, 82), (120, 80, 58))


def table(size: tuple[int, int], px: float, paper: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """The planes of a table: one colour with clouds, often grain, dark where the book's shadow falls."""
    shape = (size[1], size[0])
    colour = np.array(TABLES[int(rng.integers(len(TABLES)))], float) + rng.normal(0, 8, 3)
    texture = smooth_noise(shape, 30 * px, rng) * 6 + smooth_noise(shape, 3 * px, rng) * float(rng.uniform(1, 5))
    if rng.random() < 0.5:
        grain = cv2.resize(smooth_noise((shape[0] // 2, 64), 1.2 * px, rng), size, interpolation=cv2.INTER_LINEAR)
        texture = texture + (grain if rng.random() < 0.5 else grain[::-1]) * float(rng.uniform(2, 9))
    small = cv2.resize(paper.astype(np.float32), None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    spread = cv2.GaussianBlur(small, (0, 0), float(rng.uniform(1.5, 6)) * px / 8)
    shade = 1 - float(rng.uniform(0.2, 0.6)) * cv2.resize(spread, size, interpolation=cv2.INTER_LINEAR)
    return [np.clip((level + texture) * shade, 4, 250).astype(np.float32) for level in colour]


def light(size: tuple[int, int], px: float, rng: np.random.Generator) -> np.ndarray:
    """Uneven light, darker corners, and mostly somebody's shadow."""
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    level = 0.95 + float(rng.normal(0, 0.09)) * x + float(rng.normal(0, 0.09)) * y
    level = level - float(rng.uniform(0.02, 0.12)) * (x**2 + y**2) / 2
    if rng.random() < 0.6:
        level = level * _shadow(size, px, rng)
    return np.clip(level, 0.2, 1.15).astype(np.float32)


def _shadow(size: tuple[int, int], px: float, rng: np.random.Generator) -> np.ndarray:
    """A hand, a head or the phone between lamp and paper: a soft-edged shape that comes in from one side."""
    factor = 16
    width, height = size[0] // factor + 1, size[1] // factor + 1
    mask = np.zeros((height, width), np.uint8)
    angle = float(rng.uniform(0, 2 * np.pi))
    inward = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([width, height]) / 2
    tip = middle + inward * float(rng.uniform(-0.2, 0.35)) * np.array([width, height])
    half = float(rng.uniform(0.12, 0.5)) * width
    sideways = np.array([-inward[1], inward[0]]) * half
    far = tip + inward * 2 * height
    outline = [tip + sideways * 0.8, far + sideways * 1.5, far - sideways * 1.5, tip - sideways]
    cv2.fillConvexPoly(mask, np.round(outline).astype(np.int32), 255)
    soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(2, 14)) * px / factor)
    return 1 - float(rng.uniform(0.12, 0.45)) * cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR) / np.float32(255)


def fingers(image: np.ndarray, photo, rng: np.random.Generator) -> int:
    """Up to two fingertips hold the page down at its outer edge or its foot; returns how many."""
    count = int(rng.choice([0, 0, 1, 2]))
    width, height = photo.sheet_mm
    skin = np.array(SKINS[int(rng.integers(len(SKINS)))], float) + rng.normal(0, 6, 3)
    for _ in range(count):
        inside = float(rng.uniform(2, 11))
        if rng.random() < 0.6:
            y = float(rng.uniform(0.1, 0.95)) * height
            x, away = (inside, -70) if photo.spine_right else (width - inside, 70)
            tip, root = (x, y), (x + away, y)
        else:
            x = float(rng.uniform(0.1, 0.9)) * width
            tip, root = (x, height - inside), (x + float(rng.uniform(-15, 15)), height - inside + 70)
        bones = np.array([tip, root])
        ends = photo.points(bones * photo.px)
        scale = np.linalg.norm(ends[1] - ends[0]) / np.linalg.norm(bones[1] - bones[0])
        draw_finger(image, ends, float(rng.uniform(13, 19)) * scale, skin)
    return count


def draw_finger(image: np.ndarray, ends: np.ndarray, thick_px: float, skin: np.ndarray) -> np.ndarray:
    """Draws a finger from its tip to its root, both pixels of the image; returns what it covers, 0..255."""
    thick = max(3, round(thick_px))
    direction = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    start = ends[0] + direction * thick / 2
    shape = np.zeros(image.shape[:2], np.uint8)
    line = [tuple(map(int, np.round(p))) for p in (start, ends[1])]
    cv2.line(shape, line[0], line[1], 255, thick, cv2.LINE_AA)
    small = cv2.resize(shape, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    around = cv2.resize(cv2.GaussianBlur(small, (0, 0), thick / 40), (image.shape[1], image.shape[0]))
    round_shade = cv2.resize(cv2.GaussianBlur(small, (0, 0), thick / 28), (image.shape[1], image.shape[0]))
    cover = cv2.GaussianBlur(shape, (0, 0), 1.2)[:, :, None].astype(np.float32) / 255
    shadow = 1 - 0.35 * around[:, :, None].astype(np.float32) / 255
    body = skin * (0.45 + 0.6 * round_shade[:, :, None].astype(np.float32) / 255)
    image[...] = np.clip(image * shadow * (1 - cover) + body * cover, 0, 255).astype(np.uint8)
    return shape


def expose(image: np.ndarray, px: float, record: dict, rng: np.random.Generator) -> np.ndarray:
    """Out of focus a little, sometimes shaken, noisy, with a phone's tone curve."""
    unit = px / 11.8
    soft = float(rng.uniform(0.4, 1.4)) * unit
    image = cv2.GaussianBlur(image, (0, 0), soft) if soft > 0.3 else image
    if rng.random() < 0.25:
        length = float(rng.uniform(1.5, 4.5)) * unit
        image = cv2.filter2D(image, -1, streak(length, float(rng.uniform(0, np.pi))))
        record["shake_px"] = round(length, 2)
    if rng.random() < 0.3:
        image = _half_blurred(image, unit, rng)
        record["half_blurred"] = True
    record["blur_px"] = round(soft, 2)
    curve = 255 * (np.arange(256) / 255) ** float(rng.uniform(0.8, 1.15))
    image = cv2.LUT(image, np.round(curve).astype(np.uint8))
    noise = rng.standard_normal((512, 512), dtype=np.float32) * float(rng.uniform(1.5, 5.0))
    rows, columns = -(-image.shape[0] // 512), -(-image.shape[1] // 512)
    noise = np.tile(noise, (rows, columns))[: image.shape[0], : image.shape[1], None]
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def streak(length: float, angle: float) -> np.ndarray:
    """The kernel of a picture shaken by `length` pixels."""
    side = int(np.ceil(length)) * 2 + 3
    kernel = np.zeros((side, side), np.float32)
    along = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    for t in np.linspace(-1, 1, 64):
        x, y = side // 2 + along * t
        kernel[round(y), round(x)] += 1
    return kernel / kernel.sum()


def _half_blurred(image: np.ndarray, unit: float, rng: np.random.Generator) -> np.ndarray:
    """One side is further out of focus than the other."""
    soft = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(1.2, 2.6)) * unit)
    angle = float(rng.uniform(0, 2 * np.pi))
    y = np.linspace(-1, 1, image.shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, image.shape[1], dtype=np.float32)[None, :]
    share = np.clip(np.cos(angle) * x + np.sin(angle) * y, 0, 1)[:, :, None]
    return (image * (1 - share) + soft * share).astype(np.uint8)
