"""A page's corner folded over: what lay there is gone, and the back of it hides what it lies on."""

from __future__ import annotations

import cv2
import numpy as np
import paper
from damage import LOST, Damage


def fold_corner(
    planes: paper.Planes, damage: Damage, ink: np.ndarray, boxes: list[tuple], scene: tuple[float, tuple]
) -> None:
    """Folds a corner over so far that some writing is lost.

    `ink` is what is written, `boxes` the fields' places `(x0, y0, x1, y1)`, all in pixels of the sheet; `scene` is
    pixels per millimetre and the colour of what lies below the page.
    """
    rng, (px, under) = damage.rng, scene
    before = damage.gone if damage.gone is not None else np.zeros_like(planes[0])
    corner = int(rng.integers(4))
    legs = rng.uniform(30, 65, 2) * px
    for _ in range(12):
        empty, flap = _shapes(before.shape, corner, legs)
        damage.gone = np.maximum(before, np.maximum(empty, flap))
        if any(_has_ink(ink, box) and damage.lost_share(ink, box) > LOST for box in boxes):
            break
        legs *= 1.15
    damage.record["folded"] = {
        "corner": ("low " if corner >= 2 else "top ") + ("right" if corner % 2 else "left"),
        "legs_mm": np.round(legs / px, 1).tolist(),
    }
    _draw(planes, (empty, flap), under, px, rng)


def _has_ink(ink: np.ndarray, box: tuple) -> bool:
    x0, y0, x1, y1 = (max(0, side) for side in box)
    return int((ink[y0:y1, x0:x1] > 100).sum()) > 200


def _shapes(shape: tuple[int, int], corner: int, legs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the sheet ends now, and where its folded corner lies, 0..255."""
    (height, width), (a, b) = shape, legs
    # The corner mirrored at the crease from (a, 0) to (0, b).
    tip = 2 * a * b / (a * a + b * b) * np.array([b, a])
    triangles = []
    for outline in ([[-9, -9], [a + 9 * a / b, -9], [-9, b + 9 * b / a]], [[a, 0], tip, [0, b]]):
        points = np.array(outline, float)
        points[:, 0] = width - points[:, 0] if corner % 2 else points[:, 0]
        points[:, 1] = height - points[:, 1] if corner >= 2 else points[:, 1]
        mask = np.zeros(shape, np.uint8)
        cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 255, cv2.LINE_AA)
        triangles.append(mask)
    return triangles[0], triangles[1]


def _draw(planes: paper.Planes, masks: tuple[np.ndarray, np.ndarray], under: tuple, px: float, rng) -> None:
    empty, flap = (mask.astype(np.float32) / 255 for mask in masks)
    small = cv2.resize(masks[1], None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    size = masks[1].shape[::-1]
    around = cv2.resize(cv2.GaussianBlur(small, (0, 0), 1.5 * px / 8), size).astype(np.float32) / 255
    shadow = 1 - float(rng.uniform(0.15, 0.4)) * around * (1 - flap)
    inside = cv2.resize(cv2.GaussianBlur(small, (0, 0), 3.0 * px / 8), size).astype(np.float32) / 255
    back = float(rng.uniform(0.9, 1.04)) * (0.86 + 0.14 * inside)
    for plane, below in zip(planes, under):
        bare = float(np.percentile(plane[::16, ::16], 80))
        lit = plane * shadow * (1 - empty) + below * empty
        grain = cv2.flip(plane, 1) * 0.03
        plane[...] = np.clip(lit * (1 - flap) + (bare * back * 0.97 + grain) * flap, 0, 255).astype(np.uint8)
