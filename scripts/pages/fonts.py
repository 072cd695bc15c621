"""Fonts for made pages: fetched once from npm as @fontsource packages, merged to TrueType, kept outside git.

The packages split a font into subsets, letters without marks in `latin`, Vietnamese ones in `vietnamese`; both are
needed in one file. `fonts.tsv` lists the packages with their pinned versions. All of them are OFL-1.1.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
REPO = HERE.parent.parent
PRINT_STYLES = ("400-normal", "700-normal", "400-italic")
VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
    "fjwzAĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXYÀẢÃÁẠẰẲẴẮẶẦẨẪẤẬÈẺẼÉẸỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌỒỔỖỐỘỜỞỠỚỢÙỦŨÚỤỪỬỮỨỰỲỶỸÝỴ"
    "FJWZ0123456789.,:/-()'"
)


def cache_dir() -> Path:
    """Folder of everything that is fetched: `$SOHOA_CACHE`, else `data/cache` (ignored by git)."""
    return Path(os.environ.get("SOHOA_CACHE") or REPO / "data" / "cache")


def packages() -> list[dict[str, str]]:
    """Rows of `fonts.tsv`: package, version, use (`hand` or `print`), and for hands size and weight."""
    with open(HERE / "fonts.tsv", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def is_heldout(name: str) -> bool:
    """One hand in five is kept from training, chosen by the hash of its name so that the split never moves."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 5 == 0


def split_of(name: str) -> str:
    """`train`, or which figures a held-out hand serves, `calibrate` or `test`: as `scripts/training/fonts.py`."""
    number = int(hashlib.sha256(name.encode()).hexdigest(), 16)
    return "train" if number % 5 else ("test" if number // 5 % 2 else "calibrate")


def fetch(progress=print) -> Path:
    """Makes sure that every font of `fonts.tsv` lies merged in the cache; returns that folder."""
    folder = cache_dir() / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [row for row in packages() if not all(path.exists() for path in _outputs(folder, row))]
    if missing:
        progress(f"fetching {len(missing)} fonts into {folder}")
    with tempfile.TemporaryDirectory() as scratch:
        for start in range(0, len(missing), 20):
            _fetch_some(missing[start : start + 20], Path(scratch), folder)
    return folder


def _outputs(folder: Path, row: dict[str, str]) -> list[Path]:
    if row["use"] == "hand":
        return [folder / f"{row['package']}.ttf"]
    return [folder / f"{row['package']}-{style}.ttf" for style in PRINT_STYLES]


def _fetch_some(rows: list[dict[str, str]], scratch: Path, folder: Path) -> None:
    wanted = [f"@fontsource/{row['package']}@{row['version']}" for row in rows]
    command = ["npm", "pack", "--silent", "--pack-destination", str(scratch), *wanted]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for row in rows:
        archive = scratch / f"fontsource-{row['package']}-{row['version']}.tgz"
        for path in _outputs(folder, row):
            style = re.sub(f"^{re.escape(row['package'])}-?", "", path.stem) or "400-normal"
            _merge(archive, row["package"], style, path)


def _merge(archive: Path, package: str, style: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(archive) as tar:
        parts = []
        for subset in ("latin", "vietnamese", "latin-ext"):
            member = f"package/files/{package}-{subset}-{style}.woff2"
            if member not in tar.getnames():
                continue
            font = TTFont(tar.extractfile(member))
            font.flavor = None
            for table in ("DSIG", "STAT", "BASE", "MATH", "meta"):
                if table in font:
                    del font[table]
            parts.append(Path(scratch) / f"{subset}.ttf")
            font.save(parts[-1])
        _join(parts, target)


def _join(parts: list[Path], target: Path) -> None:
    """Merges the subsets; where layout tables do not merge, they go (the letters are what counts)."""
    partial = target.with_suffix(".part")
    try:
        Merger(Options()).merge([str(p) for p in parts]).save(partial)
    except Exception:  # fontTools raises many kinds here, all meaning "these tables do not fit together"
        drop = Options(drop_tables=["GSUB", "GPOS", "GDEF", "kern", "prep", "fpgm", "cvt "])
        Merger(drop).merge([str(p) for p in parts]).save(partial)
    partial.replace(target)


def covers(path: Path) -> bool:
    """Whether a font has every Vietnamese letter, digit and mark that pages need."""
    cmap = TTFont(path, lazy=True).getBestCmap()
    return all(ord(c) in cmap for c in VIETNAMESE)
