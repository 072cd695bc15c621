"""What years and readers do to a page: `--damage`. Everything here is drawn on the flat sheet, before it is captured."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import marks
import numpy as np
import paper
from hands import smooth_noise

KINDS = ("faded", "bleed", "stamps", "stains", "holes", "torn", "tape", "strikes")
LOST = 0.3  # a written field that has lost this share of its ink is torn


def parse_list(text: str) -> tuple[str, ...]:
    """`faded,holes` or `mixed` (each page takes one to three kinds); `ValueError` names what is unknown."""
    names = tuple(name for name in text.split(",") if name)
    for name in names:
        if name not in (*KINDS, "mixed"):
            raise ValueError(f"no damage is called `{name}`; known are {', '.join(KINDS)}, mixed")
    return names


@dataclass
class Damage:
    """What happens to one page. `gone` is where paper is missing, 0..255; `record` goes into the truth."""

    kinds: tuple[str, ...]
    rng: np.random.Generator
    record: dict = field(default_factory=dict)
    gone: np.ndarray | None = None

    @classmethod
    def choose(cls, names: tuple[str, ...], rng: np.random.Generator) -> Damage:
        """The kinds named; `mixed` stands for one to three of all."""
        kinds = [name for name in KINDS if name in names]
        if "mixed" in names:
            kinds = [str(kind) for kind in rng.choice(KINDS, int(rng.integers(1, 4)), replace=False)]
        return cls(tuple(sorted(set(kinds))), rng, {"kinds": sorted(set(kinds))} if kinds else {})

    def fade(self, usual: float) -> float:
        """How far the ink is faded, 0 fresh to 1 a tenth of its contrast."""
        if "faded" not in self.kinds:
            return usual
        fade = max(usual, float(self.rng.uniform(0.6, 1.0)))
        self.record["fade"] = round(fade, 3)
        return fade

    def bleed(self) -> float | None:
        """How strongly the other side shows through, if it does more than usual."""
        if "bleed" not in self.kinds:
            return None
        strength = float(self.rng.uniform(0.25, 0.5))
        self.record["bleed"] = round(strength, 3)
        return strength

    def struck_fields(self, written: list[str]) -> set[str]:
        """Fields whose first writing was struck out."""
        if "strikes" not in self.kinds or not written:
            return set()
        count = min(len(written), int(self.rng.integers(1, 5)))
        return {str(key) for key in self.rng.choice(written, count, replace=False)}

    def wear(self, planes: paper.Planes, px: float, font: Path, under: tuple) -> None:
        """Stamps, stains, tape, holes and torn corners on a sheet that is printed and written on.

        `under` is the colour of what is seen where paper is missing.
        """
        if "stamps" in self.kinds:
            _stamps(planes, px, font, self)
        if "stains" in self.kinds:
            _stains(planes, px, self)
        gone = np.zeros_like(planes[0])
        if "holes" in self.kinds:
            _holes(gone, px, self)
        if "torn" in self.kinds:
            _torn(gone, px, self)
        if "tape" in self.kinds:
            _tape(planes, px, self)
        if gone.any():
            self.gone = gone
            _uncover(planes, gone, px, under)

    def lost_share(self, ink: np.ndarray, box: tuple[int, int, int, int]) -> float:
        """Share of the ink in a box `(x0, y0, x1, y1)` of pixels that stood where paper is missing."""
        if self.gone is None:
            return 0.0
        x0, y0, x1, y1 = box
        own = ink[max(0, y0) : y1, max(0, x0) : x1] > 100
        lost = self.gone[max(0, y0) : y1, max(0, x0) : x1] > 127
        return float((own & lost).sum() / max(1, own.sum()))


def _somewhere(shape: tuple[int, int], rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(0.08, 0.92)) * shape[1], float(rng.uniform(0.08, 0.92)) * shape[0]


def _stamps(planes: paper.Planes, px: float, font: Path, damage: Damage) -> None:
    """One to three red stamps over writing: round ones of offices, and boxed words."""
    rng = damage.rng
    words = ("ĐÃ CẤP BẢN SAO", "SAO Y BẢN CHÍNH", "ĐÃ ĐỐI CHIẾU", "HỦY", "ĐÃ SỐ HÓA")
    placed = []
    for _ in range(int(rng.integers(1, 4))):
        if rng.random() < 0.5:
            drawn = marks.office_stamp(("ỦY BAN NHÂN DÂN XÃ", "SỔ HỘ TỊCH"), float(rng.uniform(30, 38)) * px, font, rng)
        else:
            drawn = marks.word_stamp(str(rng.choice(words)), float(rng.uniform(4.5, 7)) * px, font, rng)
        x, y = _somewhere(planes[0].shape, rng)
        at = (round(y - drawn.shape[0] / 2), round(x - drawn.shape[1] / 2))
        red = (int(rng.integers(185, 225)), int(rng.integers(30, 70)), int(rng.integers(35, 80)))
        paper.attenuate(planes, drawn, red, float(rng.uniform(0.5, 0.95)), at)
        placed.append([at[1], at[0], at[1] + drawn.shape[1], at[0] + drawn.shape[0]])
    damage.record["stamps"] = len(placed)


def _blob(side: int, rough: float, rng: np.random.Generator) -> np.ndarray:
    """Distance from the middle, 1 at a ragged rim; `side` pixels square."""
    yy, xx = np.mgrid[:side, :side].astype(np.float32) / (side / 2) - 1
    noise = smooth_noise((side, side), side / 5, rng) + 0.4 * smooth_noise((side, side), max(2, side / 22), rng)
    return np.hypot(xx * float(rng.uniform(0.85, 1.3)), yy) * 1.35 + rough * noise


def _stains(planes: paper.Planes, px: float, damage: Damage) -> None:
    """Water with its brown rim, coffee, mould, blots of ink."""
    rng, shape = damage.rng, planes[0].shape
    sorts = {
        "water": ((25, 90), (176, 138, 84), 0.3), "coffee": ((20, 50), (130, 84, 44), 0.55),
        "mould": ((8, 35), (96, 98, 84), 0.6), "blot": ((3, 9), (36, 44, 100), 0.9),
    }  # fmt: skip
    for _ in range(int(rng.integers(1, 5))):
        sort = str(rng.choice(sorted(sorts)))
        (least, most), colour, opacity = sorts[sort]
        side = max(16, int(float(rng.uniform(least, most)) * px))
        distance = _blob(side, 0.14, rng)
        body = np.clip((1 - distance) * 12, 0, 1)
        if sort == "mould":
            body *= np.clip(smooth_noise((side, side), 0.9 * px, rng), 0, 1)
        rim = np.exp(-(((distance - 0.96) / 0.04) ** 2)) if sort in ("water", "coffee") else 0.0
        coverage = np.clip(255 * np.maximum(body * (0.4 if sort in ("water", "coffee") else 1.0), rim), 0, 255)
        x, y = _somewhere(shape, rng)
        at = (round(y - side / 2), round(x - side / 2))
        paper.attenuate(planes, coverage.astype(np.uint8), colour, opacity * float(rng.uniform(0.6, 1)), at)
        damage.record.setdefault("stains", []).append(sort)


def _cut(gone: np.ndarray, shape: np.ndarray, at: tuple[int, int]) -> None:
    top, left = max(0, -at[0]), max(0, -at[1])
    target = gone[max(0, at[0]) : at[0] + shape.shape[0], max(0, at[1]) : at[1] + shape.shape[1]]
    if target.size:
        np.maximum(target, shape[top : top + target.shape[0], left : left + target.shape[1]], out=target)


def _holes(gone: np.ndarray, px: float, damage: Damage) -> None:
    """Paths of insects, small round punches, and places that mice have bitten."""
    rng = damage.rng
    count = int(rng.integers(2, 14))
    for _ in range(count):
        side = max(6, int(float(rng.gamma(1.6, 3.0) + 1.2) * px))
        cover = np.clip((1 - _blob(side, 0.2, rng)) * side / 4, 0, 1)
        x, y = _somewhere(gone.shape, rng)
        _cut(gone, (255 * cover).astype(np.uint8), (round(y - side / 2), round(x - side / 2)))
    damage.record["holes"] = count


def _torn(gone: np.ndarray, px: float, damage: Damage) -> None:
    """One or two corners, or a piece of an edge, torn away along a ragged line."""
    rng, (height, width) = damage.rng, gone.shape
    for corner in rng.choice(4, int(rng.integers(1, 3)), replace=False):
        right, low = corner % 2 == 1, corner >= 2
        reach = rng.uniform(14, 65, 2) * px
        t = np.linspace(0, 1, 160)
        ragged = np.cumsum(rng.normal(0, 0.35 * px, 160))
        ragged -= ragged[0] + (ragged[-1] - ragged[0]) * t
        x, y = reach[0] * (1 - t) + ragged, reach[1] * t + ragged[::-1] * 0.7
        edge = np.stack([np.maximum(x, 0), np.maximum(y, 0)], axis=1)
        outline = np.vstack([[[-9, -9]], [[reach[0], -9]], edge, [[-9, reach[1]]]])
        outline[:, 0] = width - outline[:, 0] if right else outline[:, 0]
        outline[:, 1] = height - outline[:, 1] if low else outline[:, 1]
        cv2.fillPoly(gone, [np.round(outline).astype(np.int32)], 255, cv2.LINE_AA)
        name = ("low " if low else "top ") + ("right" if right else "left")
        damage.record.setdefault("torn", []).append(name)


def _tape(planes: paper.Planes, px: float, damage: Damage) -> None:
    """Old adhesive tape: a yellow film that takes contrast away, shiny along one side."""
    rng, (height, width) = damage.rng, planes[0].shape
    count = int(rng.integers(1, 4))
    for _ in range(count):
        mask = np.zeros((height, width), np.uint8)
        x, y = _somewhere(planes[0].shape, rng)
        angle = float(rng.choice([0, np.pi / 2]) + rng.normal(0, 0.12))
        along = np.array([np.cos(angle), np.sin(angle)]) * float(rng.uniform(20, 90)) * px / 2
        marks.thick_line(mask, (x - along[0], y - along[1]), (x + along[0], y + along[1]), 18 * px)
        film = mask.astype(np.float32) / 255 * float(rng.uniform(0.2, 0.55))
        milky = (np.array([232, 205, 140]) + rng.normal(0, 8, 3)).astype(np.float32)
        for plane, level in zip(planes, milky):
            plane[...] = np.clip(plane * (1 - film) + level * film, 0, 255).astype(np.uint8)
        rim = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        paper.attenuate(planes, rim, (120, 96, 60), 0.4)
    damage.record["tape"] = count


def _uncover(planes: paper.Planes, gone: np.ndarray, px: float, under: tuple) -> None:
    """What lies below shows where paper is missing; a torn edge shows its white fibres and throws a shadow."""
    fibres = cv2.subtract(cv2.dilate(gone, np.ones((max(3, round(0.5 * px)) | 1,) * 2, np.uint8)), gone)
    shadow = cv2.GaussianBlur(gone, (0, 0), 0.8 * px).astype(np.float32) / 255
    cover = gone.astype(np.float32) / 255
    for plane, level in zip(planes, under):
        lit = level * (0.55 + 0.45 * np.clip(shadow * 1.6 - 0.6, 0, 1))
        white = fibres.astype(np.float32) / 255 * 0.6
        torn = plane * (1 - white) + 244 * white
        plane[...] = np.clip(torn * (1 - cover) + lit * cover, 0, 255).astype(np.uint8)
