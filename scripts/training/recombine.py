"""New lines from the word bank: names, chunks of addresses and loose words, each
line of one hand: of one group (kalapa: one form), or where a line's writer is
unknown (cinnamon) out of lines whose size, slant and stroke darkness are alike."""

import cv2
import numpy as np

import wordbank
from alphabet import fold

LIKE_HANDS = 10
MIN_WORDS = 12
KINDS = ("name", "chunks", "loose")
KIND_SHARE = (0.35, 0.40, 0.25)


class Recombiner:
    """Draws (picture (H, W) uint8, text). `names`: lists `surname`, `middle`, `given`."""

    def __init__(self, bank: tuple[list[wordbank.Hand], list[wordbank.Word]], names: dict[str, list[str]]) -> None:
        self.hands, self.words = bank
        self.pools = [pool for pool in self._pools() if len(pool) >= MIN_WORDS]
        known = {part: {fold(name) for name in names[part]} for part in ("surname", "middle", "given")}
        self.parts = [{part: self._named(pool, known[part]) for part in known} for pool in self.pools]
        naming = [n for n, parts in enumerate(self.parts) if len(parts["surname"]) > 1 and len(parts["given"]) > 3]
        self.usable = {"any": self._by_source(range(len(self.pools))), "name": self._by_source(naming)}
        counts: dict[str, int] = {}
        for word in self.words:
            counts[word.text] = counts.get(word.text, 0) + 1
        self.weight = np.array([counts[word.text] ** -0.6 for word in self.words])
        self.follows = {(word.line, word.place): n for n, word in enumerate(self.words)}

    def _pools(self) -> list[np.ndarray]:
        """Word numbers that may stand together: per group of several lines, per single line with its likes."""
        of_line: dict[int, list[int]] = {}
        for number, word in enumerate(self.words):
            of_line.setdefault(word.line, []).append(number)
        groups: dict[str, list[int]] = {}
        for line in of_line:
            groups.setdefault(self.hands[line].group, []).append(line)
        single = [lines[0] for lines in groups.values() if len(lines) == 1]
        gathered = [lines for lines in groups.values() if len(lines) > 1] + self._likes(single)
        return [np.array([n for line in lines for n in of_line[line]]) for lines in gathered]

    def _by_source(self, pools) -> list[list[int]]:
        """Pool numbers per source, so that the sources come up alike often."""
        found: dict[str, list[int]] = {}
        for number in pools:
            found.setdefault(self.hands[self.words[self.pools[number][0]].line].source, []).append(number)
        return list(found.values())

    def _pool(self, use: str, rng: np.random.Generator) -> int:
        of_sources = self.usable[use]
        return int(rng.choice(of_sources[int(rng.integers(len(of_sources)))]))

    def _likes(self, lines: list[int]) -> list[list[int]]:
        if not lines:
            return []
        hands = [self.hands[line] for line in lines]
        looks = np.array([[h.spread / 2.0, h.depth / 0.06, h.slant / 0.12] for h in hands])
        far = ((looks[:, None] - looks[None]) ** 2).sum(axis=2)
        return [[lines[n] for n in row] for row in np.argsort(far, axis=1)[:, :LIKE_HANDS]]

    def _named(self, pool: np.ndarray, known: set[str]) -> np.ndarray:
        words = [self.words[n].text for n in pool]
        return pool[[word[0].isupper() and fold(word) in known and word.isalpha() for word in words]]

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, str]:
        kind = str(rng.choice(KINDS, p=KIND_SHARE))
        if kind == "name" and self.usable["name"]:
            chosen = self._name(rng)
        else:
            pool = self.pools[self._pool("any", rng)]
            chosen = self._chunks(pool, rng) if kind == "chunks" else self._some(pool, int(rng.integers(1, 8)), rng)
        return self._paste(chosen, rng), " ".join(self.words[n].text for n in chosen)

    def _some(self, pool: np.ndarray, count: int, rng: np.random.Generator) -> list[int]:
        weight = self.weight[pool]
        return [int(n) for n in rng.choice(pool, size=count, p=weight / weight.sum())]

    def _name(self, rng: np.random.Generator) -> list[int]:
        parts = self.parts[self._pool("name", rng)]
        middles = int(rng.choice((0, 1, 1, 1, 2))) if len(parts["middle"]) else 0
        kinds = ["surname"] + ["middle"] * middles + ["given"]
        return [self._some(parts[kind], 1, rng)[0] for kind in kinds]

    def _chunks(self, pool: np.ndarray, rng: np.random.Generator) -> list[int]:
        """Runs of 1 to 3 neighbouring words from several places."""
        chosen: list[int] = []
        for first in self._some(pool, int(rng.integers(2, 6)), rng):
            chosen.append(first)
            for _ in range(int(rng.integers(0, 3))):
                word = self.words[chosen[-1]]
                after = self.follows.get((word.line, word.place + 1))
                if after is None:
                    break
                chosen.append(after)
        return chosen

    def _paste(self, chosen: list[int], rng: np.random.Generator) -> np.ndarray:
        """Words side by side, as one hand: of like size, darkness, and with one baseline."""
        own = self.hands[self.words[int(rng.choice(chosen))].line]
        height, gap = wordbank.STRIP_PX, rng.uniform(5, 26)
        pieces, x = [], rng.integers(3, 40)
        for number in chosen:
            word, hand = self.words[number], self.hands[self.words[number].line]
            scale = float(np.clip(own.spread / hand.spread, 0.75, 1.3)) * rng.uniform(0.95, 1.05)
            size = (max(3, int(word.ink.shape[1] * scale)), max(8, int(height * scale)))
            ink = cv2.resize(word.ink, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
            ink *= np.clip(own.depth / max(0.1, hand.depth), 0.5, 2.0) / 255.0
            pieces.append((int(x), int(round(own.middle - hand.middle * scale + rng.normal(0, 1.3))), ink))
            x += size[0] + max(2.0, gap * rng.uniform(0.6, 1.5))
        sheet = np.zeros((height, int(x + rng.integers(3, 60))), dtype=np.float32)
        for left, top, ink in pieces:
            rows = slice(max(0, top), min(height, top + ink.shape[0]))
            part = sheet[rows, left:left + ink.shape[1]]
            np.maximum(part, ink[rows.start - top:rows.stop - top], out=part)
        return _sheet(np.clip(sheet, 0.0, 1.0), rng)


def _sheet(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Darkness (H, W) -> grey picture: slightly uneven paper with a little grain."""
    nodes = rng.uniform(170, 252) - rng.uniform(0, 22, (2, max(2, ink.shape[1] // 120)))
    paper = cv2.resize(nodes.astype(np.float32), ink.shape[::-1], interpolation=cv2.INTER_LINEAR)
    grain = rng.normal(0, rng.uniform(0.3, 2.5), ink.shape).astype(np.float32)
    return np.clip(paper * (1.0 - ink) + cv2.GaussianBlur(grain, (0, 0), 0.6), 0, 255).astype(np.uint8)
