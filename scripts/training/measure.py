"""Error rates and calibration figures, as `sohoa eval` defines them."""

import unicodedata

import numpy as np

from alphabet import fold


def distance(a, b) -> int:
    """Levenshtein distance of two sequences."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (x != y))
    return row[-1]


def rates(read: list[str], truth: list[str]) -> dict:
    """Micro-averaged CER and WER, exact shares; all fractions."""
    read = [unicodedata.normalize("NFC", text) for text in read]
    truth = [unicodedata.normalize("NFC", text) for text in truth]
    folded = [(fold(a), fold(b)) for a, b in zip(read, truth)]
    pairs = list(zip(read, truth))
    return {
        "lines": len(pairs),
        "cer": _rate(pairs),
        "cer_folded": _rate(folded),
        "wer": _rate([(a.split(), b.split()) for a, b in pairs]),
        "exact": float(np.mean([a == b for a, b in pairs])),
        "exact_folded": float(np.mean([a == b for a, b in folded])),
    }


def _rate(pairs) -> float:
    return sum(distance(a, b) for a, b in pairs) / max(1, sum(len(b) for _, b in pairs))


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equal-mass bins."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts) / len(order))


def coverage(confidence: np.ndarray, right: np.ndarray, wanted: float) -> float:
    """Share of lines above the lowest threshold at which `wanted` of them are right."""
    order = np.argsort(-confidence, kind="stable")
    accuracy = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(accuracy >= wanted)
    return float((good[-1] + 1) / len(order)) if len(good) else 0.0
