"""One made page: print, writing, stamp and wear laid over paper and scanned, with the truth about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import capture
import cv2
import fold
import marks
import numpy as np
import paper
import signing
from content import Book, Value
from damage import LOST, Damage
from hands import FontHand, choose_font, legible, manner, smooth_noise, stamp
from layout import Place, Print, entry_count, print_form, whole_page
from real_ink import PictureSource, StrokeSource
from writing import write_lines

INKS = (
    ((28, 46, 130), 0.32), ((45, 70, 165), 0.22), ((20, 30, 80), 0.12),
    ((38, 38, 44), 0.2), ((84, 44, 130), 0.14),
)  # fmt: skip
INSIDE_MM = 1.5  # every field stays this far inside the image


@dataclass
class Options:
    """What all pages of a run share."""

    form: dict
    dpi: int
    fade: float
    print_fonts: Path
    hand_fonts: list[Path]
    ink: StrokeSource | None = None
    lines: PictureSource | None = None
    capture: str = "scan"
    damage: tuple[str, ...] = ()
    turned: float = 0.0
    folded: bool = False  # a corner lies folded over writing
    blank: str = ""  # `sheet`: no print and no writing; `form`: printed, nothing filled in
    again: int = 0  # from 1 on: the same page, captured another time

    @property
    def px_per_mm(self) -> float:
        return self.dpi / 25.4


class Placement:
    """Millimetres of the form to pixels of the sheet: the print's scale and shift on the paper."""

    def __init__(self, px_per_mm: float, scale: np.ndarray, shift_mm: np.ndarray, sheet_mm: list[float]):
        self.px_per_mm, self.scale, self.shift_mm = px_per_mm, scale, shift_mm
        self._centre = np.array(sheet_mm) / 2

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        at = (self._centre + (np.array([x, y]) - self._centre) * self.scale + self.shift_mm) * self.px_per_mm
        return float(at[0]), float(at[1])


@dataclass
class Sheet:
    """A page while it is made."""

    printed: Print
    place: Placement
    capture: paper.Capture | capture.Photo
    ink: np.ndarray
    damage: Damage
    quarter_turns: int = 0
    sources: dict[str, str] = field(default_factory=dict)
    struck: dict[str, str] = field(default_factory=dict)

    def quad(self, target: Place) -> list[list[float]]:
        """The field's box in the image, clockwise from its own top left."""
        x0, y0, x1, y1 = self.printed.box(target)
        corners = np.array([self.place(x, y) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))])
        seen = self.capture.points(corners)
        if self.quarter_turns and isinstance(self.capture, paper.Capture):
            seen = paper.turned_points(seen, self.capture.size, self.quarter_turns)
        return np.round(seen, 2).tolist()

    def pixels(self, target: Place) -> tuple[int, int, int, int]:
        """The field's box on the sheet, `(x0, y0, x1, y1)`."""
        x0, y0, x1, y1 = self.printed.box(target)
        (left, top), (right, bottom) = self.place(x0, y0), self.place(x1, y1)
        return round(left), round(top), round(right), round(bottom)


def make_page(
    options: Options, book: Book, values: dict[str, Value], clerk: int | None, seed: list[int]
) -> tuple[np.ndarray, dict]:
    """The page's image (H, W, 3) and truth; the same arguments give the same bytes.

    `clerk` numbers the book's clerks; None takes a new hand, print and paper for this page alone.
    """
    rngs = [np.random.default_rng([*seed, stream]) for stream in range(5)]
    # Pages of one book are printed alike and have aged alike.
    edition = np.random.default_rng([seed[0], 3_000_000]) if clerk is not None else rngs[0]
    printed = print_form(whole_page(options.form), options.print_fonts, edition, rngs[0])
    # What options add has its own streams, so that pages made without them stay as they were.
    own = [np.random.default_rng([*seed, stream]) for stream in (30, 31, 32)]
    if options.again:
        own[2] = np.random.default_rng([*seed, 33, options.again])
    damage = Damage.choose(options.damage, own[0])
    quarter_turns = int(own[1].integers(1, 4)) if own[1].random() < options.turned else 0
    sheet = _settle(options, printed, damage, quarter_turns, rngs[1], own[2])
    writers = _writers(options, clerk, seed)
    if options.blank:
        values = {key: Value("", "blank") for key in values}
    values = _write_fields(sheet, options, values, writers, rngs[2])
    age = float(np.clip(edition.beta(1.6, 2.2) + rngs[3].normal(0, 0.06), 0, 1))
    planes = paper.blank_sheet(sheet.ink.shape, options.px_per_mm, age, rngs[3])
    if options.blank != "sheet":
        _lay_inks(planes, sheet, options, book, values, writers, rngs[3])
    _wear(planes, sheet, options)
    values = _without_lost(sheet, values)
    if options.capture == "phone":
        return sheet.capture.shoot(planes, options.px_per_mm, own[2]), _truth(sheet, options, values)
    image = paper.scan(planes, sheet.capture, options.px_per_mm, own[2] if options.again else rngs[4])
    return np.rot90(image, -quarter_turns).copy(), _truth(sheet, options, values)


def _settle(
    options: Options,
    printed: Print,
    damage: Damage,
    quarter_turns: int,
    rng: np.random.Generator,
    hand: np.random.Generator,
) -> Sheet:
    """Scale, shift and skew, made smaller until every field lies inside the image."""
    px = options.px_per_mm
    width, height = options.form["page_mm"]
    shape = (round(height * px), round(width * px))
    overall = float(np.clip(rng.normal(0, 0.008), -0.02, 0.02))
    scale = 1 + overall + np.clip(rng.normal(0, 0.002, 2), -0.004, 0.004)
    shift = np.clip(rng.normal(0, 3.0, 2), -8, 8)
    angle = float(np.clip(rng.normal(0, 0.9), -3, 3))
    states = rng.bit_generator.state, hand.bit_generator.state
    for ease in 0.85 ** np.arange(20):
        rng.bit_generator.state, hand.bit_generator.state = states
        place = Placement(px, 1 + (scale - 1) * ease, shift * ease, options.form["page_mm"])
        if options.capture == "phone":
            lying = capture.hold_phone(shape, px, ease, quarter_turns, hand)
        elif options.again:
            turn = float(np.clip(hand.normal(0, 0.9), -3, 3))
            lying = paper.lay_on_scanner(shape, px, turn * ease, ease, hand)
        else:
            lying = paper.lay_on_scanner(shape, px, angle * ease, ease, rng)
        sheet = Sheet(printed, place, lying, np.zeros(shape, np.uint8), damage, quarter_turns)
        quads = np.array([sheet.quad(target) for target in printed.places])
        size = np.array(_size(sheet))
        if (quads > INSIDE_MM * px).all() and (quads < size - INSIDE_MM * px).all():
            return sheet
    raise RuntimeError("the print does not fit the sheet, whatever the shift")


def _size(sheet: Sheet) -> tuple[int, int]:
    """Width and height of the picture."""
    turned = sheet.quarter_turns % 2 and isinstance(sheet.capture, paper.Capture)
    return sheet.capture.size[::-1] if turned else sheet.capture.size


def _writers(options: Options, clerk: int | None, seed: list[int]) -> dict:
    """The clerk of this page, a second hand (official, later notes), those who sign, and the pen's colour.

    The clerks of a book each keep one legible font.
    """
    rng = np.random.default_rng([*seed, 10])
    person = np.random.default_rng([*seed, 11] if clerk is None else [seed[0], 1_000_000, clerk])
    files = options.hand_fonts if clerk is None else legible(options.hand_fonts)
    first = FontHand(choose_font(files, person), manner(options.px_per_mm, person), person)
    second = FontHand(choose_font(options.hand_fonts, rng), manner(options.px_per_mm, rng), rng)
    signers = [FontHand(choose_font(options.hand_fonts, rng), manner(options.px_per_mm, rng), rng)]
    colours, weights = zip(*INKS)
    colour = colours[int(rng.choice(len(colours), p=weights))]
    other = np.random.default_rng([*seed, 12])
    signers.append(FontHand(choose_font(options.hand_fonts, other), manner(options.px_per_mm, other), other))
    return {"first": first, "second": second, "signers": signers, "colour": colour}


def _write_fields(
    sheet: Sheet, options: Options, values: dict[str, Value], writers: dict, rng: np.random.Generator
) -> dict[str, Value]:
    """Writes every field; returns the values as they really stand there (real ink brings its own text)."""
    written = {}
    real = _real_ink(options, rng)
    struck = sheet.damage.struck_fields([p.key for p in sheet.printed.places if p.rules and values[p.key].text])
    for target in sheet.printed.places:
        value = values[target.key]
        if target.ticks:
            _tick(sheet, target, value, rng)
        elif value.state == "written":
            target = _strike(sheet, target, values, writers) if target.key in struck else target
            value = _write(sheet, target, value, real, writers, rng)
        written[target.key] = value
    return written


def _strike(sheet: Sheet, target: Place, values: dict[str, Value], writers: dict) -> Place:
    """Writes something wrong on the first rule and strikes it out; returns the place of what is right, below it.

    Where the field has another rule that is the line below, otherwise the gap under its only rule.
    """
    rng, px = sheet.damage.rng, sheet.place.px_per_mm
    right = values[target.key].text
    alike = [values[p.key].text for p in sheet.printed.places if p.kind == target.kind]
    wrong = str(rng.choice([text for text in alike if text and text != right] or [right[1:] + right[0]]))
    hand = writers["first"]
    x0, x1, y = _rule_px(sheet, target.rules[0])
    for ink, x, baseline in write_lines(hand, wrong, [(x0, x1, y)], px, rng)[:1]:
        stamp(sheet.ink, ink.coverage, x - ink.start, baseline - ink.baseline)
        end = min(x1, x + hand.width(wrong))
        marks.strike_out(sheet.ink, (x - 0.5 * px, y - 1.2 * px), (end + 0.5 * px, y - 1.3 * px), 0.35 * px, rng)
    sheet.struck[target.key] = wrong
    left, right, height = target.rules[0]
    below = target.rules[1:] or [[left, right, height + 4.2]]
    return Place(target.key, target.kind, below)


def _real_ink(options: Options, rng: np.random.Generator) -> list:
    """Real writers for this page, in the order in which they are asked."""
    writers = [s.writer(options.px_per_mm, rng) for s in (options.lines, options.ink) if s is not None]
    return writers if rng.random() < 0.5 else writers[::-1]


def _write(sheet: Sheet, target: Place, value: Value, real: list, writers: dict, rng: np.random.Generator) -> Value:
    rules = [_rule_px(sheet, rule) for rule in target.rules]
    for writer in real:
        taken = writer.offer(target.kind, value.text, rules, sheet.place.px_per_mm, rng)
        if taken is not None:
            text, inks, source = taken
            break
    else:
        hand = writers["second" if target.key.partition("#")[0] in ("ghi_chu", "nguoi_thuc_hien") else "first"]
        text, source = value.text, hand.source
        inks = write_lines(hand, value.text, rules, sheet.place.px_per_mm, rng)
    for ink, x, y in inks:
        stamp(sheet.ink, ink.coverage, x - ink.start, y - ink.baseline)
    sheet.sources[target.key] = source
    return Value(text)


def _rule_px(sheet: Sheet, rule: list[float]) -> tuple[float, float, float]:
    (x0, y), (x1, _) = sheet.place(rule[0], rule[2]), sheet.place(rule[1], rule[2])
    return x0, x1, y


def _tick(sheet: Sheet, target: Place, value: Value, rng: np.random.Generator) -> None:
    for option, (x, y, w, h) in target.ticks:
        if option in value.options:
            (x0, y0), (x1, y1) = sheet.place(x, y), sheet.place(x + w, y + h)
            marks.draw_tick(sheet.ink, (x0, y0, x1 - x0, y1 - y0), 0.45 * sheet.place.px_per_mm, rng)
    sheet.sources[target.key] = "drawn"


def _lay_inks(
    planes: paper.Planes,
    sheet: Sheet,
    options: Options,
    book: Book,
    values: dict[str, Value],
    writers: dict,
    rng: np.random.Generator,
) -> None:
    """Bleeding, print, signatures, stamp and writing, in the order in which they came on the paper."""
    px, shape = options.px_per_mm, sheet.ink.shape
    printed = marks.draw_print(sheet.printed, sheet.place, shape, options.print_fonts, rng)
    feet = [signing.Foot(sheet.printed.form, i) for i in range(entry_count(options.form))]
    signatures = np.zeros_like(sheet.ink)
    for foot in feet if not options.blank else []:
        signing.sign(foot, signatures, sheet.place, px, rng)
        signing.sign_in_letters(foot, signatures, values, writers["signers"], sheet.place, rng)
    _bleed_through(planes, sheet.ink, sheet.damage.bleed(), rng)
    contrast = _contrast(shape, sheet.damage.fade(options.fade), px, rng)
    paper.attenuate(
        planes, cv2.multiply(printed, contrast, scale=1 / 255), (34, 32, 34), float(rng.uniform(0.72, 0.95))
    )
    for foot in feet if not options.blank else []:
        signing.stamp_over(foot, planes, sheet.place, book, options.print_fonts, contrast, rng)
    ink = cv2.multiply(np.maximum(sheet.ink, signatures), contrast, scale=1 / 255)
    paper.attenuate(planes, ink, writers["colour"], float(rng.uniform(0.72, 0.96)))


def _contrast(shape: tuple[int, int], fade: float, px: float, rng: np.random.Generator) -> np.ndarray:
    """How much of the ink is left, 0..255, patchy."""
    patches = np.clip(0.85 + 0.12 * smooth_noise(shape, 35 * px, rng), 0.55, 1.0)
    left = 1 - 0.9 * fade * patches
    rub = np.clip(0.06 * smooth_noise(shape, 4 * px, rng), 0, 0.12)
    return np.clip(255 * (left - rub), 0, 255).astype(np.uint8)


def _bleed_through(
    planes: paper.Planes, ink: np.ndarray, strength: float | None, rng: np.random.Generator
) -> None:
    """The other side's writing, mirrored, blurred and faint (most pages show none), or of a given strength."""
    if rng.random() >= 0.4 and strength is None:
        return
    mirrored = np.roll(ink[:, ::-1], int(rng.integers(-120, 120)), axis=0)
    small = cv2.resize(mirrored, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 1.6), (ink.shape[1], ink.shape[0]))
    usual = float(rng.uniform(0.05, 0.22))
    paper.attenuate(planes, soft, (120, 115, 150), usual if strength is None else strength)


def _wear(planes: paper.Planes, sheet: Sheet, options: Options) -> None:
    """Damage to the finished sheet; below it lies another page of the book, or the scanner's lid."""
    rng = sheet.damage.rng
    below = [float(plane.mean()) * float(rng.uniform(0.88, 0.97)) for plane in planes]
    if options.capture == "scan" and rng.random() < 0.5:
        below = [float(sheet.capture.border)] * 3
    font = options.print_fonts / "arimo-700-normal.ttf"
    sheet.damage.wear(planes, options.px_per_mm, font, tuple(below))
    if options.folded:
        written = [sheet.pixels(target) for target in sheet.printed.places]
        fold.fold_corner(planes, sheet.damage, sheet.ink, written, (options.px_per_mm, tuple(below)))


def _without_lost(sheet: Sheet, values: dict[str, Value]) -> dict[str, Value]:
    """Values of which so much paper is missing that nobody can read them are torn."""
    kept = dict(values)
    for target in sheet.printed.places:
        share = sheet.damage.lost_share(sheet.ink, sheet.pixels(target))
        if values[target.key].state == "written" and share > LOST:
            kept[target.key] = Value("", "torn")
            sheet.damage.record.setdefault("lost", {})[target.key] = round(share, 2)
    return kept


def _truth(sheet: Sheet, options: Options, values: dict[str, Value]) -> dict:
    entries: list[list[dict]] = [[] for _ in range(entry_count(options.form))]
    for target in sheet.printed.places:
        value = values[target.key]
        key, _, entry = target.key.partition("#")
        field = {
            "key": key, "kind": target.kind, "state": value.state, "text": value.text,
            "quad": sheet.quad(target), "source": sheet.sources.get(target.key, ""),
        }  # fmt: skip
        if target.ticks:
            field["options"] = value.options
        if target.key in sheet.struck:
            field["struck"] = sheet.struck[target.key]
        # What belongs to the page belongs to each of its entries.
        for fields in [entries[int(entry)]] if entry else entries:
            fields.append(field)
    width, height = _size(sheet)
    return {
        "form": options.form["id"],
        "angle_deg": round(_angle_deg(sheet), 4),
        "dpi": options.dpi,
        "width": width,
        "height": height,
        "entries": [{"fields": fields} for fields in entries],
        **_done_to(sheet),
    }


def _angle_deg(sheet: Sheet) -> float:
    """How far the page is turned clockwise, −180 to 180."""
    if isinstance(sheet.capture, capture.Photo) or not sheet.quarter_turns:
        return sheet.capture.angle_deg
    return (sheet.capture.angle_deg + 90 * sheet.quarter_turns + 180) % 360 - 180


def _done_to(sheet: Sheet) -> dict:
    """What beside a plain scan was done to the page; nothing for a plain scan."""
    done: dict = {}
    if isinstance(sheet.capture, capture.Photo):
        done["capture"] = sheet.capture.record
    elif sheet.quarter_turns:
        done["capture"] = {"kind": "scan", "quarter_turns": sheet.quarter_turns}
    if sheet.damage.record:
        done["damage"] = sheet.damage.record
    return done
