"""Greedy reading with the network or its ONNX file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import numpy as np

from alphabet import decode
from held_out import HeldLine
from preprocess import batch, prepare, steps

BATCH_COST_PX = 12_000

# (N, 1, 40, W) float32 -> (N, T, classes) float32 log-probabilities
Run = Callable[[np.ndarray], np.ndarray]


@dataclass
class Reading:
    """Greedy text and what confidence is computed from (see calibrate.py)."""

    text: str
    log_path: float
    log_least: float


def torch_run(network) -> Run:
    import torch

    network.eval()

    def run(images: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return network(torch.from_numpy(images)).numpy()

    return run


def onnx_run(model: Path, threads: int = 1) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return lambda images: session.run(["log_probs"], {"image": images})[0]


def reading_of(log_probs: np.ndarray) -> Reading:
    """(T, classes) of the line's own steps -> reading."""
    best = log_probs.max(axis=1)
    return Reading(decode(log_probs.argmax(axis=1)), float(best.sum()), float(best.min()))


def read(run: Run, held: list[HeldLine]) -> list[Reading]:
    """Readings in the order of the lines."""
    found = {number: reading_of(log_probs) for number, log_probs in outputs(run, held)}
    return [found[number] for number in range(len(held))]


def outputs(run: Run, held: list[HeldLine]) -> Iterator[tuple[int, np.ndarray]]:
    """(number of the line, (T, classes) float32 of its own steps), widest lines first;
    lines of like width share a batch."""
    prepared = [prepare(line.grey) for line in held]
    order = sorted(range(len(held)), key=lambda number: prepared[number].shape[1])
    while order:
        group = [order.pop()]
        widest = prepared[group[0]].shape[1]
        while order and widest * (len(group) + 1) <= BATCH_COST_PX:
            group.append(order.pop())
        log_probs = run(batch([prepared[number] for number in group]))
        for row, number in zip(log_probs, group):
            yield number, row[: steps(prepared[number].shape[1])]
