"""How well the quality gate tells good captures from bad ones: `scripts/measure_gate --help`.

Makes pages and captures of them, good and bad, lets `sohoa page --gate` judge each and prints the table.

Good, nobody should have to capture them again: plain scans (300 dpi), faded ones (30 to 85 % of the ink's contrast
gone), worn ones (one to three kinds of `--damage`), turned ones, scans of 165 to 400 dpi; ordinary photos by phone,
also of worn pages and turned.

Truly bad: writing that was there cannot be got from the picture.
- `blurred`: out of focus by 0.4 to 1.1 mm (standard deviation), a fifth of an x-height of 2.2 mm and more. At 0.43 mm
  the shipped model reads 4 % of the fields as it does in focus; ordinary photos have up to 0.27 mm.
- `shaken`: moved by 1.6 to 4 mm, most of an x-height and more (at 1.6 mm the model reads none of the fields alike).
- `blurred_part`: out of focus by 0.5 to 1.2 mm around a written field, 30 to 70 mm to each side.
- `dark`: paper at 8 to 20 of 255 under a sensor's noise: a black picture to whoever has to check it.
- `burnt`: half of the written ink and more is at full white; `glare`: a lamp's mirror image on a written field.
- `coarse`: 60 to 135 dots per inch, by how far apart the page's fields lie.
- `cut_off`: a third of some written field and up to 15 mm more lie outside the picture.
- `finger`: it covers a third of some written field. `folded`: a folded corner takes away or hides more than 30 % of
  the ink of some written field.
- `blank`: an empty sheet, or a form on which nothing is written. `twice`: another capture of a page that is there.
- `other`: the page of another register than its book's.

The gate is told what the server knows: the register of the book and its year, not the form.

A bad capture is found when it is refused, whatever the reason given; `named` counts those with the right reason.
Development uses seeds 1 to 999 and `--font-split calibrate`, measurements seeds from 100801 and `--font-split test`.
Exit 1 when less than 95 % of the bad are found or more than 2 % of the good refused.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from pathlib import Path

import gate_pages
import numpy as np

REASONS = {
    "blurred": "too_blurred", "shaken": "too_blurred", "blurred_part": "too_blurred", "dark": "too_dark",
    "burnt": "burnt_out", "glare": "burnt_out", "coarse": "resolution_too_low", "cut_off": "cut_off",
    "finger": "finger", "folded": "folded_corner", "blank": "blank_page", "twice": "same_page_twice",
    "other": "page_of_other_book",
}  # fmt: skip
THRESHOLDS = Path(__file__).parents[2] / "src/domain/data/gate.toml"
TWICE = tomllib.loads(THRESHOLDS.read_text(encoding="utf-8"))["twice_distance"]
FOUND_FLOOR, REFUSED_FLOOR = 0.95, 0.02


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="measure_gate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", type=Path, required=True, help="the sohoa program")
    parser.add_argument("--seed", type=int, required=True, help="the first seed; each is one page in 33 captures")
    parser.add_argument("--count", type=int, default=20, help="seeds")
    parser.add_argument("--font-split", choices=["train", "heldout", "calibrate", "test", "all"], default="all")
    parser.add_argument("--jobs", type=int, default=1, help="processes that make pages")
    parser.add_argument("--out", type=Path, help="keep the pages here; those already made there are used again")
    parser.add_argument("--report", type=Path, help="write the answer to every capture here, one JSON a line")
    return parser.parse_args()


def judge(binary: Path, case: dict) -> dict:
    """The gate's answer to one capture, with the seconds that the program took for it."""
    book = ["--register", case["register"], "--year", str(case["year"])]
    command = [str(binary), "page", "--gate", *book, str(case["image"])]
    before = os.times()
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    after = os.times()
    if done.returncode != 0:
        raise SystemExit(f"measure_gate: {case['image']}: {done.stderr.strip()}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {**json.loads(done.stdout), "secs": time.monotonic() - started, "cpu_secs": cpu}


def distance(a: str | None, b: str | None) -> float:
    """How far two imprints are apart: as `Imprint::distance` in src/image/gate/imprint.rs."""
    if not a or not b or [len(line) for line in a.split(".")] != [len(line) for line in b.split(".")]:
        return 1.0
    agreed = both = 0
    for one, other in zip(a.split("."), b.split(".")):
        x, y = (np.frombuffer(line.encode(), np.uint8) - ord("0") for line in (one, other))
        shifts = [_agreement(x[max(0, s) : len(x) + min(0, s)], y[max(0, -s) : len(y) + min(0, -s)]) for s in range(-4, 5)]
        best = max(shifts, key=lambda found: found[0] / max(1, found[1]))
        agreed, both = agreed + best[0], both + best[1]
    return 1 - agreed / max(1, both)


def _agreement(x: np.ndarray, y: np.ndarray) -> tuple[int, int]:
    """Cells written on both pages that agree less those that do not, and the cells written on either."""
    both, alike = (x & y & 2) > 0, ((x ^ y) & 1) == 0
    return int((both & alike).sum()) - int((both & ~alike).sum()), int(((x | y) & 2 > 0).sum())


def reasons(case: dict, answer: dict, plain: dict[str, str | None]) -> list[str]:
    """Why the capture is refused; the pages of all seeds are taken for the pages of one book."""
    found = [finding["reason"] for finding in answer["quality"]["reasons"]]
    own = case["image"].name
    other_pages = {name: imprint for name, imprint in plain.items() if _page(name) != _page(own)}
    if case["case"] == "twice":
        other_pages[case["record"]["of"]] = plain[case["record"]["of"]]
    if any(distance(answer["imprint"], imprint) < TWICE for imprint in other_pages.values()):
        found.append("same_page_twice")
    return found


def _page(name: str) -> str:
    return name.split("_")[0]


def table(rows: list[tuple[dict, dict, list[str]]]) -> tuple[str, bool]:
    """The figures by case and capture, and whether the floors hold."""
    counts: dict = defaultdict(lambda: [0, 0, 0])
    for case, _, found in rows:
        count = counts[case["case"], case["capture"]]
        count[0] += 1
        count[1] += bool(found)
        count[2] += REASONS.get(case["case"]) in found
    lines = ["case           capture  captures  refused  named"]
    for (case, capture), (all_, refused, named) in sorted(counts.items(), key=lambda c: (c[0][0] in REASONS, c[0])):
        told = f"{named:>7}" if case in REASONS else ""
        lines.append(f"{case:<15}{capture:<9}{all_:>8}{refused:>9}{told}")
    share = {}
    for is_bad, name in ((True, "bad"), (False, "good")):
        own = [count for (case, _), count in counts.items() if (case in REASONS) == is_bad]
        all_, refused = sum(c[0] for c in own), sum(c[1] for c in own)
        share[name] = refused / max(1, all_)
        lines.append(f"{name}: {refused} of {all_} refused, {100 * share[name]:.1f} %")
    return "\n".join(lines), share["bad"] >= FOUND_FLOOR and share["good"] <= REFUSED_FLOOR


def main() -> int:
    args = parse()
    seeds = list(range(args.seed, args.seed + args.count))
    with tempfile.TemporaryDirectory(prefix="sohoa-gate-") as scratch:
        folder = args.out or Path(scratch)
        gate_pages.make(folder, seeds, args.font_split, args.jobs)
        cases = gate_pages.cases(folder, seeds)
        answers = [judge(args.binary, case) for case in cases]
    plain = {c["image"].name: a["imprint"] for c, a in zip(cases, answers) if c["case"] == "plain"}
    rows = [(case, answer, reasons(case, answer, plain)) for case, answer in zip(cases, answers)]
    told, holds = table(rows)
    cpu = sorted(answer["cpu_secs"] for answer in answers)
    print(told)
    print(f"{cpu[len(cpu) // 2]:.2f} s of CPU in the median, {cpu[-1 - len(cpu) // 20]:.2f} s at most for 19 in 20")
    if args.report:
        with args.report.open("w", encoding="utf-8") as out:
            for case, answer, found in rows:
                line = {**case, "image": case["image"].name, "found": found, **answer}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
    if not holds:
        print("a floor does not hold")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
