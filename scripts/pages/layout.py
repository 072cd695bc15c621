"""Where a page's print really stands: the form's data, changed in the ways that real printing changes it.

Everything here is in millimetres of the form, from the top left corner. What the form data does not know: other label
fonts and sizes (so labels end, and rules begin, elsewhere), long labels broken over two lines that push the rows below
them down, another row pitch, missing or broken anchors, other dots. `Print` says where everything ended up.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from typesetting import (
    BREAKS, FAMILIES, FAMILY_WEIGHTS, LEAD_MM, SIGNER_WORDS, RowShift, Typesetter, Zones, choose_breaks, on_two_lines,
)  # fmt: skip

REPO = Path(__file__).resolve().parent.parent.parent
FORMS = REPO / "src" / "domain" / "data" / "forms"
OUTER_LINES = ("left", "top", "right", "bottom", "divider", "notes_top")


def known_forms() -> list[str]:
    """Ids of all forms."""
    return sorted(path.stem for path in FORMS.glob("*.toml"))


def load_form(form_id: str) -> dict:
    """The form's data; `FileNotFoundError` when there is none of this name."""
    with open(FORMS / f"{form_id}.toml", "rb") as file:
        return tomllib.load(file)


def entry_count(form: dict) -> int:
    """How many entries a page of the form holds."""
    return max(1, len(form.get("entry", [])))


def whole_page(form: dict) -> dict:
    """The form with all entries of its page laid out, as `Form::whole_page` in `src/domain/whole_page.rs`.

    Keys of an entry's fields and ids of its words end in `#` and its number; a form of one entry is its own page.
    """
    if "entry" not in form:
        return form
    whole = {**form, "field": [], "print": []}
    for name, label in (("field", "key"), ("print", "id")):
        for thing in form[name]:
            if thing.get("of_page"):
                whole[name].append(thing)
                continue
            for i, entry in enumerate(form["entry"]):
                whole[name].append({**_moved(thing, *entry["offset"]), label: f"{thing[label]}#{i}"})
    return whole


def _moved(thing: dict, dx: float, dy: float) -> dict:
    """A field or printed words, so much further right and down."""
    moved = dict(thing)
    for name in ("at", "centre", "label_at"):
        if name in thing:
            moved[name] = [thing[name][0] + dx, thing[name][1] + dy]
    if "rules" in thing:
        moved["rules"] = [[x0 + dx, x1 + dx, y + dy] for x0, x1, y in thing["rules"]]
    if "options" in thing:
        options = [(option["value"], option["tick"]) for option in thing["options"]]
        moved["options"] = [{"value": value, "tick": [x + dx, y + dy, w, h]} for value, (x, y, w, h) in options]
    return moved


@dataclass
class Text:
    """Printed words: `x` is the left end, or the middle when `centred`; `y` the baseline."""

    text: str
    x: float
    y: float
    em: float
    style: str = "400-normal"
    centred: bool = False


@dataclass
class Place:
    """Where one field's value goes."""

    key: str
    kind: str
    rules: list[list[float]] = field(default_factory=list)
    ticks: list[tuple[str, list[float]]] = field(default_factory=list)


@dataclass
class Print:
    """A printed page: lines `[x0, y0, x1, y1]` by name, texts, fields in the form's order, and its looks."""

    form: dict
    family: str
    lines: dict[str, list[float]]
    texts: list[Text]
    places: list[Place]
    looks: dict

    def box(self, place: Place) -> list[float]:
        """`[x0, y0, x1, y1]`: as `Form::field_box` in `src/domain/form.rs`, with the printed positions."""
        boxes = [[x0, y - self.form["ascent_mm"], x1, y + self.form["descent_mm"]] for x0, x1, y in place.rules] + [
            [x, y, x + w, y + h] for _, (x, y, w, h) in place.ticks
        ]
        table = np.array(boxes)
        return [*table[:, :2].min(axis=0).tolist(), *table[:, 2:].max(axis=0).tolist()]


def print_form(form: dict, fonts: Path, rng: np.random.Generator, wear: np.random.Generator) -> Print:
    """One printing of the form, as `rng` decides, with what is missing on this one page, as `wear` decides."""
    family = str(rng.choice(FAMILIES, p=FAMILY_WEIGHTS))
    setter = Typesetter(fonts, family, float(rng.uniform(0.94, 1.06)))
    zones = Zones(form)
    shift = RowShift(zones.foot, form["page_mm"][1], rng)
    broken = choose_breaks(form, zones, setter, shift, rng)
    printed = Print(form, family, {}, [], [], _looks(rng))
    _print_frame(printed, shift, rng)
    right_end = float(rng.uniform(-0.8, 0.8))
    gap = float(rng.uniform(0.8, 2.4))
    how = {"broken": broken, "right_end": right_end, "gap": gap, "zones": zones}
    for fields in _rows(form, zones):
        _print_row(printed, fields, setter, shift, how, rng)
    order = {f["key"]: i for i, f in enumerate(form["field"])}
    printed.places.sort(key=lambda place: order[place.key])
    _print_words(printed, setter, shift, (broken, zones))
    _lose_an_anchor(printed, wear)
    return printed


def _looks(rng: np.random.Generator) -> dict:
    return {
        "rule": str(rng.choice(["dots", "dots", "dots", "dashes", "solid"])),
        "rule_pitch_mm": float(rng.uniform(0.75, 1.5)),
        "rule_dot_mm": float(rng.uniform(0.16, 0.32)),
        "line_mm": float(rng.uniform(0.18, 0.45)),
        "double": bool(rng.random() < 0.15),
        "tick_mm": float(rng.uniform(0.15, 0.3)),
    }


def _rows(form: dict, zones: Zones) -> list[list[dict]]:
    """Fields that share their first rule's height, left to right; choices stand alone."""
    rows: dict[tuple, list[dict]] = {}
    for f in form["field"]:
        key = (zones.at(f["rules"][0][0], f["rules"][0][2]), f["rules"][0][2]) if f.get("rules") else (f["key"],)
        rows.setdefault(key, []).append(f)
    return list(rows.values())


def _print_frame(printed: Print, shift: RowShift, rng: np.random.Generator) -> None:
    for line in printed.form["frame"]:
        x0, y0, x1, y1 = line["line"]
        # Lines of tables inside the body move with its rows.
        move = (lambda y: y) if line["id"] in OUTER_LINES else shift
        printed.lines[line["id"]] = [x0, move(y0), x1, move(y1)]
    if printed.looks["double"]:
        inset = float(rng.uniform(0.6, 1.0))
        for name, (dx, dy) in {"left": (1, 0), "right": (-1, 0), "top": (0, 1), "bottom": (0, -1)}.items():
            x0, y0, x1, y1 = printed.lines[name]
            printed.lines[f"{name}_inner"] = [
                x0 + dx * inset,
                y0 + dy * inset,
                x1 + dx * inset,
                y1 + dy * inset,
            ]


def _print_row(
    printed: Print, fields: list[dict], setter: Typesetter, shift: RowShift, how: dict, rng: np.random.Generator
) -> None:
    if not fields[0].get("rules"):
        _print_choice(printed, fields[0], setter, rng)
        return
    zone, _ = how["zones"].at(fields[0]["rules"][0][0], fields[0]["rules"][0][2])
    nudge = float(rng.uniform(-0.6, 0.6)) if zone != "body" else 0.0
    move = shift if zone == "body" else (lambda y: y + nudge)
    starts = [f["label_at"][0] + (float(rng.uniform(-1.2, 1.2)) if i else 0.0) for i, f in enumerate(fields)]
    for i, f in enumerate(fields):
        label_end = _print_label(printed, f, starts[i], setter, move, how)
        x0, x1, y = f["rules"][0]
        if f["label"] and f["label_at"][1] == y:
            x0 = label_end + how["gap"]
        if i + 1 < len(fields):
            x1 = starts[i + 1] - 1.5
        else:
            x1 += how["right_end"]
        first = [min(x0, x1 - 14.0), x1, move(y)]
        rest = [[r[0], r[1] + how["right_end"], move(r[2])] for r in f["rules"][1:]]
        printed.places.append(Place(f["key"], f["kind"], [first, *rest]))


def _print_label(printed: Print, f: dict, x: float, setter: Typesetter, move, how: dict) -> float:
    """Sets a field's label; returns where it ends."""
    label, style = f["label"], "700-normal" if f.get("label_bold") else "400-normal"
    em, y = setter.em(None), move(f["label_at"][1])
    signer = next((words for words in printed.form["print"] if words["id"] == "label_signer_1"), None)
    if signer and f["key"] == "nguoi_ky" and how["broken"]["signer"] == "early":
        label = f"{on_two_lines(signer['text'], SIGNER_WORDS)[1]} {label}"
    if how["broken"].get("label") == f["key"]:
        head, label = on_two_lines(label, BREAKS[label])
        printed.texts.append(Text(head, x, y - LEAD_MM, em, style))
    if not label:
        return x
    label = label if label.endswith(":") else label + ":"
    printed.texts.append(Text(label, x, y, em, style))
    return x + setter.width(label, em, style)


def _print_choice(printed: Print, f: dict, setter: Typesetter, rng: np.random.Generator) -> None:
    dx, dy = rng.uniform(-0.8, 0.8, 2)
    side = float(rng.uniform(3.5, 4.5))
    em = setter.em(None) * 0.92
    place = Place(f["key"], f["kind"])
    for k, option in enumerate(f["options"]):
        x, y, w, h = option["tick"]
        beside = [o["tick"][0] for o in f["options"][k + 1 :] if o["tick"][1] == y]
        limit = beside[0] - 2 if beside else 195.5
        tick = [x + dx + (w - side) / 2, y + dy + (h - side) / 2, side, side]
        place.ticks.append((option["value"], tick))
        lines = setter.wrap(option["value"], em, limit - (tick[0] + side + 2))
        for i, line in enumerate(lines):
            printed.texts.append(Text(line, tick[0] + side + 2, tick[1] + side * 0.8 + i * em * 1.15, em))
    printed.places.append(place)


def _print_words(printed: Print, setter: Typesetter, shift: RowShift, how: tuple[dict, Zones]) -> None:
    broken, zones = how
    room = zones.divider - zones.left - 5.0
    for words in printed.form["print"]:
        x, y = words.get("at") or words["centre"]
        style = "700-normal" if words.get("bold") else "400-italic" if words.get("italic") else "400-normal"
        text, em = words["text"], setter.em(words.get("size_mm"))
        if words["id"] == "label_signer_1":
            text, em = on_two_lines(text, SIGNER_WORDS)[0] if broken["signer"] else text, setter.em(None)
        em = min(em, em * room / setter.width(text, em, style))
        printed.texts.append(Text(text, x, shift(y), em, style, "centre" in words))


def _lose_an_anchor(printed: Print, rng: np.random.Generator) -> None:
    """One printed text, or one line of the frame, is not there (a third of all pages)."""
    if rng.random() >= 0.35:
        return
    if rng.random() < 0.5:
        gone = str(rng.choice(sorted(printed.lines)))
        del printed.lines[gone]
    else:
        del printed.texts[int(rng.integers(len(printed.texts)))]
