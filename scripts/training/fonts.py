"""Handwriting fonts from npm packages `@fontsource/NAME` as merged TTF files."""

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

from fontTools import ttLib
from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

SUBSETS = ("latin", "vietnamese", "latin-ext")
LAYOUT_TABLES = ("GSUB", "GPOS", "GDEF", "kern", "DSIG", "STAT", "BASE", "meta", "fpgm", "prep", "cvt ", "hdmx", "VDMX", "LTSH", "gasp")
# Where the data folder lists none: two for training, one each for calibration and test.
FEW = ["patrick-hand", "charm", "mali", "sedgwick-ave"]
PROBE = "AĂÂĐÊÔƠƯaăâđêôơưạặệốờữỹ0123456789/.,-"
# Hands without Vietnamese letters still write figures, each in its own way.
LATIN_PROBE = "ABCDEGHIKLMNOPQRSTUVXYabcdeghiklmnopqrstuvxy0123456789/.,-"
LATIN = Path(__file__).with_name("latin_fonts.txt")


def is_held_out(name: str) -> bool:
    """Fonts that training never draws, for figures on unseen hands; the page maker's
    `--font-split heldout` has the same ones (scripts/pages/fonts.py)."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 5 == 0


def split_of(name: str) -> str:
    """`train`, or which figures a held-out font serves: `calibrate` or `test`."""
    if not is_held_out(name):
        return "train"
    return "test" if int(hashlib.sha256(name.encode()).hexdigest(), 16) // 5 % 2 else "calibrate"


def fetch(names: list[str], folder: Path) -> list[Path]:
    """Packs the npm packages into `folder`; those already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in names if not list(folder.glob(f"fontsource-{name}-[0-9]*.tgz"))]
    if missing:
        packages = [f"@fontsource/{name}@5" for name in missing]
        subprocess.run(["npm", "pack", "--silent", *packages], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return sorted(folder.glob("*.tgz"))


def merge(package: Path, target: Path, probe: str = PROBE) -> bool:
    """Writes one TTF of the package's subsets; False where letters of `probe` are missing."""
    parts = []
    with tarfile.open(package) as archive:
        for subset in SUBSETS:
            found = [m for m in archive.getmembers() if m.name.endswith(f"-{subset}-400-normal.woff2")]
            if found:
                parts.append(_plain(archive.extractfile(found[0]).read()))
    if not parts:
        return False
    font = _merged(parts)
    known = font.getBestCmap()
    if any(ord(letter) not in known for letter in probe):
        return False
    font.save(target)
    return True


def _plain(woff2: bytes) -> bytes:
    font = TTFont(io.BytesIO(woff2))
    font.flavor = None
    for table in LAYOUT_TABLES:
        if table in font:
            del font[table]
    plain = io.BytesIO()
    font.save(plain)
    return plain.getvalue()


def _merged(parts: list[bytes]) -> TTFont:
    if len(parts) == 1:
        return TTFont(io.BytesIO(parts[0]))
    return Merger(Options()).merge([io.BytesIO(part) for part in parts])


def prepare(names: list[str], folder: Path, probe: str = PROBE) -> Path:
    """Fetches and merges; returns the folder with the TTF files that have the letters of `probe`."""
    ttf = folder / "ttf"
    ttf.mkdir(parents=True, exist_ok=True)
    for package in fetch(names, folder / "packages"):
        name = package.stem.removeprefix("fontsource-").rsplit("-", 1)[0]
        target = ttf / f"{name}.ttf"
        if target.exists():
            continue
        try:
            if not merge(package, target, probe):
                print(f"font {name}: letters are missing, left out")
        except (ttLib.TTLibError, AssertionError, KeyError, AttributeError, NotImplementedError) as problem:
            print(f"font {name}: cannot be merged, left out ({problem!r})")
    return ttf
