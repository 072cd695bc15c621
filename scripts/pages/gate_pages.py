"""Good and bad captures for `scripts/measure_gate`: every seed gives one page as scan and as photo, good and with each fault.

Writes pictures and one `SEED.json` of cases `{"image", "case", "capture", "form", "record"}`; a case is `plain`,
`faded`, `worn`, `turned`, `fine` (all good) or the name of a fault. `twice` names the picture it repeats in `of`;
`other` is the plain page in a book of another register.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import content
import cv2
import faults
import fonts
import hands
import numpy as np
from entries import page_values
from layout import load_form
from page import Options, make_page
from PIL import Image

FORMS = ("birth_2016", "death_2006", "marriage_2016", "birth_2006", "adoption_2016", "parent_child_2016")
GOOD = ("plain", "faded", "worn", "turned", "fine")
SHEET_FAULTS = ("folded", "blank", "twice")
CAPTURES = ("scan", "phone")


def make(folder: Path, seeds: list[int], split: str, jobs: int) -> None:
    """Makes what is missing of these seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    fetched = fonts.fetch(progress=print)
    files = hands.font_files(fetched, split)
    missing = [seed for seed in seeds if not (folder / f"{seed}.json").exists()]
    with ProcessPoolExecutor(jobs, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        list(pool.map(_make_seed, [(folder, seed, fetched, files) for seed in missing]))


def cases(folder: Path, seeds: list[int]) -> list[dict]:
    """The cases of these seeds."""
    found = []
    for seed in seeds:
        found += json.loads((folder / f"{seed}.json").read_text(encoding="utf-8"))
    found += [{**case, "case": "other"} for case in found if case["case"] == "plain"]
    return [{**case, "image": folder / case["image"], **_book_of(case)} for case in found]


def _book_of(case: dict) -> dict:
    """Register and year of the book that a capture is sent to."""
    own = load_form(case["form"])
    kind = own["register_kind"]
    if case["case"] == "other":
        kinds = sorted({load_form(form)["register_kind"] for form in FORMS} - {kind})
        kind = kinds[int(case["image"].split("_")[0]) % len(kinds)]
    return {"register": kind, "year": int(own["valid_from"][:4]) + 1}


class Maker:
    """The pages of one seed."""

    def __init__(self, folder: Path, seed: int, printed: Path, files: list[Path]):
        self.folder, self.seed = folder, seed
        self.rng = np.random.default_rng([seed, 40])
        self.form = load_form(FORMS[seed % len(FORMS)])
        self.options = Options(form=self.form, dpi=300, fade=0.0, print_fonts=printed, hand_fonts=files)
        self.cases: list[dict] = []

    def page(self, **changes) -> tuple[np.ndarray, dict]:
        """One way to make and capture the seed's page."""
        options = replace(self.options, **changes)
        rng = np.random.default_rng([self.seed, 2_000_000])
        book = content.open_book(rng, self.form["id"])
        day = content.EntryWriter(book, rng).next_day(rng)
        style = content.clerk_style(rng)
        values = page_values(self.form, (book, 0), [day], style, np.random.default_rng([self.seed, 0, 20]))
        return make_page(options, book, values, None, [self.seed, 0])

    def keep(self, image: np.ndarray, case: str, capture: str, record: dict) -> str:
        """Saves a picture as a camera or scanner would."""
        name = f"{self.seed}_{capture}_{case}.jpg"
        Image.fromarray(image).save(self.folder / name, quality=int(self.rng.integers(70, 91)))
        self.cases.append({
            "image": name, "case": case, "capture": capture, "form": self.form["id"], "record": record,
        })  # fmt: skip
        return name

    def good(self, capture: str) -> tuple[np.ndarray, dict]:
        """Pages that nobody should have to capture again; returns the plain one."""
        image, truth = self.page(capture=capture)
        self.keep(image, "plain", capture, truth.get("capture", {}))
        extra = {
            "faded": {"fade": float(self.rng.uniform(0.3, 0.85))}, "worn": {"damage": ("mixed",)},
            "turned": {"turned": 1.0}, "fine": {"dpi": int(self.rng.choice([165, 200, 240, 400]))},
        }  # fmt: skip
        for case in list(extra) if capture == "scan" else ["worn", "turned"]:
            made, its_truth = self.page(capture=capture, **extra[case])
            self.keep(made, case, capture, {**extra[case], **its_truth.get("damage", {})})
        return image, truth

    def bad(self, capture: str, plain: tuple[np.ndarray, dict]) -> None:
        """Every fault once."""
        image, truth = plain
        for name, fault in faults.KINDS.items():
            shot = faults.Shot(image, truth, px_per_mm(truth, self.form), self.rng)
            done = fault(shot)
            if done is not None:
                self.keep(done[0], name, capture, done[1])
        folded, its_truth = self.page(capture=capture, folded=True)
        self.keep(folded, "folded", capture, its_truth["damage"])
        blank = "sheet" if self.seed % 2 else "form"
        self.keep(self.page(capture=capture, blank=blank)[0], "blank", capture, {"blank": blank})
        other = capture if self.seed % 3 else CAPTURES[capture == "scan"]
        again = self.page(capture=other, again=1)[0]
        self.keep(again, "twice", capture, {"of": f"{self.seed}_{capture}_plain.jpg", "capture": other})


def _make_seed(task: tuple) -> None:
    folder, seed, printed, files = task
    maker = Maker(folder, seed, printed, files)
    for capture in CAPTURES:
        maker.bad(capture, maker.good(capture))
    (folder / f"{seed}.json").write_text(json.dumps(maker.cases) + "\n", encoding="utf-8")


def px_per_mm(truth: dict, form: dict) -> float:
    """Pixels per millimetre of the page, by how far apart its fields lie."""
    boxes = {}
    for f in form["field"]:
        corners = [(x0, y) for x0, _, y in f.get("rules", [])] + [tuple(o["tick"][:2]) for o in f.get("options", [])]
        boxes[f["key"]] = np.array(corners, float).min(axis=0)
    fields = [f for f in truth["entries"][0]["fields"] if f["key"] in boxes]
    seen = np.array([f["quad"][0] for f in fields], float)
    meant = np.array([boxes[f["key"]] for f in fields])
    spread = lambda points: np.sqrt(((points - points.mean(axis=0)) ** 2).sum())  # noqa: E731
    return float(spread(seen) / spread(meant))
