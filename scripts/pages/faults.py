"""What goes wrong when a page is captured, drawn into the finished picture; each takes writing away for good.

Every function returns the picture anew and a record, or None where the page gives no occasion.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import surroundings

Fault = tuple[np.ndarray, dict]


@dataclass
class Shot:
    """A captured page: the picture (H, W, 3), its truth and how many pixels a millimetre of the page has."""

    image: np.ndarray
    truth: dict
    px: float
    rng: np.random.Generator

    def written(self) -> list[np.ndarray]:
        """The quads (4, 2) of fields in which something is written."""
        fields = [field for entry in self.truth["entries"] for field in entry["fields"]]
        return [np.array(f["quad"]) for f in fields if f["state"] == "written" and f["text"]]


def blurred(shot: Shot) -> Fault:
    """Out of focus as a whole: by 0.4 to 1.1 mm, a fifth of an x-height and more."""
    sigma = float(shot.rng.uniform(0.4, 1.1))
    return cv2.GaussianBlur(shot.image, (0, 0), sigma * shot.px), {"sigma_mm": round(sigma, 2)}


def shaken(shot: Shot) -> Fault:
    """Moved by 1.6 to 4 mm while it was taken, most of an x-height and more."""
    length = float(shot.rng.uniform(1.6, 4.0))
    kernel = surroundings.streak(length * shot.px, float(shot.rng.uniform(0, np.pi)))
    return cv2.filter2D(shot.image, -1, kernel), {"length_mm": round(length, 2)}


def blurred_part(shot: Shot) -> Fault:
    """Out of focus in a part, around a written field, 30 to 70 mm to each side."""
    rng, (height, width) = shot.rng, shot.image.shape[:2]
    sigma = float(rng.uniform(0.5, 1.2))
    middle = _some_field(shot).mean(axis=0)
    reach = rng.uniform(30, 70, 2) * shot.px
    soft = cv2.GaussianBlur(shot.image, (0, 0), sigma * shot.px)
    distance = _distance(shot, middle, reach)
    share = np.clip((1.25 - distance) * 4, 0, 1)[:, :, None]
    record = {"sigma_mm": round(sigma, 2), "at": (middle / (width, height)).round(3).tolist()}
    return (shot.image * (1 - share) + soft * share).astype(np.uint8), record


def dark(shot: Shot) -> Fault:
    """Hardly any light: paper at 8 to 20 of 255, and the noise of a sensor that was asked for more."""
    paper_level = float(np.percentile(shot.image[::16, ::16], 70))
    level = float(shot.rng.uniform(8, 20))
    noise = _noise(shot, float(shot.rng.uniform(3.0, 6.0)))
    dim = shot.image.astype(np.float32) * (level / max(paper_level, 1))
    return np.clip(dim + noise, 0, 255).astype(np.uint8), {"paper_level": round(level, 1)}


def burnt(shot: Shot) -> Fault:
    """So much light that half of the writing and more is as white as the paper."""
    level = _ink_level(shot) * float(shot.rng.uniform(0.75, 1.0))
    bright = shot.image.astype(np.float32) * (255 / max(level, 12))
    return np.clip(bright, 0, 255).astype(np.uint8), {"gain": round(255 / max(level, 12), 2)}


def glare(shot: Shot) -> Fault:
    """A lamp mirrored on a part of the page: nothing is left around a written field."""
    middle = _some_field(shot).mean(axis=0)
    reach = shot.rng.uniform(18, 45, 2) * shot.px
    lamp = 330 * np.exp(-(_distance(shot, middle, reach) ** 4) / 1.5)
    lit = np.clip(shot.image + lamp[:, :, None], 0, 255).astype(np.uint8)
    return lit, {"reach_mm": (reach / shot.px).round(1).tolist()}


def coarse(shot: Shot) -> Fault:
    """As if scanned at 60 to 135 dots per inch."""
    dpi = float(shot.rng.uniform(60, 135))
    scale = dpi / (shot.px * 25.4)
    small = cv2.resize(shot.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small, {"dpi": round(dpi, 1)}


def cut_off(shot: Shot) -> Fault:
    """The page runs out of the picture: a third of some written field and up to 15 mm more is missing."""
    rng, (height, width) = shot.rng, shot.image.shape[:2]
    quads = np.array(shot.written())
    side = str(rng.choice(["left", "right", "top", "bottom"]))
    axis = 0 if side in ("left", "right") else 1
    low, high = quads[:, :, axis].min(axis=1), quads[:, :, axis].max(axis=1)
    whole = (width, height)[axis]
    if side in ("left", "top"):
        depth = (low + 0.33 * (high - low)).min()
    else:
        depth = whole - (high - 0.33 * (high - low)).max()
    depth = int(min(depth + float(rng.uniform(2, 15)) * shot.px, 0.45 * whole))
    start, stop = (depth, whole) if side in ("left", "top") else (0, whole - depth)
    image = shot.image[:, start:stop] if axis == 0 else shot.image[start:stop]
    shifted = rng.random() < 0.5 and shot.truth.get("capture", {}).get("kind") != "phone"
    if shifted:  # the sheet lies too far over: the scanner's bed shows on the other side
        pad = [(0, 0), (0, 0), (0, 0)]
        pad[1 - axis] = (0, depth) if side in ("left", "top") else (depth, 0)
        bed = int(rng.choice([252, 246, 18, 30]))
        image = np.pad(image, pad, constant_values=bed)
    record = {"side": side, "depth_mm": round(depth / shot.px, 1), "shifted": bool(shifted)}
    return np.ascontiguousarray(image), record


def finger(shot: Shot) -> Fault | None:
    """A finger comes in from the nearest edge and lies on a third and more of a written field."""
    rng, (height, width) = shot.rng, shot.image.shape[:2]
    quads = shot.written()
    size = np.array([width, height], float)
    ends = [end for quad in quads for end in ((quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2)]
    near = sorted(ends, key=lambda p: min(*p, *(size - p)))[: max(4, len(ends) // 3)]
    for _ in range(8):
        tip = near[int(rng.integers(len(near)))]
        gaps = [tip[0], width - tip[0], tip[1], height - tip[1]]
        way = np.array([[-1, 0], [1, 0], [0, -1], [0, 1]][int(np.argmin(gaps))], float)
        tip = tip - way * float(rng.uniform(8, 18)) * shot.px
        side = float(rng.uniform(-0.3, 0.3))
        root = tip + (way + side * way[::-1]) * (min(gaps) + 60 * shot.px)
        skin = np.array(surroundings.SKINS[int(rng.integers(4))], float) + rng.normal(0, 6, 3)
        image = shot.image.copy()
        cover = surroundings.draw_finger(image, np.array([tip, root]), float(rng.uniform(13, 19)) * shot.px, skin)
        if max(_covered(cover, quad) for quad in quads) >= 0.33:
            return image, {"tip": (tip / size).round(3).tolist()}
    return None


KINDS = {
    "blurred": blurred, "shaken": shaken, "blurred_part": blurred_part, "dark": dark, "burnt": burnt,
    "glare": glare, "coarse": coarse, "cut_off": cut_off, "finger": finger,
}  # fmt: skip


def _some_field(shot: Shot) -> np.ndarray:
    quads = shot.written()
    return quads[int(shot.rng.integers(len(quads)))]


def _distance(shot: Shot, middle: np.ndarray, reach: np.ndarray) -> np.ndarray:
    height, width = shot.image.shape[:2]
    x = (np.arange(width, dtype=np.float32) - middle[0]) / reach[0]
    y = (np.arange(height, dtype=np.float32) - middle[1]) / reach[1]
    return np.hypot(x[None, :], y[:, None])


def _noise(shot: Shot, strength: float) -> np.ndarray:
    height, width = shot.image.shape[:2]
    tile = shot.rng.standard_normal((512, 512, 3), dtype=np.float32) * strength
    return np.tile(tile, (-(-height // 512), -(-width // 512), 1))[:height, :width]


def _ink_level(shot: Shot) -> float:
    """Brightness below which half of the written ink lies."""
    levels = []
    for quad in shot.written():
        (x0, y0), (x1, y1) = quad.min(axis=0).astype(int), quad.max(axis=0).astype(int)
        part = shot.image[y0:y1, x0:x1].mean(axis=2)
        levels.append(part[part < 0.75 * np.percentile(part, 85)])
    return float(np.median(np.concatenate(levels)))


def _covered(mask: np.ndarray, quad: np.ndarray) -> float:
    """Share of the quad that a mask covers."""
    own = np.zeros(mask.shape, np.uint8)
    cv2.fillConvexPoly(own, np.round(quad).astype(np.int32), 255)
    return float(((own > 0) & (mask > 127)).sum() / max(1, (own > 0).sum()))
