"""Makes pages with real ink, looks whether it is really on them, and lets `sohoa page` read them if it is given.

Where ../shared/data (or `$SOHOA_TRAINING_DATA`) is not there, says so and succeeds; where it is there, every step must
have run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import make_pages
from layout import REPO
from score import Scores

PAGES = 3
SOURCES = {
    "vnondb_lines.npz": ("--ink", "ink:"),
    "kalapa.tsv": ("--lines", "lines:"),
    "cinnamon.tsv": ("--lines", "lines:"),
}


def data_folder() -> Path:
    """Where the real handwriting lies, if anywhere."""
    given = os.environ.get("SOHOA_TRAINING_DATA")
    return Path(given) if given else REPO.parent / "shared" / "data"


def make(data: Path, name: str, out: Path, seed: int) -> list[Path]:
    """Pages from one file of the folder."""
    option = SOURCES[name][0]
    make_pages.main_with(["--count", str(PAGES), "--seed", str(seed), "--out", str(out), option, str(data / name)])
    return sorted(out.glob("page_*.json"))


def real_fields(truth: dict, mark: str) -> int:
    """How many fields of a page are written in real ink of this kind."""
    return sum(f["source"].startswith(mark) for f in truth["entries"][0]["fields"])


def read(binary: Path, truths: list[Path], scores: Scores) -> int:
    """Lets the program read the pages; returns how many answers came."""
    answers = 0
    for path in truths:
        image = path.with_suffix(".jpg")
        done = subprocess.run([binary, "page", "--json", image], capture_output=True, text=True)
        found = json.loads(done.stdout) if done.returncode == 0 else None
        if found is None:
            sys.stderr.write(done.stderr)
        answers += found is not None
        scores.add(image.name, json.loads(path.read_text(encoding="utf-8")), found)
    return answers


def main() -> int:
    parser = argparse.ArgumentParser(prog="check_real_ink", description=__doc__)
    parser.add_argument("--binary", type=Path, help="the sohoa program; without it pages are only made and looked at")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    data = data_folder()
    if not data.is_dir():
        print(f"skipped: {data} not there")
        return 0
    failures, scores, ran = [], Scores(), 0
    with tempfile.TemporaryDirectory(prefix="sohoa-real-ink-") as scratch:
        for name in [n for n in SOURCES if (data / n).exists()]:
            truths = make(data, name, Path(scratch) / name, args.seed)
            counts = [real_fields(json.loads(t.read_text(encoding="utf-8")), SOURCES[name][1]) for t in truths]
            print(f"{name}: {len(truths)} pages, fields in real ink: {counts}")
            ran += len(truths)
            if len(truths) < PAGES or min(counts) == 0:
                failures.append(f"{name}: a page without its real ink")
            if args.binary and read(args.binary, truths, scores) < len(truths):
                failures.append(f"{name}: `sohoa page` failed on a page")
    if ran == 0:
        failures.append(f"{data} is there, but no check with real ink ran")
    if args.binary:
        print(scores.table())
    print("\n".join(failures) or f"real ink: {ran} pages checked")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
