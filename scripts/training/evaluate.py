"""Figures of an exported model on held-out parts."""

import time
from pathlib import Path

import numpy as np

from alphabet import fold
from calibrate import confidence
from held_out import held_out
from measure import calibration_error, coverage, rates
from reader import onnx_run, read

# French is large and beside the point: every fifth line is measured.
EVERY = {"french": 5}
KIND_OF = {"kalapa": "place", "cinnamon": "place", "vnondb": "free_text", "french": "default"}


def evaluate(model: Path, data: Path, sources: list[str], part: str, calibration: dict) -> dict[str, dict]:
    """Rates, calibration and speed per source; greedy reading, no language model."""
    run, figures = onnx_run(model), {}
    for source in sources:
        held = held_out(data, source, part)[:: EVERY.get(source, 1)]
        started = time.monotonic()
        readings = read(run, held)
        speed = len(held) / (time.monotonic() - started)
        figures[source] = rates([r.text for r in readings], [line.text for line in held])
        right = np.array([fold(r.text) == fold(line.text) for r, line in zip(readings, held)], dtype=float)
        sure = confidence(readings, calibration.get(KIND_OF[source], calibration["default"]))
        figures[source] |= {"ece": calibration_error(sure, right), "lines_per_second": speed}
        figures[source] |= {f"coverage_at_{name}": coverage(sure, right, wanted)
                            for name, wanted in (("95", 0.95), ("98", 0.98), ("995", 0.995))}
        print(source, " ".join(f"{name}={value:.4g}" for name, value in figures[source].items()), flush=True)
    return figures
