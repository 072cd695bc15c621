"""How a form is set: fonts, zones of the page, rows that move, labels on two lines. Millimetres, as in `layout`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import ImageFont

FAMILIES = ("tinos", "noto-serif", "arimo", "noto-sans", "be-vietnam-pro")
FAMILY_WEIGHTS = (0.42, 0.2, 0.13, 0.1, 0.15)
FAMILY_SCALE = {"tinos": 1.0, "noto-serif": 0.86, "arimo": 0.9, "noto-sans": 0.88, "be-vietnam-pro": 0.86}
EM_MM = 3.95  # the usual label's font size
LEAD_MM = 4.6  # line feed inside a label of two lines
A4_HEIGHT_MM = 297.0
FOOT_MM = 4.0  # rows pushed down by a broken label are back in step so far above the line that ends them


class Typesetter:
    """Sets labels in one font and knows how wide they come out."""

    def __init__(self, fonts: Path, family: str, scale: float):
        self.family = family
        self.scale = scale * FAMILY_SCALE[family]
        self._fonts = {
            style: ImageFont.truetype(str(fonts / f"{family}-{style}.ttf"), 200)
            for style in ("400-normal", "700-normal", "400-italic")
        }

    def em(self, size: float | None) -> float:
        """Font size in mm for a print's `size_mm`, or the usual one."""
        return self.scale * (EM_MM if size is None else size * 1.2)

    def width(self, text: str, em: float, style: str = "400-normal") -> float:
        """Advance width in mm."""
        return self._fonts[style].getlength(text) / 200 * em

    def wrap(self, text: str, em: float, limit: float) -> list[str]:
        """Breaks words into lines no wider than `limit` mm."""
        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.width(longer, em) > limit:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines


class Zones:
    """The parts of a page that are printed each in one piece: header, body, margin right of the divider, notes below
    the body, footer."""

    def __init__(self, form: dict):
        lines = {line["id"]: line["line"] for line in form["frame"]}
        self.top, self.bottom = lines["top"][1], lines["bottom"][1]
        self.left, self.right = lines["left"][0], lines["right"][0]
        self.divider = lines["divider"][0] if "divider" in lines else self.right
        self.foot = lines["notes_top"][1] if "notes_top" in lines else self.bottom
        inner = [line for name, line in lines.items() if name not in ("left", "right", "divider")]
        self.columns = [(x0, y0, y1) for x0, y0, x1, y1 in inner if x0 == x1]

    def at(self, x: float, y: float) -> tuple[str, int]:
        """The zone's name, and which of the body's columns it is."""
        if not self.top < y < self.bottom:
            return ("header" if y < self.top else "footer"), 0
        if x >= self.divider:
            return "margin", 0
        column = sum(x > at and y0 < y < y1 for at, y0, y1 in self.columns)
        return ("body" if y < self.foot else "notes"), column


class RowShift:
    """Vertical displacement of the body's rows: another pitch, and steps below labels of two lines. `foot` is where
    the body ends, `height` that of the page."""

    def __init__(self, foot: float, height: float, rng: np.random.Generator):
        self.foot = foot - FOOT_MM
        # Large sheets are printed as truly, in millimetres, as small ones.
        small = A4_HEIGHT_MM / height
        self.pitch = float(np.clip(rng.normal(0, 0.007), -0.015, 0.015)) * small
        self.fixed = float(rng.uniform(60, 250)) / small
        self.steps: list[tuple[float, float]] = []

    def __call__(self, y: float) -> float:
        moved = y + self.pitch * (y - self.fixed)
        for start, step in self.steps:
            if y >= start - 0.1:
                moved += step * max(0.0, (self.foot - y) / (self.foot - start))
        return moved


# Labels that some printers set on two lines, and how many words stand on the second.
BREAKS = {
    "Họ, chữ đệm, tên người đi khai sinh": 4, "Họ, chữ đệm, tên người đi khai tử": 4,
    "Họ, chữ đệm, tên người đi đăng ký": 4, "Họ, chữ đệm, tên người đề nghị": 3, "Họ, chữ đệm, tên người vợ": 2,
    "Họ, chữ đệm, tên người chồng": 2, "Họ, chữ đệm, tên mẹ": 2, "Họ, chữ đệm, tên cha": 2,
    "Số định danh cá nhân": 2, "Ngày, tháng, năm sinh": 2, "Nơi cư trú cuối cùng": 2,
    "Ngày, tháng, năm xác lập quan hệ hôn nhân": 4, "Trong thời gian cư trú tại": 3, "Đăng ký giám hộ số": 3,
    "Họ và tên người đi khai sinh": 4, "Họ và tên người đi khai tử": 4, "Họ và tên người đi đăng ký": 4,
    "Nơi thường trú/tạm trú": 2, "Nơi thường trú/tạm trú cuối cùng": 4, "Ngày, tháng, năm đăng ký": 3,
    "Quan hệ với người được nhận là cha, mẹ, con": 5,
}  # fmt: skip
SIGNER_WORDS = 3  # so many words of the signer's label move to its second line when that is broken early


def on_two_lines(words: str, last: int) -> tuple[str, str]:
    """The words on two lines, so many of them on the second."""
    split = words.split(" ")
    return " ".join(split[:-last]), " ".join(split[-last:])


def choose_breaks(form: dict, zones: Zones, setter: Typesetter, shift: RowShift, rng: np.random.Generator) -> dict:
    """Which labels stand on two lines; the rows from there on move down by part of a row."""
    broken: dict = {"signer": "early" if rng.random() < 0.25 and _may_break_early(form, setter) else None}
    body = [f for f in form["field"] if f.get("rules") and zones.at(*f["label_at"])[0] == "body"]
    breakable = {f["key"]: f for f in body if f["label"] in BREAKS}
    too_long = [key for key, f in breakable.items() if _overhang_mm(f, setter) > 4.0]
    chosen = too_long[0] if too_long else None
    if chosen is None and breakable and rng.random() < 0.3:
        chosen = str(rng.choice(sorted(breakable)))
    if chosen is not None:
        broken["label"] = chosen
        shift.steps.append((breakable[chosen]["rules"][0][2], float(rng.uniform(1.8, 3.0))))
    return broken


def _may_break_early(form: dict, setter: Typesetter) -> bool:
    """Whether the signer's label, broken early, leaves room for the name on its second line."""
    head = next((words["text"] for words in form["print"] if words["id"] == "label_signer_1"), None)
    field = next((f for f in form["field"] if f["key"] == "nguoi_ky"), None)
    if head is None or field is None:
        return False
    label = f"{on_two_lines(head, SIGNER_WORDS)[1]} {field['label']}"
    room = field["rules"][0][1] - field["label_at"][0]
    return setter.width(label, setter.em(None)) < 0.45 * room


def _overhang_mm(f: dict, setter: Typesetter) -> float:
    """By how much a label, set without its colon, is longer than the form leaves room for."""
    style = "700-normal" if f.get("label_bold") else "400-normal"
    return setter.width(f["label"], setter.em(None), style) - (f["rules"][0][0] - f["label_at"][0])
