"""Command line of `scripts/build_language`."""

import argparse
import hashlib
import os
import re
from pathlib import Path

import corpora
from ngram import Model, count, prune
from sources import ink_lines, lines
from symbols import Symbols, tone_placements

ROOT = Path(__file__).resolve().parents[2]
# order, least counts by length, weight, per letter, patience
SETTINGS = {
    "person_name": {"order": 7, "least": [0, 0, 1, 3, 6, 10, 14], "weight": 0.3, "per_letter": 0.45, "patience": 5.0},
    "place": {"order": 8, "least": [0, 0, 1, 2, 2, 3, 3, 3], "weight": 0.4, "per_letter": 0.6, "patience": 40.0},
    "free_text": {"order": 6, "least": [0, 0, 0, 1, 2, 2], "weight": 0.4, "per_letter": 0.7, "patience": 40.0},
}


def texts_of(kind: str, domain: Path, data: Path) -> list[tuple[str, float]]:
    if kind == "person_name":
        return corpora.names(domain)
    if kind == "place":
        return corpora.places(domain, [line.text for source in ("kalapa", "cinnamon") for line in lines(data, source, "train")])
    return corpora.prose(domain, [line.text for line in ink_lines(data, "train")])


def build(kind: str, texts: list[tuple[str, float]], settings: dict) -> bytes:
    symbols = Symbols(text for text, _ in texts)
    placed = [(symbols.encode(form), weight / len(forms)) for text, weight in texts for forms in [tone_placements(text)] for form in forms]
    counts = count(placed, settings["order"])
    kept = prune(counts, settings["least"])
    print(f"{kind}: {len(texts)} texts, n-grams kept {[len(level) for level in kept]} of {[len(level) for level in counts]}", flush=True)
    return Model(counts, kept).write(symbols)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/build_language", description="Builds the language models of a line model.")
    data = Path(os.environ.get("SOHOA_TRAINING_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=data, help="folder of the training data (transcripts)")
    parser.add_argument("--domain", type=Path, help="folder with names/ and places/ (default: beside the data)")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "line-vi", help="model folder to write into")
    options = parser.parse_args()
    domain, folder = options.domain or options.data.parent / "domain", options.model / "language"
    folder.mkdir(parents=True, exist_ok=True)
    blocks = []
    for kind, settings in SETTINGS.items():
        built = build(kind, texts_of(kind, domain, options.data), settings)
        # Never in place: a running server has the old file mapped.
        part = folder / f"{kind}.ngram.part"
        part.write_bytes(built)
        part.replace(folder / f"{kind}.ngram")
        print(f"{kind}: {len(built) / 1e6:.2f} MB", flush=True)
        blocks.append(manifest_block(kind, built, settings))
    put_into(options.model / "manifest.toml", blocks)


def manifest_block(kind: str, built: bytes, settings: dict) -> str:
    return (f'[language.{kind}]\nfile = "language/{kind}.ngram"\nsha256 = "{hashlib.sha256(built).hexdigest()}"\n'
            f'weight = {settings["weight"]}\nper_letter = {settings["per_letter"]}\npatience = {settings["patience"]}\n')


def put_into(manifest: Path, blocks: list[str]) -> None:
    """Replaces the manifest's language blocks."""
    rest = re.sub(r"\[language\.[a-z_]+\]\n(?:[a-z_0-9]+ = .*\n)*\n?", "", manifest.read_text("utf-8"))
    head, mark, tail = rest.partition("[calibration]")
    manifest.write_text(head + "\n".join(blocks) + "\n" + mark + tail, "utf-8")


if __name__ == "__main__":
    main()
