"""Photos taken with a phone: a page of an open book, curved towards its spine, seen by a camera in a hand.

The paper is a cylinder whose rulings run along the spine: its profile is given by how steeply it stands at each
distance from there. Millimetres of the sheet become points of space, and those pixels of the picture; the way back,
which rendering needs, follows each pixel's ray to the paper by fixed-point iteration.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import surroundings

PHOTO_MM = (3024 / 300 * 25.4, 4032 / 300 * 25.4)  # 12 megapixels where the sheet is made at 300 dpi
FOCAL = 0.82  # of the picture's long side, as phones have it
STEP = 8  # pixels between the rays that are followed; those between are interpolated


@dataclass
class Profile:
    """The paper's shape across: `reach` mm along it from the spine, and where that is in space."""

    reach: np.ndarray
    across: np.ndarray
    height: np.ndarray
    slope: np.ndarray

    @classmethod
    def bent(cls, width_mm: float, steep_deg: float, decay_mm: float, belly_deg: float) -> Profile:
        """Stands `steep_deg` at the spine, levelling out within some `decay_mm`, with a slight belly beyond."""
        reach = np.arange(0.0, width_mm * 1.02, 0.5)
        slope = np.radians(
            steep_deg * np.exp(-reach / decay_mm) + belly_deg * np.cos(np.pi * reach / width_mm)
        )
        across = np.concatenate([[0.0], np.cumsum(np.cos(slope[:-1]) * 0.5)])
        height = np.concatenate([[0.0], np.cumsum(np.sin(slope[:-1]) * 0.5)])
        return cls(reach, across, height - height.max(), slope)


class Camera:
    """A pinhole looking at a point of the table from `distance` mm, leant `tilt` off the vertical towards `azimuth`."""

    def __init__(self, aim: np.ndarray, distance: float, tilt: float, azimuth: float, roll: float, size: tuple):
        lean = np.array([np.sin(tilt) * np.cos(azimuth), np.sin(tilt) * np.sin(azimuth), np.cos(tilt)])
        self.at = np.array([*aim, 0.0]) + distance * lean
        forward = -lean
        right = np.cross([0.0, 1.0, 0.0], forward) * -1
        right /= np.linalg.norm(right)
        down = np.cross(forward, right)
        down *= np.sign(down[1])
        cos, sin = np.cos(roll), np.sin(roll)
        # A page turned clockwise in the picture: the camera's own axes turn the other way.
        self.axes = np.array([cos * right - sin * down, sin * right + cos * down, forward])
        self.focal, self.middle = FOCAL * max(size), np.array(size) / 2

    def project(self, points: np.ndarray) -> np.ndarray:
        """Points of space (N, 3) to pixels (N, 2)."""
        seen = (points - self.at) @ self.axes.T
        return seen[:, :2] / seen[:, 2:] * self.focal + self.middle

    def rays(self, pixels: np.ndarray) -> np.ndarray:
        """Directions of space (..., 3) of pixels (..., 2)."""
        flat = (pixels - self.middle) / self.focal
        return flat[..., :1] * self.axes[0] + flat[..., 1:] * self.axes[1] + self.axes[2]


@dataclass
class Photo:
    """How a sheet lies before a phone's camera. The same questions as of `paper.Capture`."""

    size: tuple[int, int]
    angle_deg: float
    sheet_mm: tuple[float, float]
    px: float
    profile: Profile
    camera: Camera
    spine_right: bool
    record: dict

    def points(self, xy: np.ndarray) -> np.ndarray:
        """Sheet pixels (N, 2) to image pixels."""
        mm = np.asarray(xy, float) / self.px
        reach = self.sheet_mm[0] - mm[:, 0] if self.spine_right else mm[:, 0]
        across, height = self._lift(reach)
        return self.camera.project(np.stack([across, mm[:, 1], height], axis=1))

    def _lift(self, reach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        beyond = np.maximum(np.abs(reach) - self.profile.reach[-1], 0.0)
        across = np.sign(reach) * (np.interp(np.abs(reach), self.profile.reach, self.profile.across) + beyond)
        height = np.interp(np.abs(reach), self.profile.reach, self.profile.height)
        return (-across if self.spine_right else across), height

    def sources(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For every `STEP`th pixel: mm from the spine along the paper (negative: the facing page), mm from the
        sheet's top, and the slope of the paper towards the outer edge, radians."""
        columns, rows = (np.arange(0, side + STEP, STEP, dtype=float) for side in self.size)
        rays = self.camera.rays(np.stack(np.meshgrid(columns, rows), axis=-1))
        height = np.zeros(rays.shape[:2])
        for _ in range(40):
            hit = self.camera.at + rays * ((height - self.camera.at[2]) / rays[..., 2])[..., None]
            away = -hit[..., 0] if self.spine_right else hit[..., 0]
            height = np.interp(np.abs(away), self.profile.across, self.profile.height)
        profile = self.profile
        beyond = np.maximum(np.abs(away) - profile.across[-1], 0.0)
        reach = np.sign(away) * (np.interp(np.abs(away), profile.across, profile.reach) + beyond)
        slope = np.sign(away) * np.interp(np.abs(reach), profile.reach, profile.slope)
        return reach, hit[..., 1], slope

    def shoot(self, planes: list[np.ndarray], px: float, rng: np.random.Generator) -> np.ndarray:
        """The photo (H, W, 3) of these planes."""
        reach, down, slope = (self._enlarged(part) for part in self.sources())
        width, height = self.sheet_mm
        facing = reach < 0
        along = np.where(facing, width + reach, reach)
        along = (width - along if self.spine_right else along).astype(np.float32) * np.float32(px)
        on_sheet = (np.abs(reach) <= width) & (down >= 0) & (down <= height)
        if not self.record["facing_page"]:
            on_sheet &= ~facing
        below = surroundings.table(self.size, px, on_sheet, rng)
        light = surroundings.light(self.size, px, rng) * self._shading(np.abs(reach), slope, rng)
        image = np.empty((self.size[1], self.size[0], 3), np.uint8)
        mask = cv2.GaussianBlur(on_sheet.astype(np.float32), (0, 0), 0.8)
        tint = rng.normal(1.0, 0.035, 3) * float(rng.uniform(0.8, 1.0))
        for channel, plane in enumerate(planes):
            seen = cv2.remap(plane, along, down * np.float32(px), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            lit = (seen * mask + below[channel] * (1 - mask)) * light * np.float32(tint[channel])
            image[:, :, channel] = np.clip(lit, 0, 255).astype(np.uint8)
        self.record["fingers"] = surroundings.fingers(image, self, rng)
        return surroundings.expose(image, px, self.record, rng)

    def _enlarged(self, part: np.ndarray) -> np.ndarray:
        """Values at every `STEP`th pixel become values at every pixel."""
        size = (part.shape[1] * STEP, part.shape[0] * STEP)
        # Resizing puts pixel centres in the middle of cells: the first value would stand at (STEP − 1) / 2.
        shift = np.array([[STEP, 0, 0], [0, STEP, 0]], float)
        large = cv2.warpAffine(part.astype(np.float32), shift, size, flags=cv2.INTER_LINEAR)
        return np.ascontiguousarray(large[: self.size[1], : self.size[0]])

    def _shading(self, reach: np.ndarray, slope: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Paper leaning away from the light is darker, and the gutter is darkest."""
        towards = float(rng.uniform(-0.5, 0.5))
        gutter = float(rng.uniform(0.1, 0.45)) * np.exp(-reach / float(rng.uniform(4, 14)))
        return (np.cos(slope) + towards * np.sin(slope) - gutter * (self.record["curl_deg"] > 0)).astype(np.float32)


def hold_phone(
    sheet: tuple[int, int], px: float, care: float, quarter_turns: int, rng: np.random.Generator
) -> Photo:
    """A phone held over the sheet (H, W in pixels); `care` 1 is careless, towards 0 ever more upright and centred."""
    width, height = sheet[1] / px, sheet[0] / px
    size = tuple(round(side * px) for side in PHOTO_MM)
    upright_sheet = width <= height
    if bool(quarter_turns % 2) == upright_sheet:
        size = size[::-1]
    curl = 0.0 if rng.random() < 0.25 else float(rng.uniform(5, 38))
    profile = Profile.bent(width, curl * min(1.0, care + 0.2), float(rng.uniform(12, 45)), float(rng.normal(0, 1.5)))
    spine_right = bool(rng.random() < 0.5)
    tilt = float(np.radians(min(25.0, abs(rng.normal(0, 13))))) * care
    roll = float(np.radians(np.clip(rng.normal(0, 4), -10, 10))) * care
    azimuth = float(rng.uniform(0, 2 * np.pi))
    offset = rng.uniform(-0.06, 0.06, 2) * (width, height) * care
    fill = float(rng.uniform(0.8, 0.97))
    record = {
        "kind": "phone", "tilt_deg": round(float(np.degrees(tilt)), 2), "curl_deg": round(curl, 2),
        "spine": "right" if spine_right else "left", "quarter_turns": quarter_turns,
        "facing_page": bool(rng.random() < 0.5),
    }  # fmt: skip
    middle = np.array([profile.across[-1] / 2 * (-1 if spine_right else 1), height / 2])
    photo = Photo(size, 0.0, (width, height), px, profile, None, spine_right, record)
    corners = np.array([[0, 0], [sheet[1], 0], [sheet[1], sheet[0]], [0, sheet[0]]], float)
    near, far = 100.0, 2000.0
    for _ in range(30):
        distance = (near + far) / 2
        turned = roll + np.radians(90 * quarter_turns)
        photo.camera = Camera(middle + offset * 0.5, distance, tilt, azimuth, turned, size)
        spread = np.ptp(photo.points(corners), axis=0) / size
        near, far = (distance, far) if spread.max() > fill else (near, distance)
    photo.angle_deg = _angle_deg(photo, sheet)
    return photo


def _angle_deg(photo: Photo, sheet: tuple[int, int]) -> float:
    """How far the middle of the page is turned clockwise, −180 to 180."""
    centre = np.array([sheet[1], sheet[0]]) / 2
    a, b = photo.points(np.array([centre - [50, 0], centre + [50, 0]]))
    return float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))
