"""Tests of photos and damage: `scripts/make_pages --self-test`."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

import capture
import damage
import make_pages
import numpy as np
import paper
from PIL import Image

SHEET = (1169, 827)  # A4 at 100 dpi
PX = 100 / 25.4


def made(*more: str) -> tuple[np.ndarray, dict]:
    """One page at 100 dpi and its truth."""
    with tempfile.TemporaryDirectory() as out:
        make_pages.main_with(["--dpi", "100", "--out", out, *more])
        picture = np.asarray(Image.open(Path(out) / "page_0001.jpg").convert("RGB"), np.float32)
        return picture, json.loads((Path(out) / "page_0001.json").read_text(encoding="utf-8"))


class Photos(unittest.TestCase):
    def test_the_way_to_the_picture_and_back_is_one(self):
        for seed in range(12):
            photo = capture.hold_phone(SHEET, PX, 1.0, seed % 4, np.random.default_rng(seed))
            reach, down, _ = photo.sources()
            rows, columns = np.mgrid[: reach.shape[0], : reach.shape[1]]
            width, height = photo.sheet_mm
            inside = (reach > 2) & (reach < width - 2) & (down > 2) & (down < height - 2)
            across = width - reach if photo.spine_right else reach
            there = photo.points(np.stack([across[inside], down[inside]], axis=1) * PX)
            wanted = np.stack([columns[inside], rows[inside]], axis=1) * capture.STEP
            self.assertGreater(inside.sum(), 1000)
            self.assertLess(np.abs(there - wanted).max(), 0.5)

    def test_quads_lie_inside_the_photo_and_keep_their_direction(self):
        for seed in ("61", "62", "63", "64"):
            picture, truth = made("--seed", seed, "--capture", "phone", "--turned", "0.5")
            self.assertEqual((picture.shape[1], picture.shape[0]), (truth["width"], truth["height"]))
            self.assertEqual(truth["capture"]["kind"], "phone")
            self.assertLessEqual(truth["capture"]["tilt_deg"], 25)
            for field in truth["entries"][0]["fields"]:
                quad = np.array(field["quad"])
                self.assertTrue((quad >= 0).all() and (quad <= [truth["width"], truth["height"]]).all())
                x, y = quad.T
                self.assertGreater(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)), 0, field["key"])

    def test_a_turned_scan_is_the_scan_turned(self):
        plain, truth = made("--seed", "8", "--quality", "95")
        turned, other = made("--seed", "8", "--quality", "95", "--turned", "1")
        turns = other["capture"]["quarter_turns"]
        differs = lambda turns: np.abs(np.rot90(plain, -turns) - turned).mean()  # noqa: E731
        self.assertLess(differs(turns), 4)
        self.assertTrue(turns == 2 or differs(turns + 2) > 6)
        size = (truth["width"], truth["height"])
        for a, b in zip(truth["entries"][0]["fields"], other["entries"][0]["fields"]):
            wanted = paper.turned_points(np.array(a["quad"]), size, turns)
            self.assertLess(np.abs(wanted - np.array(b["quad"])).max(), 0.02)
        off = (other["angle_deg"] - truth["angle_deg"] - 90 * turns + 180) % 360 - 180
        self.assertAlmostEqual(off, 0, places=3)


class Damages(unittest.TestCase):
    def test_lists_are_checked(self):
        self.assertEqual(damage.parse_list("faded,holes"), ("faded", "holes"))
        self.assertEqual(damage.parse_list(""), ())
        with self.assertRaises(ValueError):
            damage.parse_list("faded,fire")

    def test_every_kind_changes_the_page_and_is_recorded(self):
        plain, _ = made("--seed", "8", "--quality", "95")
        for kind in damage.KINDS:
            picture, truth = made("--seed", "8", "--quality", "95", "--damage", kind)
            self.assertEqual(truth["damage"]["kinds"], [kind])
            changed = (np.abs(picture - plain).max(axis=2) > 40).sum()
            self.assertGreater(changed, 20, kind)

    def test_struck_fields_name_what_was_struck_and_hold_what_is_right(self):
        _, plain = made("--seed", "8")
        _, truth = made("--seed", "8", "--damage", "strikes")
        pairs = list(zip(plain["entries"][0]["fields"], truth["entries"][0]["fields"]))
        struck = [(a, b) for a, b in pairs if "struck" in b]
        self.assertTrue(struck)
        for a, b in struck:
            self.assertEqual(a["text"], b["text"])
            self.assertNotEqual(b["struck"], b["text"])

    def test_a_field_whose_paper_is_gone_is_torn(self):
        worn = damage.Damage(("torn",), np.random.default_rng(1))
        ink = np.zeros((100, 100), np.uint8)
        ink[40:60, 20:80] = 255
        self.assertEqual(worn.lost_share(ink, (20, 40, 80, 60)), 0.0)
        worn.gone = np.zeros_like(ink)
        worn.gone[:, 50:] = 255
        self.assertAlmostEqual(worn.lost_share(ink, (20, 40, 80, 60)), 0.5)


if __name__ == "__main__":
    unittest.main()
