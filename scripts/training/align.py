"""Forced alignment: where along a line each letter of its known text stands."""

from dataclasses import dataclass

import numpy as np

NEVER = -1e30


@dataclass
class Spans:
    """Per letter: first and last step (inclusive), the step where it is likeliest,
    and ln p there."""

    first: np.ndarray
    last: np.ndarray
    peak: np.ndarray
    score: np.ndarray


def align(log_probs: np.ndarray, classes: list[int]) -> Spans | None:
    """Likeliest CTC path of `classes` (Viterbi; Graves and others, ICML 2006, with the
    maximum in place of the sum). log_probs: (T, V), class 0 the blank; None where T
    steps are too few for the letters."""
    states = np.zeros(2 * len(classes) + 1, dtype=np.int64)
    states[1::2] = classes
    if len(log_probs) < len(classes) + sum(a == b for a, b in zip(classes, classes[1:])):
        return None
    path = _path(log_probs[:, states].astype(np.float64), _may_jump(states))
    first, last, peak, score = (np.zeros(len(classes), dtype=kind) for kind in (int, int, int, float))
    for letter, number in enumerate(classes):
        steps = np.flatnonzero(path == 2 * letter + 1)
        own = log_probs[steps, number]
        first[letter], last[letter] = steps[0], steps[-1]
        peak[letter], score[letter] = steps[own.argmax()], own.max()
    return Spans(first, last, peak, score)


def _may_jump(states: np.ndarray) -> np.ndarray:
    """Whether a state may follow the one two before it: letters that differ."""
    jump = np.zeros(len(states), dtype=bool)
    jump[2:] = (states[2:] != 0) & (states[2:] != states[:-2])
    return jump


def _path(emit: np.ndarray, may_jump: np.ndarray) -> np.ndarray:
    """(T, S) ln p of every state -> (T,) state numbers of the best path."""
    count, width = emit.shape
    came = np.zeros((count, width), dtype=np.int64)
    best = np.full(width, NEVER)
    best[:2] = emit[0, :2]
    ways = np.full((3, width), NEVER)
    for step in range(1, count):
        ways[0] = best
        ways[1, 1:] = best[:-1]
        ways[2, 2:] = np.where(may_jump[2:], best[:-2], NEVER)
        came[step] = ways.argmax(axis=0)
        best = ways[came[step], np.arange(width)] + emit[step]
    state = width - 1 if best[-1] >= best[-2] else width - 2
    path = np.zeros(count, dtype=np.int64)
    for step in range(count - 1, -1, -1):
        path[step] = state
        state -= came[step, state]
    return path
