"""Confidence: the probability that a line is right after folding.

confidence = sigmoid(bias + w_path * f1 + w_min * f2 + w_len * f3), where f1 is
the sum over the line's own steps of ln p(best class), f2 the least of them, and
f3 = ln(1 + number of emitted characters). Fitted on the calibrate part.
"""

import numpy as np

from alphabet import fold
from held_out import HeldLine
from reader import Reading, Run, read

NAMES = ("bias", "w_path", "w_min", "w_len")
RIDGE = 0.5


def features(readings: list[Reading]) -> np.ndarray:
    """(N, 4) float64: 1, f1, f2, f3."""
    return np.array([[1.0, r.log_path, r.log_least, np.log1p(len(r.text))] for r in readings])


def fit(x: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Logistic regression by Newton's method, ridge on scaled weights."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    mean[0], spread[0] = 0.0, 1.0
    spread[spread < 1e-9] = 1.0
    z, weights = (x - mean) / spread, np.zeros(x.shape[1])
    ridge = np.diag([1e-6] + [RIDGE] * (x.shape[1] - 1))
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-z @ weights))
        slope = z.T @ (right - p) - ridge @ weights
        bend = (z * (p * (1 - p))[:, None]).T @ z + ridge
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    raw = weights / spread
    raw[0] = weights[0] - (weights[1:] * mean[1:] / spread[1:]).sum()
    return dict(zip(NAMES, map(float, raw)))


def confidence(readings: list[Reading], weights: dict[str, float]) -> np.ndarray:
    """(N,) in 0..1."""
    logit = features(readings) @ np.array([weights[name] for name in NAMES])
    return 1.0 / (1.0 + np.exp(-logit))


def calibrate(run: Run, kinds: dict[str, list[HeldLine]]) -> dict[str, dict[str, float]]:
    """Weights per field kind, and `default` over all kinds together."""
    xs, rights, found = [], [], {}
    for kind, held in kinds.items():
        readings = read(run, held)
        right = np.array([fold(r.text) == fold(line.text) for r, line in zip(readings, held)], dtype=float)
        xs.append(features(readings))
        rights.append(right)
        found[kind] = fit(xs[-1], right)
        print(f"calibrate {kind}: {len(held)} lines, {right.mean():.3f} right")
    return {"default": fit(np.concatenate(xs), np.concatenate(rights)), **found}
