"""Bank of single words cut from real address lines (train parts of kalapa and
cinnamon only), as ink without its paper.

A trained network aligns each line's text to its picture. Between two words the
cut runs along the palest path from the top to the bottom. A word is kept where
the alignment is sure of its letters, both cuts cross next to no ink, and the
network finds every letter in the strip alone too. That picks the easy words: the
bank is for training, never for figures.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from alphabet import decode, encode, fold, label
from align import Spans, align
from held_out import HeldLine
from measure import distance
from preprocess import HEIGHT_PX, STRIDE_PX
from reader import Run, outputs
from sources import lines

SOURCES = ("kalapa", "cinnamon")
STRIP_PX = 64
LETTER_SCORE, WORD_SCORE = np.log(0.08), np.log(0.5)
CUT_INK = 1.6
ALONE_SCORE, MISREAD_SHARE = np.log(0.03), 0.25
RULE_PX = 45
NOISE_FLOOR = 0.06


@dataclass
class Hand:
    """What words of one line share. `group`: words of a group may stand together;
    `middle`, `spread`: mean and standard deviation of the ink over the height, px;
    `depth`: darkness of full ink, 0..1; `slant`: px to the left per px down."""

    source: str
    group: str
    middle: float
    spread: float
    depth: float
    slant: float


@dataclass
class Word:
    """`ink`: (STRIP_PX, W) uint8, 0 = paper, 255 = black. `line`: number of its hand;
    `place`: number of the word in that line."""

    ink: np.ndarray
    text: str
    line: int
    place: int


def darkness(grey: np.ndarray) -> np.ndarray:
    """(H, W) uint8 -> (STRIP_PX, W') float32, 0 = paper, 1 = black; long rules removed."""
    scale = STRIP_PX / grey.shape[0]
    grey = cv2.resize(grey, (max(8, int(grey.shape[1] * scale + 0.5)), STRIP_PX), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    picture = grey.astype(np.float32)
    paper = cv2.GaussianBlur(cv2.dilate(cv2.medianBlur(grey, 3), np.ones((19, 19), np.uint8)).astype(np.float32), (0, 0), 9.0)
    ratio = picture / np.maximum(paper, 1.0)
    dark = 1.0 - ratio / max(0.5, float(np.quantile(ratio, 0.8)))
    dark = np.clip(dark, 0.0, 1.0)
    rule = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, RULE_PX), np.uint8))
    rule = cv2.dilate(rule, np.ones((3, 1), np.uint8))
    dark = np.where(rule > 0.12, np.maximum(0.0, dark - 1.3 * rule), dark)
    return np.clip((dark - NOISE_FLOOR) / (1.0 - NOISE_FLOOR), 0.0, 1.0).astype(np.float32)


def hand_of(dark: np.ndarray, source: str, group: str) -> Hand:
    rows = dark.sum(axis=1) + 1e-6
    y = np.arange(len(rows))
    middle = float((rows * y).sum() / rows.sum())
    spread = float(np.sqrt((rows * (y - middle) ** 2).sum() / rows.sum()))
    ink = dark[dark > 0.15]
    depth = float(np.quantile(ink, 0.8)) if len(ink) else 0.5
    return Hand(source, group, middle, spread, depth, _slant(dark))


def _slant(dark: np.ndarray) -> float:
    """The shear at which the columns are told apart best (highest variance)."""
    height, width = dark.shape

    def sharpness(shear: float) -> float:
        matrix = np.array([[1, -shear, shear * height / 2], [0, 1, 0]], dtype=np.float32)
        return float(np.var(cv2.warpAffine(dark, matrix, (width, height)).sum(axis=0)))

    return float(max(np.linspace(-0.75, 0.45, 9), key=sharpness))


def _seam(dark: np.ndarray, low: int, high: int, middle_best: bool) -> tuple[np.ndarray, float]:
    """Palest path from top to bottom between columns low and high -> its x per row,
    and the ink that it crosses (sum of darkness)."""
    part = dark[:, low:high]
    count, width = part.shape
    columns = np.arange(width)
    aside = np.abs(columns - (width - 1) / 2) if middle_best else np.zeros(width)
    cost, came = part[0] + 0.002 * aside, np.zeros((count, width), dtype=np.int64)
    ways = np.full((3, width), 1e9)
    for row in range(1, count):
        ways[0, 1:], ways[1], ways[2, :-1] = cost[:-1] + 0.01, cost, cost[1:] + 0.01
        came[row] = ways.argmin(axis=0) - 1
        cost = ways.min(axis=0) + part[row] + 0.002 * aside
    seam = np.zeros(count, dtype=np.int64)
    seam[-1] = int(cost.argmin())
    for row in range(count - 1, 0, -1):
        seam[row - 1] = seam[row] + came[row, seam[row]]
    return seam + low, float(part[np.arange(count), seam].sum())


def cut(dark: np.ndarray, hand: Hand, text: str, spans: Spans) -> list[tuple[int, str, np.ndarray]]:
    """The words of a line that can be cut cleanly: (number, text, strip)."""
    words, bounds = text.split(" "), _bounds(text)
    seams = _seams(dark, bounds, spans)
    own, kept = _owners(dark, [None if seam is None else seam[0] for seam in seams], hand), []
    for number, (first, last) in enumerate(bounds):
        left, right = seams[number], seams[number + 1]
        scores = spans.score[first:last + 1]
        sure = scores.min() > LETTER_SCORE and scores.mean() > WORD_SCORE
        if sure and left and right and max(left[1], right[1]) < CUT_INK * hand.depth:
            strip = _cropped(np.where(own == number, dark, 0.0))
            if strip is not None:
                kept.append((number, words[number], strip))
    return kept


def _bounds(text: str) -> list[tuple[int, int]]:
    """First and last letter of every word."""
    ends = np.cumsum([len(word) + 1 for word in text.split(" ")])
    return [(int(end) - 1 - len(word), int(end) - 2) for end, word in zip(ends, text.split(" "))]


def _seams(dark: np.ndarray, bounds: list[tuple[int, int]], spans: Spans) -> list:
    """One seam before every word and one after the last; None where there is no room."""
    peaks = (spans.peak + 0.5) * (STRIP_PX / HEIGHT_PX * STRIDE_PX)
    wide = float(np.median(np.diff(peaks))) if len(peaks) > 1 else 20.0
    seams = [_seam_between(dark, peaks[0] - 1.8 * wide, peaks[0] - 0.4 * wide)]
    for (_, left), (right, _) in zip(bounds, bounds[1:]):
        seams.append(_seam_between(dark, peaks[left], peaks[right], True))
    return seams + [_seam_between(dark, peaks[-1] + 0.4 * wide, peaks[-1] + 1.8 * wide)]


def _seam_between(dark: np.ndarray, low: float, high: float, middle_best: bool = False):
    first, end = max(0, int(low)), min(dark.shape[1], int(high) + 1)
    return _seam(dark, first, end, middle_best) if end - first >= 2 else None


def _owners(dark: np.ndarray, seams: list[np.ndarray | None], hand: Hand) -> np.ndarray:
    """(H, W) number of the word that each pixel belongs to, -1 outside. A mark that
    stands above and before a word's letters is the word's before it: pens put tone
    marks down late and too far right."""
    own = np.full(dark.shape, -1, dtype=np.int64)
    columns = np.arange(dark.shape[1])[None, :]
    for number, (left, right) in enumerate(zip(seams, seams[1:])):
        if left is not None and right is not None:
            own[(columns >= left[:, None]) & (columns < right[:, None])] = number
    for number in range(len(seams) - 1):
        ink = ((own == number) & (dark > 0.12)).astype(np.uint8)
        letters = np.flatnonzero(ink[int(hand.middle):].any(axis=0))
        if not len(letters):
            continue
        count, pieces, boxes, _ = cv2.connectedComponentsWithStats(ink[:, :letters[0] + 40], connectivity=8)
        for piece in range(1, count):
            x, y, width, height, _ = boxes[piece]
            if x + width <= letters[0] + 6 and y + height < hand.middle:
                own[:, :letters[0] + 40][pieces == piece] = number - 1
    return own


def _cropped(ink: np.ndarray) -> np.ndarray | None:
    """Cut to its columns with 2 px of rim, uint8; None where there is next to nothing."""
    inked = np.flatnonzero(ink.max(axis=0) > 0.12)
    if len(inked) < 3:
        return None
    return (ink[:, max(0, inked[0] - 2):inked[-1] + 3] * 255).astype(np.uint8)


def make(data: Path, weights: Path, target: Path) -> str | None:
    """Builds and saves the bank with the network at `weights`; the reason where it cannot be."""
    from publish import load_network
    from reader import torch_run

    if not all((data / f"{source}.tsv").exists() for source in SOURCES):
        return f"{' and '.join(SOURCES)} are not in {data}"
    if not weights.exists():
        return f"no trained network to align with ({weights})"
    try:
        network = load_network(weights)
    except RuntimeError:
        return f"{weights} is of another architecture"
    target.parent.mkdir(parents=True, exist_ok=True)
    save(target, *build(data, torch_run(network)))
    return None


def build(data: Path, run: Run) -> tuple[list[Hand], list[Word]]:
    """Bank of all train lines of SOURCES; `run` is the network."""
    found = [(source, line) for source in SOURCES for line in lines(data, source, "train")]
    groups = [line.path.stem.rsplit("_", 1)[0] if source == "kalapa" else line.path.stem for source, line in found]
    held = [HeldLine(line.grey(), line.text) for _, line in found]
    hands, words = gather(held, [(source, f"{source}:{group}") for (source, _), group in zip(found, groups)], run)
    seen = sum(line.text.count(" ") + 1 for line in held)
    print(f"word bank: {seen} words in {len(held)} lines, {len(words)} kept", flush=True)
    return hands, words


def gather(held: list[HeldLine], groups: list[tuple[str, str]], run: Run) -> tuple[list[Hand], list[Word]]:
    """Aligns, cuts and checks labelled lines; `groups`: source and group of each."""
    held, hands, words = [HeldLine(line.grey, label(line.text)) for line in held], [], []
    for line, (source, group), spans in zip(held, groups, _aligned(run, held)):
        if spans is None:
            continue
        dark = darkness(line.grey)
        hands.append(hand_of(dark, source, group))
        words += [Word(strip, word, len(hands) - 1, place) for place, word, strip in cut(dark, hands[-1], line.text, spans)]
    return hands, _read_alone(run, words)


def _aligned(run: Run, held: list[HeldLine]) -> list[Spans | None]:
    found = {number: align(log_probs, encode(held[number].text)) for number, log_probs in outputs(run, held)}
    return [found[number] for number in range(len(held))]


def _read_alone(run: Run, words: list[Word]) -> list[Word]:
    """Words in whose strip alone the network finds every letter, and little else."""
    alone, sure = [HeldLine(on_plain_paper(word.ink), word.text) for word in words], []
    for number, log_probs in outputs(run, alone):
        text = words[number].text
        spans, misread = align(log_probs, encode(text)), distance(fold(decode(log_probs.argmax(axis=1))), fold(text))
        if spans is not None and spans.score.min() > ALONE_SCORE and misread <= MISREAD_SHARE * len(text):
            sure.append(number)
    return [words[number] for number in sorted(sure)]


def on_plain_paper(ink: np.ndarray) -> np.ndarray:
    """A strip of ink alone on even paper, grey uint8."""
    return np.pad((225 - ink.astype(np.float32) * 0.85).astype(np.uint8), ((0, 0), (14, 14)), constant_values=225)


def save(target: Path, hands: list[Hand], words: list[Word]) -> None:
    """One file: the strips side by side, their ends, the rest as JSON."""
    meta = {"hands": [vars(hand) for hand in hands], "words": [[word.text, word.line, word.place] for word in words]}
    part = target.with_name(target.name + ".part.npz")
    np.savez_compressed(part, ink=np.concatenate([word.ink for word in words], axis=1),
                        ends=np.cumsum([word.ink.shape[1] for word in words]), meta=np.frombuffer(json.dumps(meta).encode("utf-8"), np.uint8))
    part.replace(target)


def load(path: Path) -> tuple[list[Hand], list[Word]]:
    store = np.load(path)
    ink, ends, meta = store["ink"], store["ends"], json.loads(bytes(store["meta"]).decode("utf-8"))
    strips = np.split(ink, ends[:-1], axis=1)
    return ([Hand(**hand) for hand in meta["hands"]],
            [Word(strip, *about) for strip, about in zip(strips, meta["words"])])
