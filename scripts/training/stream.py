"""The endless, mixed, augmented stream of training batches."""

import random
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import IterableDataset

import nothing
import paper
import wordbank
from alphabet import encode, label
from digits import Digits
from ink import Fonts, InkStore, draw_strokes
from preprocess import MIN_WIDTH_PX, batch, prepare, steps
from recombine import Recombiner
from sources import LABELLED, ink_lines, lines
from texts import Texts

SHARE = {"kalapa": 0.06, "cinnamon": 0.06, "wordbank": 0.07, "vnondb": 0.40, "fonts": 0.25, "french": 0.02, "digits": 0.06, "latin": 0.12}
MAX_WIDTH_PX = 1100
POOL_LINES = 128
BATCH_COST_PX = 10_000
WARM_LINES = 3_000
NOTHING_SHARE = 0.035


class Mixer:
    """Draws one prepared line at a time: ((40, W) float32, class numbers). `bank` is
    the file of the source `wordbank`, `digits` the package of the source `digits`,
    `latin` the folder of fonts of the source `latin`; each is left out where there is
    none."""

    def __init__(self, data: Path, domain: Path | None, fonts: Path, sources: list[str], seed: int,
                 bank: Path | None = None, digits: Path | None = None, latin: Path | None = None) -> None:
        self.rng = np.random.default_rng(seed)
        self.texts = Texts(domain, random.Random(seed))
        has_bank = "wordbank" in sources and bank is not None and bank.exists()
        self.bank = Recombiner(wordbank.load(bank), self.texts.words) if has_bank else None
        self.digits = Digits(digits) if "digits" in sources and digits is not None else None
        self.latin = Fonts(latin) if "latin" in sources and latin is not None and any(latin.glob("*.ttf")) else None
        here = {"wordbank": has_bank, "digits": self.digits, "latin": self.latin}
        absent = {name for name, there in here.items() if not there}
        self.sources = [source for source in sources if source not in absent]
        share = np.array([SHARE[source] for source in self.sources])
        self.share = share / share.sum()
        self.real = {}
        for source in set(sources) & set(LABELLED):
            self.real[source] = [(line.grey(), line.text) for line in lines(data, source, "train")]
        self.ink = InkStore(ink_lines(data, "train")) if "vnondb" in sources else None
        self.fonts = Fonts(fonts) if "fonts" in sources else None

    def draw(self, warm: bool) -> tuple[np.ndarray, list[int]]:
        """One line; while `warm`, short pen runs only, on which CTC takes hold."""
        while True:
            if not warm and self.rng.random() < NOTHING_SHARE:
                line = prepare(nothing.picture(self.rng))
                if line.shape[1] <= MAX_WIDTH_PX:
                    return line, []
                continue
            source = str(self.rng.choice(self.sources, p=self.share))
            if warm and self.ink is not None:
                source = "vnondb"
            sample = trainable(*self._picture(source, warm))
            if sample:
                return sample

    def _picture(self, source: str, warm: bool):
        if source == "vnondb":
            return self._pen(warm)
        if source == "wordbank":
            picture, text = self.bank.draw(self.rng)
            return paper.vary(picture, self.rng), text
        if source == "digits":
            text = self.texts.figures()
            return paper.on_paper(self.digits.draw(text, self.rng), self.rng), text
        if source == "fonts":
            text = self.texts.draw()
            mask = self.fonts.draw_by_hand(text, self.rng)
            return (None if mask is None else paper.on_paper(mask, self.rng)), text
        if source == "latin":
            return self._latin()
        grey, text = self.real[source][int(self.rng.integers(len(self.real[source])))]
        return paper.vary(grey, self.rng), text

    def _latin(self):
        """Mostly figures, and what else a font drawn by lot has the letters for."""
        number = int(self.rng.integers(len(self.latin.fonts)))
        for _ in range(20):
            text = self.texts.figures() if self.rng.random() < 0.6 else self.texts.draw()
            if self.latin.can_write(text, number):
                return paper.on_paper(self.latin.drawn(text, number, self.rng), self.rng), text
        return None, ""

    def _pen(self, warm: bool):
        words = int(self.rng.integers(1, 4) if warm else self.rng.integers(2, 10))
        kind = str(self.rng.choice(["line", "run", "any", "capital", "digits"], p=(0.10, 0.42, 0.18, 0.19, 0.11)))
        if kind == "line" and not warm:
            words = 20
        if kind in ("line", "run") or warm:
            strokes, text = self.ink.run(words, self.rng)
        else:
            strokes, text = self.ink.collage(min(words, 4 if kind == "digits" else 6), self.rng, kind)
        if not strokes:
            return None, ""
        return paper.on_paper(draw_strokes(strokes, self.rng), self.rng), text


def trainable(picture: np.ndarray | None, text: str) -> tuple[np.ndarray, list[int]] | None:
    """Picture and text as ((40, W) float32, class numbers); None where CTC cannot learn from them."""
    classes = encode(label(text)) if picture is not None else None
    if not classes:
        return None
    line = prepare(picture)
    # CTC needs a step per letter and one between equal neighbours.
    fits = MIN_WIDTH_PX <= line.shape[1] <= MAX_WIDTH_PX and steps(line.shape[1]) >= 1.15 * len(classes) + 2
    return (line, classes) if fits else None


class Batches(IterableDataset):
    """Batches of like widths: images (N, 1, 40, W), labels (sum L), lengths (N), widths (N)."""

    def __init__(self, mixer_options: dict, first_line: int) -> None:
        self.options, self.first_line = mixer_options, first_line

    def __iter__(self):
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        mixer, drawn = Mixer(**self.options), self.first_line
        while True:
            pool = [mixer.draw(drawn + n < WARM_LINES) for n in range(POOL_LINES)]
            drawn += len(pool)
            groups = list(by_cost(pool))
            mixer.rng.shuffle(groups)
            yield from map(collate, groups)


def by_cost(pool, cost_px: int = BATCH_COST_PX):
    group = []
    for item in sorted(pool, key=lambda item: item[0].shape[1]):
        if group and item[0].shape[1] * (len(group) + 1) > cost_px:
            yield group
            group = []
        group.append(item)
    yield group


def collate(group):
    images = [image for image, _ in group]
    labels = torch.tensor([number for _, classes in group for number in classes], dtype=torch.int64)
    lengths = torch.tensor([len(classes) for _, classes in group])
    widths = torch.tensor([image.shape[1] for image in images])
    return torch.from_numpy(batch(images)), labels, lengths, widths
