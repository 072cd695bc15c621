"""Makes calibration tables from made pages: the fields' pictures as the program itself cuts them out.

`scripts/page_fields --help`. Fields of one line only; blank fields go into a table of pictures with nothing to read.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from shutil import move


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="page_fields", description=__doc__)
    parser.add_argument("--binary", type=Path, required=True, help="the sohoa program")
    parser.add_argument("--pages", type=Path, required=True, help="folder of made pages with their truth")
    parser.add_argument("--table", type=Path, required=True, metavar="DIR", help="folder of labelled pictures to add to")
    return parser.parse_args()


def main() -> int:
    args = parse()
    pictures = args.table / "pages"
    pictures.mkdir(parents=True, exist_ok=True)
    tables: dict[str, list[str]] = defaultdict(list)
    for truth in sorted(args.pages.glob("page_*.json")):
        for kind, name, text in fields(args.binary, truth, pictures):
            tables[kind].append(f"pages/{name}\t{text}\n")
    listing = args.table / "manifest.json"
    manifest = json.loads(listing.read_text(encoding="utf-8")) if listing.exists() else {}
    kinds, empty = manifest.get("kinds", {}), set(manifest.get("empty", []))
    for kind, rows in tables.items():
        name = f"pages_{kind}.tsv"
        (args.table / name).write_text("".join(rows), encoding="utf-8")
        if kind == "empty":
            empty.add(name)
        else:
            kinds[name] = kind
    listing.write_text(json.dumps({**manifest, "kinds": kinds, "empty": sorted(empty)}, indent=1), encoding="utf-8")
    print(", ".join(f"{kind}: {len(rows)}" for kind, rows in sorted(tables.items())))
    return 0


def fields(binary: Path, truth_path: Path, pictures: Path):
    """(kind or `empty`, name of the picture, text) of every field of a page that is one line."""
    truth = json.loads(truth_path.read_text(encoding="utf-8"))
    page = truth_path.with_suffix(".jpg")
    with tempfile.TemporaryDirectory(dir=pictures) as scratch:
        command = [str(binary), "page", str(page), "--form", truth["form"], "--json", "--crops", scratch]
        done = subprocess.run(command, capture_output=True, text=True)
        sys.stderr.write(done.stderr)
        for place, entry in enumerate(truth["entries"]):
            for field in entry["fields"]:
                key = f"{field['key']}-{place}" if place else field["key"]
                lines = sorted(Path(scratch).glob(f"{page.stem}.{key}.*.png"))
                if len(lines) == 1 and field["state"] in ("written", "blank"):
                    name = f"{truth_path.parent.name}_{lines[0].name}"
                    move(lines[0], pictures / name)
                    is_blank = field["state"] == "blank"
                    yield ("empty" if is_blank else field["kind"]), name, ("" if is_blank else field["text"])


if __name__ == "__main__":
    sys.exit(main())
