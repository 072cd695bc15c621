"""Makes fields with nothing to read, and written ones, and lets `sohoa read` read them: `scripts/measure_blanks --help`.

Floors: 99 % of the blank, scribbled and torn fields become no text; of real lines at most 1 % are called blank or
unreadable, of badly faded ones at most 4 %. Made lines are written in fonts, some of them hard to read even for people:
of these the same shares hold for lines that would have been read rightly.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import blanks
import cv2
import fonts
import hands
import numpy as np
from parts import PARTS, part_of_line
from PIL import Image
from score import folded

SHARES = {"blank": 0.4, "scribble": 0.3, "hole": 0.3}
NO_TEXT_FLOOR = 0.99
LOST_CEILING = {"written": 0.01, "faded": 0.04, "real": 0.01, "real faded": 0.04}
BATCH = 50


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="measure_blanks", description=__doc__)
    parser.add_argument("--binary", type=Path, help="the sohoa program")
    parser.add_argument(
        "--table", type=Path, metavar="DIR", help="only draw the fields with nothing to read, as a table of this folder "
        "of labelled pictures, for `sohoa model calibrate`",
    )
    parser.add_argument("--seed", type=int, required=True, help="development uses 1 to 999, measurements >= 100000")
    parser.add_argument("--count", type=int, default=500, help="fields with nothing to read")
    parser.add_argument("--written", type=int, default=100, help="made written fields, and as many badly faded ones")
    parser.add_argument("--real", type=Path, nargs="*", default=[], help="pictures of real lines: path<TAB>text, .tsv")
    parser.add_argument("--real-part", choices=[*PARTS, "all"], default="test", help="only lines of this part")
    parser.add_argument("--real-count", type=int, default=150, help="lines of each of those files, plain and faded")
    parser.add_argument("--kind", default="free_text", help="passed on to `sohoa read`")
    parser.add_argument("--font-split", choices=["train", "heldout", "calibrate", "test", "all"], default="heldout")
    parser.add_argument("--out", type=Path, help="keep the pictures and the answers here")
    parser.add_argument("--jobs", type=int, default=1, help="processes that draw")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    args = parser.parse_args()
    if not (args.binary or args.table):
        parser.error("--binary is needed, or --table")
    return args


@dataclass
class Case:
    """One picture with its truth."""

    path: Path
    kind: str
    variety: str
    text: str
    answer: dict = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        """Whether the program made text of it; no answer counts as the worse of both."""
        return bool(self.answer.get("text")) if self.answer else self.kind in SHARES

    @property
    def was_right(self) -> bool:
        """Whether the text would have been right, had it not been taken away."""
        return folded(self.answer.get("signs", {}).get("text", "")) == folded(self.text)

    @property
    def is_right(self) -> bool:
        return bool(self.answer) and folded(self.answer.get("text", "")) == folded(self.text)


_maker: dict = {}


def _start(split: str) -> None:
    cv2.setNumThreads(1)
    fetched = fonts.fetch(progress=lambda line: print(line, file=sys.stderr))
    _maker["maker"] = blanks.Maker(hands.font_files(fetched, split), fetched)


def _draw(job: tuple[Path, str, list[int]]) -> Case:
    path, kind, seed = job
    crop = _maker["maker"].make(kind, seed)
    Image.fromarray(crop.image).save(path)
    return Case(path, kind, crop.variety, crop.text)


def made(args: argparse.Namespace, out: Path) -> list[Case]:
    """The made cases; case i of a kind is the same however many are made."""
    counts = {kind: round(args.count * share) for kind, share in SHARES.items()}
    counts |= {"written": args.written, "faded": args.written}
    jobs = [
        (out / f"{kind}_{i:04}.png", kind, [args.seed, number, i])
        for number, (kind, count) in enumerate(counts.items())
        for i in range(count)
    ]
    if args.jobs <= 1:
        _start(args.font_split)
        return [_draw(job) for job in jobs]
    with ProcessPoolExecutor(args.jobs, initializer=_start, initargs=(args.font_split,)) as pool:
        return list(pool.map(_draw, jobs, chunksize=8))


def real(args: argparse.Namespace, out: Path) -> list[Case]:
    """Lines of real writing, as they are and badly faded: 7 to 20 % of their contrast, patches paler still."""
    cases = []
    for number, table in enumerate(args.real):
        rng = np.random.default_rng([args.seed, 1_000, number])
        rows = [row.split("\t", 1) for row in table.read_text(encoding="utf-8").splitlines()]
        rows = [row for row in rows if args.real_part in ("all", part_of_line(table.stem, *row))]
        for at in rng.permutation(len(rows))[: args.real_count]:
            name, text = rows[int(at)]
            image = np.asarray(Image.open(table.parent / name).convert("RGB"))
            for kind, picture in (("real", image), ("real faded", faded(image, rng))):
                path = out / f"{kind.replace(' ', '_')}_{number}_{at:05}.png"
                Image.fromarray(picture).save(path)
                cases.append(Case(path, kind, table.stem, text))
    return cases


def faded(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A line with most of its contrast gone."""
    grey = image.astype(np.float32)
    ground = cv2.GaussianBlur(cv2.dilate(grey, np.ones((15, 15))), (0, 0), 8)
    height, width = grey.shape[:2]
    coarse = rng.normal(1.0, 0.25, (3, 9)).astype(np.float32)
    patches = np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0.4, 1.3)[:, :, None]
    left = ground + (grey - ground) * float(rng.uniform(0.07, 0.2)) * patches
    left = cv2.GaussianBlur(left, (0, 0), 0.5) + rng.normal(0, float(rng.uniform(1, 3)), (height, width, 1))
    return np.clip(left, 0, 255).astype(np.uint8)


def read(args: argparse.Namespace, cases: list[Case]) -> None:
    """Lets the program read every picture."""
    command = [str(args.binary), "read", "--json", "--signs", "--kind", args.kind]
    by_path = {str(case.path): case for case in cases}
    for start in range(0, len(cases), BATCH):
        paths = [str(case.path) for case in cases[start : start + BATCH]]
        done = subprocess.run([*command, *paths], capture_output=True, text=True)
        sys.stderr.write(done.stderr)
        for line in done.stdout.splitlines():
            answer = json.loads(line)
            by_path[answer["path"]].answer = answer


def figures(cases: list[Case]) -> dict:
    """Shares per kind and whether the floors hold."""
    kinds, holds = {}, True
    for kind in dict.fromkeys(case.kind for case in cases):
        own = [case for case in cases if case.kind == kind]
        text = sum(case.is_text for case in own)
        about = {"cases": len(own), "as_text": text / len(own), "unread": Counter(c.answer.get("unread") or "" for c in own)}
        if kind in LOST_CEILING:
            about["lost"] = 1 - about["as_text"]
            about["exact_folded"] = sum(case.is_right for case in own) / len(own)
            about["lost_though_right"] = sum(c.was_right and not c.is_text for c in own) / len(own)
            counts = about["lost" if kind.startswith("real") else "lost_though_right"]
            holds &= counts <= LOST_CEILING[kind]
        kinds[kind] = about
    empty = [case for case in cases if case.kind in SHARES]
    no_text = sum(not case.is_text for case in empty) / max(1, len(empty))
    blank = [c for c in cases if c.kind == "blank" and c.answer]
    trusted = [c for c in cases if c.kind in LOST_CEILING and not c.is_text and c.answer.get("confidence", 0) >= 0.9]
    return {
        "no_text": no_text,
        "cases": len(empty),
        "blank_confidence": float(np.mean([c.answer["confidence"] for c in blank])) if blank else None,
        "written_called_blank_surely": len(trusted),
        "kinds": kinds,
        "floors_hold": bool(holds and no_text >= NO_TEXT_FLOOR),
    }


def table(found: dict) -> str:
    """The report for people."""
    lines = [
        f"nothing made up: {found['no_text']:.2%} of {found['cases']}   (floor {NO_TEXT_FLOOR:.0%})",
        f"mean confidence of blank fields: {found['blank_confidence']}; written fields called empty with 0.9 or more: "
        f"{found['written_called_blank_surely']}",
    ]
    for kind, about in found["kinds"].items():
        unread = ", ".join(f"{word or 'read'} {count}" for word, count in about["unread"].most_common())
        lost = ""
        if "lost" in about:
            right = f"{about['lost_though_right']:.2%} though right"
            lost = f"; lost {about['lost']:.2%}, {right} (at most {LOST_CEILING[kind]:.0%}), exact {about['exact_folded']:.1%}"
        lines.append(f"  {kind:11} {about['cases']:5}: {unread}{lost}")
    return "\n".join(lines)


def write_table(args: argparse.Namespace) -> int:
    """Draws the empty fields into a folder of tables and names them in its manifest."""
    name = "nothing.tsv"
    pictures = args.table / "nothing"
    pictures.mkdir(parents=True, exist_ok=True)
    args.written = 0
    cases = made(args, pictures)
    (args.table / name).write_text("".join(f"nothing/{case.path.name}\t\n" for case in cases), encoding="utf-8")
    listing = args.table / "manifest.json"
    manifest = json.loads(listing.read_text(encoding="utf-8")) if listing.exists() else {"kinds": {}}
    listing.write_text(json.dumps({**manifest, "empty": [name]}, indent=1), encoding="utf-8")
    print(f"{len(cases)} fields with nothing to read in {args.table / name}")
    return 0


def main() -> int:
    args = parse()
    if args.table:
        return write_table(args)
    with tempfile.TemporaryDirectory(prefix="sohoa-blanks-") as scratch:
        out = args.out or Path(scratch)
        out.mkdir(parents=True, exist_ok=True)
        cases = made(args, out) + real(args, out)
        read(args, cases)
        if args.out:
            rows = [{"kind": c.kind, "variety": c.variety, "truth": c.text, **c.answer} for c in cases]
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (out / "answers.jsonl").write_text(text, encoding="utf-8")
    found = figures(cases)
    print(json.dumps(found, ensure_ascii=False) if args.json else table(found))
    return 0 if found["floors_hold"] else 1


if __name__ == "__main__":
    sys.exit(main())
