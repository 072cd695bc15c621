"""Pictures of what the model still misreads, drawn with fonts for the model card.

For every known weakness lines are drawn until the model misreads one; where it reads
them all, the card says that instead.
"""

import random
from pathlib import Path

import numpy as np
from PIL import Image

import paper
from alphabet import fold, label
from held_out import HeldLine
from ink import Fonts
from plain import LINE_PX, plain
from reader import Run, read
from test_names import rare_names
from texts import Texts

TRIES = 40
LEVELS = 16
SEED = 91


def show(run: Run, fonts: Path, domain: Path | None, folder: Path) -> list[dict]:
    """Writes one small PNG per weakness; returns what it shows, `file` None where nothing was misread."""
    store, found = Fonts(fonts, split=None), []
    for number, (name, draw) in enumerate(_kinds(domain).items()):
        rng = np.random.default_rng(SEED + number)
        held = [line for line in (draw(store, rng) for _ in range(TRIES)) if line is not None]
        readings = [reading.text for reading in read(run, held)]
        wrong = [(line, text) for line, text in zip(held, readings) if fold(text) != fold(line.text)]
        about = {"weakness": name, "drawn": len(held), "misread": len(wrong), "file": None}
        if wrong:
            line, text = min(wrong, key=lambda pair: pair[0].grey.shape[1])
            about |= {"file": f"weakness_{number + 1}.png", "truth": line.text, "reading": text}
            Image.fromarray(line.grey).quantize(LEVELS).save(folder / about["file"], optimize=True)
        found.append(about)
    return found


def _kinds(domain: Path | None) -> dict:
    texts = Texts(domain, random.Random(SEED))
    rare = iter(rare_names(TRIES, SEED))
    return {
        "badly faded ink": lambda store, rng: _drawn(store, rng, texts.name(), lambda grey, rng: paper.faded(grey, rng)),
        "a rule through the letters": lambda store, rng: _drawn(store, rng, texts.name(), _ruled),
        "letters of minority languages and foreign names": lambda store, rng: _drawn(store, rng, next(rare)),
        "capitals throughout": lambda store, rng: _drawn(store, rng, texts.name().upper()),
        "long numbers": lambda store, rng: _drawn(store, rng, f"{int(rng.integers(10**11, 10**12 - 1))}"),
        "the line below in view": lambda store, rng: _drawn(store, rng, texts.place(), _crowded),
    }


def _drawn(store: Fonts, rng: np.random.Generator, text: str, harm=None) -> HeldLine | None:
    able = [number for number in range(len(store.fonts)) if store.can_write(text, number)]
    if not able:
        return None
    grey = plain(store.draw(text, int(rng.choice(able))), rng)
    return HeldLine(harm(grey, rng) if harm else grey, label(text))


def _ruled(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    y = int(grey.shape[0] * rng.uniform(0.45, 0.6))
    grey = grey.copy()
    grey[y:y + 2] = np.minimum(grey[y:y + 2], 110)
    return grey


def _crowded(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The heads of the same ink, shifted, in the lowest fifth."""
    grey, reach = grey.copy(), grey.shape[0] // 5
    heads = np.roll(grey, int(rng.integers(30, LINE_PX * 3)), axis=1)[reach:2 * reach]
    grey[-reach:] = np.minimum(grey[-reach:], heads)
    return grey
