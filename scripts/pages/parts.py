"""Which part of the real handwriting a line belongs to: the same split as `scripts/training/sources.py`.

The training scripts and the page maker have an environment each, so the rule stands in both; a test holds one against
the other.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from score import folded

PARTS = ("train", "calibrate", "test")


def part_of(key: str) -> str:
    """train (80 %), calibrate or test (10 % each), from a hash of the key."""
    bucket = int(hashlib.sha1(key.encode("utf-8")).hexdigest()[:8], 16) % 100
    return "train" if bucket < 80 else "calibrate" if bucket < 90 else "test"


def part_of_writer(writer: str) -> str:
    """The part of a writer of pen strokes."""
    return part_of("vnondb:" + writer)


def part_of_line(source: str, path: str, text: str) -> str:
    """The part of a labelled picture: by its text where no writers are named, else by the writer's form."""
    if source == "cinnamon":
        return part_of("cinnamon:" + folded(text))
    return part_of(source + ":" + Path(path).stem.rsplit("_", 1)[0])
