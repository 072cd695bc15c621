"""Makes fresh pages, lets `sohoa page` read them and compares with the truth: `scripts/measure_pages --help`."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import make_pages
from score import Scores

BATCH = 10


def parse() -> tuple[argparse.Namespace, list[str]]:
    """The command line; what is not known here goes to make_pages."""
    parser = argparse.ArgumentParser(prog="measure_pages", description=__doc__)
    parser.add_argument("--binary", type=Path, required=True, help="the sohoa program")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, required=True, help="development uses 1 to 999, measurements >= 100000")
    parser.add_argument("--out", type=Path, help="keep the pages here; pages already made there are used again")
    parser.add_argument("--form", default="birth_2016")
    parser.add_argument(
        "--read-as", default=None, help="form given to `sohoa page` (default: the same; `auto` to let it find out)"
    )
    parser.add_argument("--device", help="passed on as --device")
    parser.add_argument("--report", type=Path, help="write the figures of each kind of field here, as JSON")
    return parser.parse_known_args()


def read_pages(command: list[str], images: list[Path]) -> dict[str, dict]:
    """Runs the program over some images; answers by file name.

    Answers come one a line in the order of the images. Where some are missing, each image is asked for alone.
    """
    done = subprocess.run([*command, *map(str, images)], capture_output=True, text=True)
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    if len(answers) == len(images):
        return {image.name: answer for image, answer in zip(images, answers)}
    sys.stderr.write(done.stderr)
    if len(images) == 1:
        return {}
    return {name: answer for image in images for name, answer in read_pages(command, [image]).items()}


def cpu_secs() -> float:
    """CPU time of all programs run so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(args: argparse.Namespace, folder: Path) -> Scores:
    """Reads every page of the folder and scores it."""
    command = [str(args.binary), "page", "--json", "--form", args.read_as or args.form]
    if args.device:
        command += ["--device", args.device]
    images = sorted(folder.glob("page_*.jpg"))[: args.count]
    scores, started, before = Scores(), time.monotonic(), cpu_secs()
    for start in range(0, len(images), BATCH):
        batch = images[start : start + BATCH]
        answers = read_pages(command, batch)
        for image in batch:
            truth = json.loads(image.with_suffix(".json").read_text(encoding="utf-8"))
            scores.add(image.name, truth, answers.get(image.name))
    wall = (time.monotonic() - started) / max(1, len(images))
    cpu = (cpu_secs() - before) / max(1, len(images))
    times = f"{wall:.2f} s each by the clock, {cpu:.2f} s of CPU"
    print(f"{len(images)} pages, {times} (with starting the program every {BATCH} pages)")
    return scores


def main() -> int:
    args, rest = parse()
    with tempfile.TemporaryDirectory(prefix="sohoa-pages-") as scratch:
        folder = args.out or Path(scratch)
        if len(list(folder.glob("page_*.json"))) < args.count:
            wanted = ["--form", args.form, "--count", str(args.count), "--seed", str(args.seed), "--out", str(folder)]
            maker = Path(make_pages.__file__)
            subprocess.run([sys.executable, str(maker), *wanted, *rest], check=True)
        scores = measure(args, folder)
    print(scores.table())
    if args.report:
        args.report.write_text(json.dumps(scores.report(), indent=1) + "\n", encoding="utf-8")
    if scores.floors_hold():
        return 0
    print("a floor does not hold")
    return 1


if __name__ == "__main__":
    sys.exit(main())
