"""Command behind `scripts/compare_engines`; needs neither torch nor the training data."""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

import fonts
from ink import Fonts
from measure import rates
from plain import plain

ROOT = Path(__file__).resolve().parents[2]
MADE_FONTS = ["sedgwick-ave", "fuggles", "bad-script", "mali"]
PLACES = ROOT / "scripts/pages/lists/places_2018.tsv"
TESSERACT = ["tesseract", "-l", "vie", "--psm", "7"]


@dataclass
class Done:
    """A finished child: seconds of wall time and of processor time, its output, its
    greatest resident memory."""

    secs: float
    cpu_secs: float
    out: str
    peak_mib: float


def main() -> None:
    options = parse()
    needed(options.sohoa)
    with tempfile.TemporaryDirectory() as scratch:
        labels = options.labels or made_labels(Path(scratch), options.lines)
        rows = [row.split("\t", 1) for row in labels.read_text("utf-8").splitlines() if row.strip()]
        paths = [str((labels.parent / path).resolve()) for path, _ in rows]
        one, two = (sohoa(options, labels, threads) for threads in (1, 2))
        figures = {
            "labels": "made with fonts" if options.labels is None else options.labels.name,
            "sohoa": one,
            "tesseract": tesseract(paths, [text for _, text in rows], Path(scratch)),
            "sohoa_two_threads": two,
            "two_threads_against_one": two["lines_per_second"] / one["lines_per_second"],
        }
    figures["times_tesseract"] = one["lines_per_second"] / figures["tesseract"]["lines_per_second"]
    print(json.dumps(figures) if options.json else table(figures))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/compare_engines", description="Sổ Hoá and Tesseract over the same lines.")
    parser.add_argument("--labels", type=Path, help="path<TAB>text, paths relative to the file (default: lines are made)")
    parser.add_argument("--kind", default="place", help="field kind for sohoa eval")
    parser.add_argument("--lines", type=int, default=240, help="how many lines to make")
    parser.add_argument("--sohoa", type=Path, default=ROOT / "target/release/sohoa", help="the built program")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser.parse_args()


def needed(program: Path) -> None:
    """Ends with what to do where something is missing."""
    if not program.exists():
        raise SystemExit(f"compare_engines: {program} is not built: cargo build --release --locked")
    if shutil.which("tesseract") is None:
        raise SystemExit("compare_engines: Tesseract is missing: apt-get install tesseract-ocr tesseract-ocr-vie")
    languages = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True).stdout.split()
    if "vie" not in languages:
        raise SystemExit("compare_engines: Tesseract lacks Vietnamese: apt-get install tesseract-ocr-vie")


def made_labels(folder: Path, count: int) -> Path:
    """Address lines of about 60 characters on plain paper; the same ones every time."""
    cache = Path(os.environ.get("SOHOA_CACHE") or ROOT / "data" / "cache") / "compare_fonts"
    store = Fonts(fonts.prepare(MADE_FONTS, cache), split=None)
    addresses, rng = made_addresses(count), np.random.default_rng(77)
    rows = []
    for number, text in enumerate(addresses):
        able = [font for font in range(len(store.fonts)) if store.can_write(text, font)]
        picture = plain(store.draw(text, int(rng.choice(able))), rng)
        Image.fromarray(picture).save(folder / f"{number:04}.png")
        rows.append(f"{number:04}.png\t{text}\n")
    (folder / "labels.tsv").write_text("".join(rows), "utf-8")
    return folder / "labels.tsv"


def made_addresses(count: int) -> list[str]:
    """`Số 12, Xã …, Huyện …, Tỉnh …` out of the public list of communes."""
    rng, above, communes = random.Random(77), {}, []
    for row in PLACES.read_text("utf-8").splitlines()[1:]:
        level, _, name = row.split("\t")[:3]
        above[level] = name
        if level == "3":
            communes.append(f"{name}, {above['2']}, {above['1']}")
    return [f"{rng.choice(('Số', 'Tổ', 'Thôn'))} {rng.randint(1, 99)}, {place}" for place in rng.sample(communes, count)]


def watched(command: list[str], environment: dict[str, str]) -> Done:
    """Runs a child to its end; its errors go to standard error."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        started = time.monotonic()
        child = subprocess.Popen(command, stdout=out, env={**os.environ, **environment})
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        secs = time.monotonic() - started
        if child.returncode != 0:
            raise SystemExit(f"compare_engines: {command[0]} ended with {child.returncode}")
        out.seek(0)
        return Done(secs, used.ru_utime + used.ru_stime, out.read(), used.ru_maxrss / 1024)


def sohoa(options: argparse.Namespace, labels: Path, threads: int) -> dict:
    environment = {"SOHOA_THREADS": str(threads), "SOHOA_MODEL": os.environ.get("SOHOA_MODEL", str(ROOT / "models/line-vi"))}
    library = next((ROOT / "data/onnxruntime").glob("libonnxruntime.so.*"), None)
    if library and "SOHOA_ORT_LIB" not in os.environ:
        environment["SOHOA_ORT_LIB"] = str(library)
    done = watched([str(options.sohoa), "eval", str(labels), "--kind", options.kind, "--json"], environment)
    found = json.loads(done.out)
    kept = ("lines", "cer", "cer_folded", "exact_folded", "lines_per_second", "threads")
    return {name: found[name] for name in kept} | {"peak_mib": done.peak_mib, "cpu_secs": done.cpu_secs}


def tesseract(paths: list[str], truth: list[str], scratch: Path) -> dict:
    """One process over a list file, --psm 7, one thread. Its speed leaves the loading
    out, as sohoa's does: the time of the list less that of its first line alone."""
    first = _tesseract(paths[:1], scratch)
    done = _tesseract(paths, scratch)
    texts = [" ".join(page.split()) for page in (scratch / "read.txt").read_text("utf-8").split("\f")][: len(paths)]
    if len(texts) != len(paths):
        raise SystemExit(f"compare_engines: Tesseract gave {len(texts)} texts for {len(paths)} lines")
    found = rates(texts, truth)
    kept = {name: found[name] for name in ("lines", "cer", "cer_folded", "exact_folded")}
    speed = (len(paths) - 1) / max(1e-3, done.secs - first.secs)
    return kept | {"lines_per_second": speed, "threads": 1, "peak_mib": done.peak_mib, "cpu_secs": done.cpu_secs}


def _tesseract(paths: list[str], scratch: Path) -> Done:
    listed = scratch / "list.txt"
    listed.write_text("\n".join(paths) + "\n", "utf-8")
    command = [TESSERACT[0], str(listed), str(scratch / "read"), *TESSERACT[1:]]
    return watched([*command, "quiet"], {"OMP_THREAD_LIMIT": "1"})


def table(figures: dict) -> str:
    rows = [f"{figures['sohoa']['lines']} lines ({figures['labels']})",
            f"{'':22}{'lines/s':>9}{'CER':>9}{'folded':>9}{'exact':>9}{'peak MiB':>10}{'CPU s':>8}"]
    for name in ("sohoa", "sohoa_two_threads", "tesseract"):
        f = figures[name]
        rows.append(f"{name:22}{f['lines_per_second']:9.1f}{f['cer'] * 100:8.1f}%{f['cer_folded'] * 100:8.1f}%"
                    f"{f['exact_folded'] * 100:8.1f}%{f['peak_mib']:10.0f}{f['cpu_secs']:8.1f}")
    rows.append(f"sohoa reads {figures['times_tesseract']:.1f} times as many lines a second as Tesseract, "
                f"and {figures['two_threads_against_one']:.2f} times as many on two threads as on one")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
