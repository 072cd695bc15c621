"""Interpolated character n-gram models with absolute discounting (Ney, Essen and
Kneser 1994), pruned by count, written in the layout that
src/recognise/decode/ngram.rs maps."""

import math
import struct
from collections import defaultdict

from symbols import BEGIN, Symbols

MAGIC = b"SOHOANG1"
DISCOUNT = 0.7
LOG_PROB_UNIT, BACKOFF_UNIT = 1.0 / 2000.0, 1.0 / 20.0
UNIFORM_SHARE = 1e-4


def count(sequences, order: int) -> list[dict[tuple, float]]:
    """Weighted counts of all n-grams: entry n - 1 holds those of length n.
    `sequences`: pairs of symbols and weight."""
    counts: list[dict[tuple, float]] = [defaultdict(float) for _ in range(order)]
    for symbols, weight in sequences:
        symbols = tuple(symbols)
        for end in range(1, len(symbols) + 1):
            for length in range(1, min(order, end) + 1):
                counts[length - 1][symbols[end - length:end]] += weight
    return counts


def prune(counts: list[dict[tuple, float]], least: list[float]) -> list[dict[tuple, float]]:
    """Drops n-grams counted less than `least[n - 1]`, and those whose context or suffix is gone."""
    kept = [dict(counts[0])]
    for length in range(2, len(counts) + 1):
        shorter, floor = kept[-1], least[length - 1]
        kept.append({gram: value for gram, value in counts[length - 1].items()
                     if value >= floor and gram[:-1] in shorter and gram[1:] in shorter})
    return kept


class Model:
    """Log-probabilities and back-offs of the kept n-grams."""

    def __init__(self, counts: list[dict[tuple, float]], kept: list[dict[tuple, float]]) -> None:
        self.log_prob: dict[tuple, float] = {}
        self.backoff: dict[tuple, float] = {}
        total = sum(value for gram, value in counts[0].items() if gram != (BEGIN,))
        kinds = len(counts[0])
        for gram, value in kept[0].items():
            share = 0.0 if gram == (BEGIN,) else value / total
            self.log_prob[gram] = math.log((1 - UNIFORM_SHARE) * share + UNIFORM_SHARE / kinds)
        for length in range(2, len(kept) + 1):
            self._add(counts, kept[length - 1], length)

    def _add(self, counts, kept: dict[tuple, float], length: int) -> None:
        following: dict[tuple, float] = defaultdict(float)
        for gram, value in counts[length - 1].items():
            following[gram[:-1]] += value
        taken: dict[tuple, float] = defaultdict(float)
        for gram, value in kept.items():
            taken[gram[:-1]] += max(value - DISCOUNT, 0.0) / following[gram[:-1]]
        for context, share in taken.items():
            self.backoff[context] = math.log(max(1.0 - share, 1e-5))
        for gram, value in kept.items():
            context = gram[:-1]
            own = max(value - DISCOUNT, 0.0) / following[context]
            lower = math.exp(self.backoff[context] + self.probability(gram[1:]))
            self.log_prob[gram] = math.log(own + lower)

    def probability(self, gram: tuple) -> float:
        """ln p(last symbol | the ones before), backing off where the n-gram was dropped."""
        cost = 0.0
        while gram not in self.log_prob:
            cost += self.backoff.get(gram[:-1], 0.0)
            gram = gram[1:]
        return cost + self.log_prob[gram]

    def score(self, symbols: list[int], order: int) -> float:
        """ln p of a whole text, begin given."""
        return sum(self.probability(tuple(symbols[max(0, end - order):end])) for end in range(2, len(symbols) + 1))

    def write(self, symbols: Symbols) -> bytes:
        """The file's bytes."""
        levels: list[list[tuple]] = [[()]]
        children: dict[tuple, list[tuple]] = defaultdict(list)
        for gram in self.log_prob:
            children[gram[:-1]].append(gram)
        while levels[-1]:
            levels.append([gram for parent in levels[-1] for gram in sorted(children[parent])])
        nodes = [gram for level in levels for gram in level]
        place = {gram: number for number, gram in enumerate(nodes)}
        out = [MAGIC, struct.pack("<III", max(map(len, nodes)), len(symbols.letters), len(nodes))]
        out += [struct.pack("<I", ord(letter)) for letter in symbols.letters]
        next_child = 1
        for gram in nodes:
            cost = round(-self.log_prob.get(gram, 0.0) / LOG_PROB_UNIT)
            back = round(-self.backoff.get(gram, 0.0) / BACKOFF_UNIT)
            out.append(struct.pack("<BBHII", gram[-1] if gram else 0, min(back, 255), min(cost, 65535),
                                   next_child, place[self._suffix(gram, place)]))
            next_child += len(children[gram])
        return b"".join(out)

    @staticmethod
    def _suffix(gram: tuple, place: dict[tuple, int]) -> tuple:
        gram = gram[1:]
        while gram not in place:
            gram = gram[1:]
        return gram
