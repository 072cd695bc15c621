"""The foot of an entry: signatures, names written below them, the office's stamp over the last."""

from __future__ import annotations

import marks
import numpy as np
import paper
from content import Book, Value
from hands import FontHand, stamp

# Who signs in which printed place: the first of these fields that holds a name.
SIGNERS = {
    "signature_declarer": ("nyc_ho_ten",),
    "signature_wife": ("vo_ho_ten",),
    "signature_husband": ("chong_ho_ten",),
    "signature_giver": ("giao_ong_ho_ten", "giao_ba_ho_ten", "giao_dai_dien"),
    "signature_taker": ("nuoi_ong_ho_ten", "nuoi_ba_ho_ten"),
}
OFFICIAL = "signature_official"
OFFICIALS = ("nguoi_thuc_hien", "nguoi_ky")  # whose name is written below the last signature


class Foot:
    """Where people sign in one entry of a page, left to right, the official last, and where names end."""

    def __init__(self, page: dict, entry: int):
        """`page` is the whole page's form, `entry` which of its entries it is, from 0."""
        self._end = f"#{entry}" if "entry" in page else ""
        printed = {words["id"].removesuffix(self._end): words for words in page["print"]}
        places = [(name, printed[name]["centre"]) for name in (*SIGNERS, OFFICIAL) if name in printed]
        self.places = sorted(places, key=lambda place: place[1])
        fields = {f["key"]: f for f in page["field"]}
        official = next(fields[key + self._end] for key in OFFICIALS if key + self._end in fields)
        self.name_y = official["rules"][0][2]
        centres = [x for _, (x, _) in self.places]
        self.pitch = min((b - a for a, b in zip(centres, centres[1:])), default=64.0)

    def names(self, values: dict[str, Value]) -> list[tuple[float, str]]:
        """Middle of the place and name of everybody but the official who signs."""
        found = []
        for place, (x, _) in self.places[:-1]:
            held = [values[key + self._end].text for key in SIGNERS[place] if values[key + self._end].text]
            found += [(x, held[0])] if held else []
        return found


def sign(foot: Foot, mask: np.ndarray, place, px: float, rng: np.random.Generator) -> None:
    """Everybody's signature."""
    for i, (_, (x_mm, y_mm)) in enumerate(foot.places):
        size = rng.uniform(28, 42) * px, rng.uniform(11, 17) * px
        drawn = marks.signature(*size, pen=0.45 * px, rng=rng)
        x, y = place(x_mm - 20 + rng.uniform(-4, 4), y_mm + 7 + i + rng.uniform(-1, 3))
        stamp(mask, drawn, x, y)


def sign_in_letters(
    foot: Foot, mask: np.ndarray, values: dict[str, Value], hands: list[FontHand], place, rng: np.random.Generator
) -> None:
    """Names in their owners' hands below the signatures, as forms ask."""
    room_mm = min(60.0, foot.pitch - 6.0)
    for (x_mm, name), hand in zip(foot.names(values), hands):
        room = room_mm * place.px_per_mm
        ink = hand.write(name, min(1.0, room / hand.width(name)), rng)
        half_mm = min(room_mm / 2, hand.width(name) / place.px_per_mm / 2)
        x, y = place(x_mm - half_mm, rng.uniform(foot.name_y - 6, foot.name_y))
        stamp(mask, ink.coverage, x - ink.start, y - ink.baseline)


def stamp_over(
    foot: Foot, planes: paper.Planes, place, book: Book, fonts, contrast: np.ndarray, rng: np.random.Generator
) -> None:
    """The office's round stamp over a third of the official's signature."""
    if rng.random() < 0.08:
        return
    px = place.px_per_mm
    level = book.commune.name.upper()
    below = f"{_short(book.commune.district)} - {_short(book.commune.province)}".upper()
    drawn = marks.office_stamp((f"ỦY BAN NHÂN DÂN {level}", below), 35 * px, fonts / "arimo-700-normal.ttf", rng)
    _, (x_mm, y_mm) = foot.places[-1]
    x, y = place(rng.uniform(x_mm - 36, x_mm - 20), rng.uniform(y_mm, y_mm + 9))
    opacity = float(rng.uniform(0.45, 0.85)) * float(contrast.mean()) / 255
    paper.attenuate(planes, drawn, (205, 45, 50), opacity, (round(y), round(x)))


def _short(place: str) -> str:
    """ "Huyện Diễn Châu" as stamps have it: "H. Diễn Châu"."""
    for words, letters in (("Thành phố", "TP."), ("Thị xã", "TX."), ("Huyện", "H."), ("Quận", "Q."), ("Tỉnh", "T.")):
        place = place.replace(words, letters)
    return place
