"""Setting text on rules: where lines break, how much smaller the writing gets, where it starts."""

from __future__ import annotations

import numpy as np
from hands import Ink

Placed = tuple[Ink, float, float]  # ink, and where its first letter and its baseline stand


def break_lines(hand, text: str, widths: list[float]) -> tuple[list[str], float]:
    """Fills the rules word by word; smaller writing where it does not fit. Returns lines and squeeze."""
    squeeze = 1.0
    while True:
        lines = _fill(hand, text.split(" "), [width / squeeze for width in widths])
        if lines is not None or squeeze < 0.5:
            return lines or [text], squeeze
        squeeze *= 0.94


def _fill(hand, words: list[str], widths: list[float]) -> list[str] | None:
    lines: list[str] = []
    for width in widths:
        count = 0
        while count < len(words) and hand.width(" ".join(words[: count + 1])) <= width:
            count += 1
        if count:
            lines.append(" ".join(words[:count]))
            words = words[count:]
        if not words:
            return lines
    return None


def write_lines(hand, text: str, rules: list, px: float, rng: np.random.Generator) -> list[Placed]:
    """Writes a text on rules `(x0, x1, y)`; `hand` has `width(text)` and `write(text, squeeze, rng)`.

    The last word may stick out by a millimetre, and letters stand a little above or on the rule.
    """
    indents = [float(rng.uniform(0.5, 3.0)) * px for _ in rules]
    widths = [x1 - x0 - indent + 1.0 * px for (x0, x1, _), indent in zip(rules, indents)]
    lines, squeeze = break_lines(hand, text, widths)
    placed = []
    for line, (x0, x1, y), indent in zip(lines, rules, indents):
        free = (x1 - x0) - hand.width(line) * squeeze - indent
        lead = indent + max(0.0, free) * float(rng.beta(1, 5)) * (len(lines) == 1)
        placed.append((hand.write(line, squeeze, rng), x0 + lead, y - lift(px, rng)))
    return placed


def lift(px: float, rng: np.random.Generator) -> float:
    """How far above the rule a line of writing stands, in pixels; sometimes below."""
    return float(np.clip(rng.normal(0.35, 0.35), -0.5, 1.2)) * px
