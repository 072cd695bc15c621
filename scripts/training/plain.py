"""Moderately clean pictures for test sets: grey ink on light paper, no damage.
Apart from paper.py, so that the figures do not depend on what training does."""

import cv2
import numpy as np

from ink import LINE_UNITS

INK_GREY = (60, 150)
PAPER_GREY = (200, 245)
PEN_PX = (1, 2, 3, 4)
LINE_PX = 64
DOTTED_SHARE = 0.3


def draw_pen(strokes: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Strokes in VNOnDB units -> mask (H, W) uint8 as they were written (no slant or
    stretch added), about LINE_PX high, pen of 1 to 4 px."""
    scale = LINE_PX / LINE_UNITS
    points = np.concatenate(strokes)
    corner, far = points.min(axis=0) * scale - 4, points.max(axis=0) * scale + 4
    mask = np.zeros((int(far[1] - corner[1]) + 1, int(far[0] - corner[0]) + 1), dtype=np.uint8)
    paths = [np.round((stroke * scale - corner) * 8).astype(np.int32).reshape(-1, 1, 2) for stroke in strokes]
    cv2.polylines(mask, paths, False, 255, int(rng.choice(PEN_PX)), cv2.LINE_AA, 3)
    return mask


def plain(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink mask (H, W) -> grey picture at least LINE_PX high as a field is, with a little
    margin, light noise, now and then a dotted rule under the ink. uint8."""
    top, foot, left, right = (int(n) for n in rng.integers((2, 2, 4, 4), (8, 8, 30, 30)))
    spare = max(0, LINE_PX - mask.shape[0] - top - foot)
    top, foot = top + spare // 2, foot + spare - spare // 2
    mask = np.pad(mask, ((top, foot), (left, right)))
    paper = rng.uniform(*PAPER_GREY)
    picture = np.full(mask.shape, paper, dtype=np.float32)
    if rng.random() < DOTTED_SHARE:
        picture -= _dotted(mask.shape, rng) * rng.uniform(20, 90)
    cover = mask.astype(np.float32) / 255.0
    picture = picture * (1.0 - cover) + cover * rng.uniform(*INK_GREY)
    picture = picture + rng.normal(0, rng.uniform(0.5, 3.0), mask.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _dotted(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """(H, W) float32 in 0..1: one row of dots in the lower third."""
    height, width = size
    rule, gap, y = np.zeros(size, np.uint8), rng.uniform(4, 8), rng.uniform(0.68, 0.92) * height
    for x in np.arange(rng.uniform(0, gap), width, gap):
        cv2.circle(rule, (int(x * 8), int(y * 8)), 6, 255, -1, cv2.LINE_AA, 3)
    return rule.astype(np.float32) / 255.0
