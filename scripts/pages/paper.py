"""Paper and scanner: tone, fibres, stains, folds, light, skew, borders, noise. Planes are uint8 R, G, B."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from hands import smooth_noise

Planes = list[np.ndarray]


def attenuate(
    planes: Planes, coverage: np.ndarray, colour: tuple, opacity: float, at: tuple[int, int] | None = None
) -> None:
    """Lays ink of a colour over the planes, as a filter: what is under it stays visible. `at` = (row, column)."""
    levels = np.arange(256) / 255.0 * opacity
    for plane, level in zip(planes, colour):
        table = np.round(255 * (1 - levels * (1 - level / 255.0))).astype(np.uint8)
        if at is None:
            cv2.multiply(plane, cv2.LUT(coverage, table), dst=plane, scale=1 / 255)
            continue
        top, left = max(0, -at[0]), max(0, -at[1])
        target = plane[max(0, at[0]) : at[0] + coverage.shape[0], max(0, at[1]) : at[1] + coverage.shape[1]]
        if target.size:
            filtered = cv2.LUT(coverage[top : top + target.shape[0], left : left + target.shape[1]], table)
            target[...] = cv2.multiply(target, filtered, scale=1 / 255)


def blank_sheet(shape: tuple[int, int], px: float, age: float, rng: np.random.Generator) -> Planes:
    """Paper between white (`age` 0) and yellow-brown (1) with clouds, fibres, stains and folds."""
    tone = np.array([250, 248, 242]) * (1 - age) + np.array([226, 208, 172]) * age + rng.normal(0, 0.7, 3)
    clouds = smooth_noise(shape, 45 * px, rng) * 3.0 + smooth_noise(shape, 6 * px, rng) * 1.2
    clouds += _edge_browning(shape, px, rng) * (6 + 26 * age)
    fibres = rng.standard_normal((768, 768), dtype=np.float32)
    fibres = (
        cv2.GaussianBlur(fibres, (0, 0), 0.12 * px) * 0.16 * px * 4 + cv2.blur(fibres, (max(1, round(0.8 * px)), 1)) * 4
    )
    rows, columns = -(-shape[0] // 768), -(-shape[1] // 768)
    clouds += np.tile(fibres, (rows, columns))[: shape[0], : shape[1]] * (0.6 + 0.5 * age)
    planes = [np.clip(clouds * gain + level, 60, 255).astype(np.uint8) for level, gain in zip(tone, (0.9, 1.0, 1.25))]
    _stains(planes, px, age, rng)
    _folds(planes, px, rng)
    return planes


def _edge_browning(shape: tuple[int, int], px: float, rng: np.random.Generator) -> np.ndarray:
    """0 in the middle, towards −1 within a few centimetres of the edges."""
    reach = float(rng.uniform(8, 30)) * px
    y = np.minimum(np.arange(shape[0]), np.arange(shape[0])[::-1])[:, None].astype(np.float32)
    x = np.minimum(np.arange(shape[1]), np.arange(shape[1])[::-1])[None, :].astype(np.float32)
    return -np.exp(-y / reach) - np.exp(-x / reach)


def _stains(planes: Planes, px: float, age: float, rng: np.random.Generator) -> None:
    height, width = planes[0].shape
    spots = [(float(rng.uniform(0.3, 1.6)), 0.35, 1.0) for _ in range(int(rng.poisson(3 + 18 * age)))]
    spots += [(float(rng.uniform(8, 30)), 0.16, 0.5) for _ in range(int(rng.poisson(0.8)))]
    for radius_mm, opacity, rim in spots:
        radius = radius_mm * px
        side = int(radius * 2.6) + 4
        yy, xx = np.mgrid[:side, :side].astype(np.float32) - side / 2
        distance = np.hypot(xx * rng.uniform(0.8, 1.2), yy) / radius + 0.18 * smooth_noise(
            (side, side), radius * 0.7, rng
        )
        body = np.clip((1 - distance) * (4 if rim == 1.0 else 9), 0, 1)
        ring = np.exp(-(((distance - 0.93) / 0.05) ** 2)) if rim < 1 else 0.0
        coverage = np.clip(255 * (body * (0.55 if rim < 1 else 1) + 0.8 * ring), 0, 255).astype(np.uint8)
        at = (int(rng.uniform(-side / 2, height)), int(rng.uniform(-side / 2, width)))
        attenuate(planes, coverage, (170, 120, 60), opacity * float(rng.uniform(0.4, 1)), at)


def _folds(planes: Planes, px: float, rng: np.random.Generator) -> None:
    height, width = planes[0].shape
    for _ in range(int(rng.poisson(0.5))):
        mask = np.zeros((height, width), np.uint8)
        across = rng.random() < 0.7
        middle = float(rng.uniform(0.25, 0.75))
        lean = float(rng.normal(0, 0.01))
        a, b = (
            ((0, middle * height), (width, (middle + lean) * height))
            if across
            else ((middle * width, 0), ((middle + lean) * width, height))
        )
        cv2.line(mask, tuple(map(int, a)), tuple(map(int, b)), 200, max(1, round(0.25 * px)), cv2.LINE_AA)
        mask = cv2.GaussianBlur(mask, (0, 0), 0.25 * px)
        attenuate(planes, mask, (150, 140, 120), float(rng.uniform(0.15, 0.45)))


@dataclass
class Capture:
    """How a sheet lies on the scanner. `matrix` maps sheet pixels to image pixels."""

    size: tuple[int, int]
    matrix: np.ndarray
    angle_deg: float
    border: int

    def points(self, xy: np.ndarray) -> np.ndarray:
        """Sheet pixels (N, 2) to image pixels."""
        return xy @ self.matrix[:, :2].T + self.matrix[:, 2]


def turned_points(xy: np.ndarray, size: tuple[int, int], quarter_turns: int) -> np.ndarray:
    """Points of a picture of this size (width, height), after it was turned clockwise by quarters."""
    for _ in range(quarter_turns % 4):
        xy = np.stack([size[1] - 1 - xy[:, 1], xy[:, 0]], axis=1)
        size = size[::-1]
    return xy


def lay_on_scanner(
    sheet: tuple[int, int], px: float, angle_deg: float, care: float, rng: np.random.Generator
) -> Capture:
    """Turns the sheet clockwise by the angle on a bed that is about its size; `care` scales how far off it lies."""
    roomy = (round(sheet[1] / px + 6) * px, round(sheet[0] / px + 5) * px)
    bed = (sheet[1], sheet[0]) if rng.random() < 0.6 else tuple(round(side) for side in roomy)
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    centre = np.array([sheet[1], sheet[0]]) / 2
    offset = rng.normal(0, 1.2, 2) * px * care
    turn = np.array([[cos, -sin], [sin, cos]])
    shift = np.array(bed) / 2 + offset - turn @ centre
    border = int(rng.choice([252, 246, 18, 30]))
    return Capture(bed, np.hstack([turn, shift[:, None]]), angle_deg, border)


def scan(planes: Planes, capture: Capture, px: float, rng: np.random.Generator) -> np.ndarray:
    """The scanned image (H, W, 3): turned, lit unevenly, slightly blurred, noisy."""
    height, width = capture.size[1], capture.size[0]
    light = _light((height, width), px, rng)
    sigma = float(rng.uniform(0.25, 0.75)) * px / 11.8
    grain = rng.standard_normal((height // 2 + 1, width), dtype=np.float32) * float(rng.uniform(1.2, 4.0))
    grain = np.vstack([grain, grain[::-1, ::-1]])[:height]
    image = np.empty((height, width, 3), np.uint8)
    tint = rng.normal(1.0, 0.004, 3)
    for channel, plane in enumerate(planes):
        turned = cv2.warpAffine(plane, capture.matrix, capture.size, flags=cv2.INTER_LINEAR, borderValue=capture.border)
        turned = cv2.GaussianBlur(turned, (0, 0), sigma) if sigma > 0.3 else turned
        image[:, :, channel] = np.clip(turned * (light * np.float32(tint[channel])) + grain, 0, 255).astype(np.uint8)
    _dust(image, px, rng)
    return image


def _dust(image: np.ndarray, px: float, rng: np.random.Generator) -> None:
    """Specks and hairs on the glass, dark or bright."""
    height, width = image.shape[:2]
    for _ in range(int(rng.poisson(14))):
        at = (int(rng.integers(width)), int(rng.integers(height)))
        shade = int(rng.choice([70, 110, 245]))
        cv2.circle(image, at, max(1, round(float(rng.uniform(0.04, 0.16)) * px)), (shade,) * 3, -1, cv2.LINE_AA)
    for _ in range(int(rng.poisson(0.7))):
        start = rng.uniform(0, 1, 2) * (width, height)
        turns = np.cumsum(rng.normal(0, 0.25, 24)) + rng.uniform(0, 6.3)
        path = start + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1), axis=0) * 0.25 * px
        cv2.polylines(image, [np.round(path).astype(np.int32)], False, (95, 92, 90), 1, cv2.LINE_AA)


def _light(shape: tuple[int, int], px: float, rng: np.random.Generator) -> np.ndarray:
    """Scanner light with a gradient, and often the shadow of the spine along one side."""
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    light = 0.98 + float(rng.normal(0, 0.02)) * x + float(rng.normal(0, 0.02)) * y
    light = light + 0.01 * smooth_noise((60, 42), 14, rng).mean() - 0.03 * rng.random() * (x**2 + y**2) / 2
    if rng.random() < 0.5:
        distance = (np.arange(shape[1], dtype=np.float32)[None, :] + 1) / px
        if rng.random() < 0.5:
            distance = distance[:, ::-1]
        light = light - float(rng.uniform(0.1, 0.4)) * np.exp(-distance / float(rng.uniform(3, 9)))
    return light.astype(np.float32)
