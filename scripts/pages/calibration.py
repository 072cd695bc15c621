"""How far confidences can be trusted, as `src/recognise/eval.rs` measures it."""

from __future__ import annotations

BINS = 10
PRECISIONS = {"coverage_at_95": 0.95, "coverage_at_98": 0.98, "coverage_at_995": 0.995}


def expected_error(outcomes: list[tuple[float, bool]]) -> float:
    """Expected calibration error over ten bins of equal mass."""
    ordered = sorted(outcomes, key=lambda o: o[0])
    n, total = len(ordered), 0.0
    for number in range(BINS):
        own = ordered[number * n // BINS : (number + 1) * n // BINS]
        if own:
            total += abs(sum(c for c, _ in own) - sum(right for _, right in own))
    return total / max(1, n)


def coverage(outcomes: list[tuple[float, bool]], precision: float) -> float:
    """Share above the lowest confidence threshold at which at least `precision` are right; equal ones go together."""
    ordered = sorted(outcomes, key=lambda o: -o[0])
    right = covered = 0
    for count, (confidence, is_right) in enumerate(ordered, 1):
        right += is_right
        is_last = count == len(ordered) or ordered[count][0] < confidence
        if is_last and right >= precision * count:
            covered = count
    return covered / max(1, len(ordered))


def figures(outcomes: list[tuple[float, bool]]) -> dict:
    """Fields, share exactly right (folded), calibration error and coverages."""
    exact = sum(right for _, right in outcomes) / max(1, len(outcomes))
    about = {"fields": len(outcomes), "exact_folded": exact, "ece": expected_error(outcomes)}
    return about | {name: coverage(outcomes, precision) for name, precision in PRECISIONS.items()}
