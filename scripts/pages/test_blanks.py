"""Tests of the maker of blank and unreadable fields, of the split of writers and of the figures."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import unittest
from pathlib import Path

import blanks
import calibration
import fonts
import hands
import measure_blanks
import numpy as np
import parts
from layout import REPO
from real_ink import StrokeSource
from score import Scores


def _ink(grey: np.ndarray) -> float:
    """Share of pixels much darker than the paper around."""
    return float((grey < np.median(grey) - 70).mean())


class Crops(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fetched = fonts.fetch(progress=lambda line: None)
        cls.maker = blanks.Maker(hands.font_files(fetched, "all"), fetched)

    def grey(self, kind: str, i: int) -> np.ndarray:
        return self.maker.make(kind, [3, i]).image.mean(axis=2)

    def test_same_seed_same_picture_and_other_seed_another(self):
        first, again = (self.maker.make("blank", [1, 2]).image for _ in range(2))
        self.assertTrue((first == again).all())
        other = self.maker.make("blank", [1, 3]).image
        self.assertFalse(first.shape == other.shape and (first == other).all())

    def test_blank_fields_have_hardly_any_ink_and_scribbles_have(self):
        blank = np.median([_ink(self.grey("blank", i)) for i in range(12)])
        scribble = np.median([_ink(self.grey("scribble", i)) for i in range(12)])
        self.assertLess(blank, 0.03)
        self.assertGreater(scribble, 3 * blank)

    def test_holes_take_most_of_the_field_away(self):
        for i in range(8):
            crop = self.maker.make("hole", [3, i])
            grey, dark = crop.image.mean(axis=2), "dark" in crop.variety
            gone = (grey < 75).mean() if dark else (grey > 190).mean()
            self.assertGreater(gone, 0.5, crop.variety)

    def test_only_written_crops_have_a_text(self):
        self.assertTrue(all(self.maker.make(kind, [5, 1]).text for kind in ("written", "faded")))
        self.assertFalse(any(self.maker.make(kind, [5, 1]).text for kind in blanks.KINDS))


class Figures(unittest.TestCase):
    def case(self, kind: str, truth: str, **answer) -> measure_blanks.Case:
        return measure_blanks.Case(Path("x"), kind, "", truth, {"text": "", "confidence": 0.9} | answer)

    def test_what_became_text_and_what_was_lost_is_counted(self):
        cases = [self.case("blank", "")] * 99 + [self.case("blank", "", text="An")]
        self.assertTrue(measure_blanks.figures(cases)["floors_hold"])
        self.assertFalse(measure_blanks.figures(cases[1:])["floors_hold"])
        written = [self.case("written", "An", text="an")] * 3 + [self.case("written", "An", unread="blank")]
        found = measure_blanks.figures(cases + written)
        self.assertEqual(found["kinds"]["written"]["lost"], 0.25)
        self.assertEqual(found["kinds"]["written"]["lost_though_right"], 0.0)
        self.assertEqual(found["written_called_blank_surely"], 1)
        self.assertTrue(found["floors_hold"])
        real = [self.case("real", "An", unread="blank", signs={"text": "An"})]
        self.assertFalse(measure_blanks.figures(cases + real)["floors_hold"])

    def test_no_answer_is_no_success(self):
        unanswered = measure_blanks.Case(Path("x"), "hole", "", "")
        self.assertEqual(measure_blanks.figures([unanswered])["no_text"], 0.0)

    def test_coverage_and_calibration_are_those_of_the_program(self):
        # The cases of src/recognise/eval.rs.
        outcomes = [(0.99, True), (0.9, True), (0.8, False), (0.7, True), (0.6, True), (0.5, False)]
        self.assertAlmostEqual(calibration.coverage(outcomes, 0.95), 2 / 6)
        self.assertAlmostEqual(calibration.coverage(outcomes, 0.80), 5 / 6)
        self.assertEqual(calibration.coverage([(0.9, True), (0.9, False), (0.5, True)], 0.95), 0.0)
        sure = [(0.75, i % 4 != 0) for i in range(40)]
        self.assertAlmostEqual(calibration.expected_error(sure), 0.0)
        self.assertAlmostEqual(calibration.expected_error([(0.9, False)] * 20), 0.9)

    def test_pages_report_each_kind_by_itself(self):
        square = [[0, 0], [10, 0], [10, 10], [0, 10]]

        def about(key: str, kind: str, text: str, confidence: float, state: str = "written") -> dict:
            return {"key": key, "kind": kind, "state": state, "text": text, "quad": square, "confidence": confidence}

        truth = [about("a", "date", "1/2/2017", 1), about("b", "sex", "Nam", 1), about("c", "sex", "", 1, "blank")]
        found = [about("a", "date", "1/2/2017", 0.8), about("b", "sex", "Nữ", 0.4), about("c", "sex", "", 0.9, "blank")]
        page = lambda fields: {"form": "f", "angle_deg": 0.0, "entries": [{"fields": fields}]}  # noqa: E731
        scores = Scores()
        scores.add("page", page(truth), page(found))
        report = scores.report()
        self.assertEqual(report["kinds"]["date"]["exact_folded"], 1.0)
        self.assertAlmostEqual(report["kinds"]["sex"]["ece"], 0.4)
        self.assertEqual((report["all"]["fields"], report["blank"]["seen_as_blank"]), (2, 1.0))


class Parts(unittest.TestCase):
    def test_the_split_is_that_of_the_training_scripts(self):
        code = (REPO / "scripts" / "training" / "sources.py").read_text(encoding="utf-8")
        start = code.index("def part_of(")
        scope: dict = {"hashlib": hashlib}
        exec(code[start : code.index("\n\n\n", start)], scope)  # noqa: S102 - our own file
        theirs = scope["part_of"]
        self.assertIn('"vnondb:" + about["writer"]', code)
        for i in range(2_000):
            self.assertEqual(parts.part_of(f"vnondb:{i}"), theirs(f"vnondb:{i}"))

    def test_ink_of_one_part_comes_from_its_writers_only(self):
        writers = [f"w{i}" for i in range(60)]
        meta = [{"writer": w, "text": "an", "words": ["an"]} for w in writers]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ink.npz"
            count = len(writers)
            np.savez(
                path,
                delta_xy=np.ones((3 * count, 2), np.int16),
                stroke_end=np.arange(3, 3 * count + 1, 3),
                stroke_word=np.zeros(count, np.int16),
                line_end=np.arange(1, count + 1),
                meta=np.frombuffer(json.dumps(meta).encode(), np.uint8),
            )
            everybody = set(StrokeSource(path).writers)
            split = {part: set(StrokeSource(path, part).writers) for part in parts.PARTS}
        self.assertEqual(everybody, set(writers))
        self.assertEqual(set.union(*split.values()), everybody)
        self.assertEqual(sum(map(len, split.values())), len(everybody))
        self.assertTrue(all(parts.part_of_writer(w) == "test" for w in split["test"]))


if __name__ == "__main__":
    sys.exit(unittest.main())
