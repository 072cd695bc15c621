"""Pictures on which nothing is to be read: empty paper, scribbles, thorough
strike-outs, holes and stains. Their label is empty."""

import cv2
import numpy as np

import paper

HEIGHT_PX = 56


def picture(rng: np.random.Generator) -> np.ndarray:
    """One such picture (H, W) uint8."""
    draw = rng.random()
    if draw < 0.4:
        return paper.on_paper(np.zeros((HEIGHT_PX, int(rng.integers(40, 600))), np.uint8), rng)
    if draw < 0.75:
        return paper.on_paper(_scribble(rng), rng)
    return _hole(paper.on_paper(np.zeros((HEIGHT_PX, int(rng.integers(60, 500))), np.uint8), rng), rng)


def _scribble(rng: np.random.Generator) -> np.ndarray:
    """A pen that runs to and fro over one place, in zigzags or loops."""
    width = int(rng.integers(50, 400))
    mask = np.zeros((HEIGHT_PX, width), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        turns = int(rng.integers(max(6, width // 20), max(12, width // 4)))
        t = np.linspace(0, turns * np.pi, turns * 12)
        middle, reach = rng.uniform(20, 36), rng.uniform(8, 24)
        x = np.linspace(rng.uniform(2, width * 0.3), width - rng.uniform(2, width * 0.3), len(t))
        if rng.random() < 0.5:
            x = x + np.cos(t) * rng.uniform(4, 22)
        else:
            x = width / 2 + (width / 2 - 4) * np.sin(t * rng.uniform(0.3, 1.0))
        y = middle + reach * np.sin(t * rng.uniform(0.7, 1.3)) + np.cumsum(rng.normal(0, 0.5, len(t)))
        path = np.stack([x, np.clip(y, 1, HEIGHT_PX - 2)], axis=1) + rng.normal(0, 0.6, (len(t), 2))
        cv2.polylines(mask, [np.round(path * 8).astype(np.int32).reshape(-1, 1, 2)], False, 255, int(rng.integers(1, 5)), cv2.LINE_AA, 3)
    return mask


def _hole(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Paper with a torn hole or a stain: an uneven area of another grey."""
    height, width = grey.shape
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = rng.uniform(0.5, 1.2) * (1 + 0.25 * np.cumsum(rng.normal(0, 0.25, 24)).clip(-1.5, 1.5))
    corners = np.stack([width * rng.uniform(0.2, 0.8) + np.cos(angles) * radius * rng.uniform(15, width * 0.5),
                        height * rng.uniform(0.2, 0.8) + np.sin(angles) * radius * rng.uniform(10, height)], axis=1)
    area = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(area, [corners.astype(np.int32)], 255)
    if rng.random() < 0.4:
        area = cv2.GaussianBlur(area, (0, 0), rng.uniform(2, 8))
    share = area.astype(np.float32) / 255 * rng.uniform(0.4, 1.0)
    return np.clip(grey * (1 - share) + rng.choice((20.0, 60.0, 110.0, 245.0)) * share, 0, 255).astype(np.uint8)
