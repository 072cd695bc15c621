"""Makes filled register pages with truth: `scripts/make_pages --help`."""

from __future__ import annotations

import argparse
import json
import sys
import unittest
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import content
import cv2
import damage
import fonts
import hands
import numpy as np
from entries import page_values
from layout import known_forms, load_form
from page import Options, make_page
from parts import PARTS
from PIL import Image
from real_ink import PictureSource, StrokeSource


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make_pages", description="Draws realistic filled register pages with truth.")
    parser.add_argument("--form", default="birth_2016", help="id of a form in src/domain/data/forms")
    parser.add_argument("--count", type=int, default=1, help="pages of one book")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same bytes")
    parser.add_argument("--out", type=Path, required="--self-test" not in arguments, help="folder for pages and truth")
    parser.add_argument("--fade", type=float, default=0.0, help="0 fresh .. 1 a tenth of the contrast is left")
    parser.add_argument("--capture", choices=["scan", "phone"], default="scan")
    parser.add_argument("--turned", type=float, default=0.0, help="share of pages turned by 90, 180 or 270 degrees")
    parser.add_argument(
        "--damage", default="", help=f"what happened to every page: {', '.join(damage.KINDS)}; mixed: one to three"
    )
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--quality", type=int, help="JPEG quality; without it 70 to 90, varying")
    parser.add_argument("--clerks", type=int, default=0, help="hands in the book; 0: a new one on every page")
    parser.add_argument("--skip", type=int, default=0, help="leave out the book's first so many entries")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--ink", type=Path, help="pen strokes of real writers, .npz")
    parser.add_argument("--ink-part", choices=[*PARTS, "all"], default="all", help="writers of this part only")
    parser.add_argument("--lines", type=Path, help="pictures of real lines: path<TAB>text, .tsv")
    parser.add_argument("--fonts", type=Path, help="folder of handwriting fonts instead of the fetched ones")
    parser.add_argument("--font-split", choices=["train", "heldout", "calibrate", "test", "all"], default="all")
    parser.add_argument("--self-test", action="store_true", help="run the page maker's own tests")
    options = parser.parse_args(arguments)
    if not 0 <= options.fade <= 1:
        parser.error("--fade is between 0 and 1")
    if not 0 <= options.turned <= 1:
        parser.error("--turned is between 0 and 1")
    try:
        options.damage = damage.parse_list(options.damage)
    except ValueError as error:
        parser.error(f"--damage: {error}")
    if options.count < 1 or options.seed < 0 or not 72 <= options.dpi <= 1200:
        parser.error("--count from 1, --seed from 0, --dpi 72 to 1200")
    return options


def open_options(args: argparse.Namespace) -> Options:
    """Loads form, fonts and sources of ink."""
    fetched = fonts.fetch(progress=lambda line: print(line, file=sys.stderr))
    files = hands.font_files(args.fonts or fetched, args.font_split)
    if not files:
        raise SystemExit("make_pages: no handwriting font with all Vietnamese letters there")
    return Options(
        form=load_form(args.form),
        dpi=args.dpi,
        fade=args.fade,
        print_fonts=fetched,
        hand_fonts=files,
        ink=StrokeSource(args.ink, None if args.ink_part == "all" else args.ink_part) if args.ink else None,
        lines=PictureSource(args.lines) if args.lines else None,
        capture=args.capture,
        damage=args.damage,
        turned=args.turned,
    )


def entries(args: argparse.Namespace) -> tuple[content.Book, list]:
    """The book and, for every page of it, ordinal, registration dates, spelling and clerk (None: a new one)."""
    rng = np.random.default_rng([args.seed, 2_000_000])
    book = content.open_book(rng, args.form)
    writer = content.EntryWriter(book, rng)
    styles = [content.clerk_style(rng) for _ in range(max(1, args.clerks))]
    rows = []
    for ordinal in range(args.skip + args.count):
        clerk = int(rng.integers(args.clerks)) if args.clerks else None
        style = content.clerk_style(rng) if clerk is None else styles[clerk]
        days = [writer.next_day(rng) for _ in range(book.entries_per_page)]
        rows.append((ordinal, days, style, clerk))
    return book, rows[args.skip :]


_shared: dict = {}


def _start(args: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    _shared.update(args=args, options=open_options(args), book=entries(args)[0])


def _one(row: tuple) -> str:
    args, (ordinal, days, style, clerk) = _shared["args"], row
    seed = [args.seed, ordinal]
    book, options = _shared["book"], _shared["options"]
    values = page_values(options.form, (book, ordinal), days, style, np.random.default_rng([*seed, 20]))
    image, truth = make_page(options, book, values, clerk, seed)
    name = f"page_{ordinal - args.skip + 1:04}"
    quality = args.quality or int(np.random.default_rng([*seed, 21]).integers(70, 91))
    Image.fromarray(image).save(args.out / f"{name}.jpg", quality=quality, dpi=(args.dpi, args.dpi))
    (args.out / f"{name}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return name


def make(args: argparse.Namespace) -> None:
    """Writes all pages, their truth and `book.json`."""
    args.out.mkdir(parents=True, exist_ok=True)
    fonts.fetch(progress=lambda line: print(line, file=sys.stderr))
    book, rows = entries(args)
    (args.out / "book.json").write_text(
        json.dumps(book.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    if args.jobs <= 1:
        _start(args)
        for row in rows:
            _one(row)
        return
    with ProcessPoolExecutor(args.jobs, initializer=_start, initargs=(args,)) as pool:
        list(pool.map(_one, rows))


def main_with(arguments: list[str]) -> int:
    """The whole program, for these arguments."""
    args = parse(arguments)
    if args.form not in known_forms():
        raise SystemExit(f"make_pages: no form is called `{args.form}`; known are {', '.join(known_forms())}")
    if args.self_test:
        suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent), pattern="test_*.py")
        return 0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1
    make(args)
    return 0


if __name__ == "__main__":
    sys.exit(main_with(sys.argv[1:]))
