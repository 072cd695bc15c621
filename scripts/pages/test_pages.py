"""Tests of the page maker: `scripts/make_pages --self-test`."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import fonts
import make_pages
import numpy as np
import vietnamese
from PIL import Image
from score import Scores, edits, folded, quad_iou
from vietnamese import WordStyle

ONES = {"không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5}
ONES |= {"sáu": 6, "bảy": 7, "tám": 8, "chín": 9}
STYLES = [
    WordStyle(odd, thousand, four, early, commas, capitals)
    for odd in ("linh", "lẻ")
    for thousand in ("nghìn", "ngàn")
    for four in ("tư", "bốn")
    for early in ("", "mồng", "mùng")
    for commas in (False, True)
    for capitals in ("first", "every", "none")
]


def number_from_words(words: list[str]) -> int:
    """Reads a number by its own rules, not by those that wrote it."""
    total = value = 0
    for word in words:
        if word in ("nghìn", "ngàn"):
            total, value = total + value * 1000, 0
        elif word == "trăm":
            total, value = total + value * 100, 0
        elif word == "mươi":
            total, value = total + value * 10, 0
        elif word == "mười":
            total += 10
        elif word not in ("linh", "lẻ", "mồng", "mùng"):
            value = ONES[word]
    return total + value


def date_from_words(text: str) -> tuple[int, int, int]:
    """Day, month and year of a date in words. "Năm" is "year" and "five": the year's stands two before "nghìn"."""
    words = text.lower().replace(",", "").split()
    month_at = words.index("tháng")
    thousand = next(i for i, word in enumerate(words) if word in ("nghìn", "ngàn"))
    year_at = thousand - 2
    assert words[0] == "ngày" and words[year_at] == "năm"
    return (
        number_from_words(words[1:month_at]),
        number_from_words(words[month_at + 1 : year_at]),
        number_from_words(words[year_at + 1 :]),
    )


def check_truth(test: unittest.TestCase, form: dict, data: bytes) -> None:
    """The truth of a page names every field of the form, inside the image and the right way round."""
    truth = json.loads(data)
    test.assertEqual(len(truth["entries"]), form["entries_per_page"])
    for entry in truth["entries"]:
        test.assertEqual([f["key"] for f in entry["fields"]], [f["key"] for f in form["field"]])
    for f in (f for entry in truth["entries"] for f in entry["fields"]):
        quad = np.array(f["quad"])
        test.assertTrue((quad >= 0).all() and (quad <= [truth["width"], truth["height"]]).all(), f["key"])
        # Clockwise from the top left: the shoelace area is positive where y grows downwards.
        x, y = quad.T
        test.assertGreater(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)), 0, f["key"])
        test.assertEqual(f["state"] == "written", bool(f["text"]), f["key"])


class DatesInWords(unittest.TestCase):
    def test_agree_with_digits_for_every_day_month_and_style(self):
        for style in STYLES:
            for day in range(1, 32):
                month, year = day % 12 + 1, 1990 + day
                self.assertEqual(date_from_words(vietnamese.date(day, month, year, style)), (day, month, year))

    def test_agree_with_digits_for_every_year(self):
        for year in range(1900, 2031):
            for style in STYLES[::7]:
                self.assertEqual(date_from_words(vietnamese.date(5, 4, year, style)), (5, 4, year))

    def test_are_spelled_as_clerks_spell_them(self):
        self.assertEqual(vietnamese.date(12, 3, 2017), "Ngày mười hai tháng ba năm hai nghìn không trăm mười bảy")
        self.assertEqual(
            vietnamese.date(5, 4, 2005, WordStyle(odd="lẻ", early="mồng")),
            "Ngày mồng năm tháng tư năm hai nghìn không trăm lẻ năm",
        )
        self.assertEqual(
            vietnamese.date(21, 10, 1975), "Ngày hai mươi mốt tháng mười năm một nghìn chín trăm bảy mươi lăm"
        )
        self.assertEqual(vietnamese.number(2000), "hai nghìn")
        self.assertEqual(vietnamese.number(15), "mười lăm")
        self.assertEqual(vietnamese.number(24, WordStyle(four="bốn")), "hai mươi bốn")


class Pages(unittest.TestCase):
    def make(self, *more: str) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory() as out:
            make_pages.main_with(["--dpi", "100", "--out", out, *more])
            return {path.name: path.read_bytes() for path in sorted(Path(out).iterdir())}

    def test_same_seed_same_bytes_and_other_seed_other_bytes(self):
        first = self.make("--seed", "8", "--count", "2")
        self.assertEqual(first, self.make("--seed", "8", "--count", "2"))
        other = self.make("--seed", "9", "--count", "2")
        digest = lambda pages: hashlib.sha256(pages["page_0001.jpg"]).digest()  # noqa: E731
        self.assertNotEqual(digest(first), digest(other))

    def test_a_page_does_not_depend_on_how_many_are_made(self):
        three, last = self.make("--seed", "8", "--count", "3"), self.make("--seed", "8", "--skip", "2")
        self.assertEqual(three["page_0003.jpg"], last["page_0001.jpg"])

    def test_truth_names_every_field_of_the_form_inside_the_image(self):
        form = make_pages.load_form("birth_2016")
        for name, data in self.make("--seed", "60", "--count", "12").items():
            if not name.endswith(".json") or name == "book.json":
                continue
            check_truth(self, form, data)

    def test_fading_takes_contrast_away(self):
        def darkest(fade: str) -> float:
            page = self.make("--seed", "8", "--fade", fade)["page_0001.jpg"]
            middle = np.asarray(Image.open(io.BytesIO(page)).convert("L"), np.float32)[200:1000, 150:500]
            return float(np.median(middle) - np.percentile(middle, 1))

        self.assertLess(darkest("0.9"), 0.6 * darkest("0"))


class Fonts(unittest.TestCase):
    def test_split_is_disjoint_complete_and_known(self):
        names = [row["package"] for row in fonts.packages() if row["use"] == "hand"]
        heldout = sorted(name for name in names if fonts.is_heldout(name))
        self.assertEqual(len(names), 71)
        self.assertEqual(
            heldout,
            ["bad-script", "fuggles", "gideon-roman", "grey-qo", "mali", "sedgwick-ave", "water-brush", "waterfall"],
        )


class Scoring(unittest.TestCase):
    SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10]]

    def test_overlap_of_shifted_squares(self):
        moved = [[x + 5, y] for x, y in self.SQUARE]
        self.assertAlmostEqual(quad_iou(self.SQUARE, self.SQUARE), 1.0, places=5)
        self.assertAlmostEqual(quad_iou(self.SQUARE, moved), 1 / 3, places=5)
        self.assertEqual(quad_iou(self.SQUARE, []), 0.0)

    def test_folding_and_edits(self):
        self.assertEqual(folded("Hoà, Thuỷ"), folded("hòa thủy"))
        self.assertNotEqual(folded("Hoa"), folded("Hòa"))
        self.assertEqual(edits("kitten", "sitting"), 3)

    def test_a_page_without_an_answer_counts_as_wrong(self):
        wanted = {"key": "a", "kind": "number", "state": "written", "text": "1", "quad": self.SQUARE}
        truth = {"form": "f", "angle_deg": 0.0, "entries": [{"fields": [wanted]}]}
        scores = Scores()
        scores.add("good", truth, truth)
        self.assertTrue(scores.floors_hold())
        scores.add("bad", truth, None)
        self.assertFalse(scores.floors_hold())
        self.assertEqual(scores.quads_share(), 0.5)
        scores.add("short", {**truth, "entries": truth["entries"] * 2}, truth)
        self.assertEqual((scores.split_right, scores.quads_share()), (1, 0.5))


if __name__ == "__main__":
    unittest.main()
