"""`scripts/train finetune`: a shipped model learns new lines (a writer, a district's
books) without forgetting what it knew.

Batches mix the new lines (varied as in training, and their words recombined into
new lines) with old data, which are to be read as the shipped model reads them. What
counts is the running mean of the weights over the last steps. Then the weights go back
towards the shipped ones as far as general lines demand it ("robust fine-tuning":
Wortsman and others, CVPR 2022). The clock is processor time, so a busy machine changes
nothing.
"""

import copy
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

import paper
import wordbank
from alphabet import encode, label
from fit import CLIP_NORM, LEAST_LETTERS, SHORTCUT_WEIGHT, ctc_loss
from held_out import HeldLine
from measure import rates
from network import LineNetwork
from reader import read, torch_run
from recombine import Recombiner
from stream import Mixer, by_cost, collate, trainable

POOL_LINES = 32
RECOMBINED_SHARE = 0.4
WARM_STEPS = 15
# Share of the running mean of the weights that a step keeps.
MEAN_KEEPS = 0.98
# Weight of reading old lines as before against reading them right.
KEEPING_WEIGHT = 1.0
GENERAL_RISE = 0.03
BACK = (1.0, 0.85, 0.7, 0.55, 0.4)


@dataclass
class Wish:
    """How to fine-tune. `old_share`: part of the lines learnt that is old data, 0..1; `batch_px`: columns of a batch."""

    old_share: float = 0.4
    rate: float = 2e-4
    cpu_minutes: float = 4.0
    seed: int = 1
    batch_px: int = 5_000


@dataclass
class Outcome:
    """The tuned network and what was measured on the way; CER folded, greedy, fractions."""

    network: LineNetwork
    steps: int
    cpu_secs: float
    kept: float
    figures: dict = field(default_factory=dict)


def labelled(tables: list[Path]) -> list[HeldLine]:
    """Lines of `path<TAB>text` tables, paths relative to each; unknown letters are named."""
    found = []
    for table in tables:
        for number, row in enumerate(table.read_text("utf-8").splitlines(), 1):
            if not row.strip():
                continue
            path, text = row.split("\t", 1)
            if encode(label(text)):
                found.append(HeldLine(np.asarray(Image.open(table.parent / path).convert("L")), label(text), table.parent / path))
            else:
                print(f"{table.name} line {number}: letters that the model has no class for, left out")
    return found


def cer(network: nn.Module, held: list[HeldLine]) -> float:
    """Folded character error rate, greedy."""
    texts = [reading.text for reading in read(torch_run(network), held)]
    return rates(texts, [line.text for line in held])["cer_folded"]


class NewStream:
    """Batches of new lines and old data; with each, which of its lines are old."""

    def __init__(self, new: list[HeldLine], old: Mixer, network: LineNetwork, wish: Wish) -> None:
        self.new, self.old, self.wish = new, old, wish
        self.rng = np.random.default_rng(wish.seed)
        bank = wordbank.gather(new, [("new", "new")] * len(new), torch_run(network))
        self.recombiner = Recombiner(bank, old.texts.words) if len(bank[1]) >= 40 else None

    def __iter__(self):
        while True:
            pool = [self._draw() for _ in range(POOL_LINES)]
            is_old = {id(sample): old for sample, old in pool}
            groups = list(by_cost([sample for sample, _ in pool], self.wish.batch_px))
            self.rng.shuffle(groups)
            for group in groups:
                yield collate(group), torch.tensor([is_old[id(sample)] for sample in group])

    def _draw(self):
        """A line, and whether it is old."""
        while True:
            if self.rng.random() < self.wish.old_share:
                return self.old.draw(False), True
            if self.recombiner and self.rng.random() < RECOMBINED_SHARE:
                picture, text = self.recombiner.draw(self.rng)
            else:
                line = self.new[int(self.rng.integers(len(self.new)))]
                picture, text = line.grey, line.text
            sample = trainable(paper.vary(picture, self.rng), text)
            if sample:
                return sample, False


def tune(start: LineNetwork, new: list[HeldLine], old: Mixer, general: list[HeldLine], wish: Wish) -> Outcome:
    """Fine-tunes a copy of `start`; `general`: lines of other writers that must not get worse."""
    began = time.process_time()
    torch.manual_seed(wish.seed)
    before = cer(start.eval(), general)
    stream, network = iter(NewStream(new, old, start, wish)), copy.deepcopy(start)
    optimizer = torch.optim.AdamW(network.parameters(), lr=wish.rate, weight_decay=0.01)
    mean, step, started = copy.deepcopy(network), 0, time.process_time()
    while (spent := time.process_time() - started) < wish.cpu_minutes * 60:
        falls = 1.0 - 0.9 * spent / (wish.cpu_minutes * 60)
        for settings in optimizer.param_groups:
            settings["lr"] = wish.rate * min(1.0, (step + 1) / WARM_STEPS) * falls
        _learn(network, optimizer, *next(stream), start)
        _follow(mean, network)
        step += 1
    kept = _step_back(start, mean, general, before)
    return Outcome(mean.eval(), step, time.process_time() - began, kept, {"general_before": before, "general_after": cer(mean, general)})


def _learn(network: LineNetwork, optimizer, batch, is_old: torch.Tensor, start: LineNetwork) -> None:
    """One step. Old lines are to be read as the shipped model reads them ("learning without forgetting": Li and
    Hoiem, ECCV 2016). The batch norms keep what they know: few lines would bend them."""
    images, labels, lengths, _ = batch
    images = images.to(memory_format=torch.channels_last)
    network.train()
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.eval()
    with torch.autocast("cpu", torch.bfloat16):
        both = network.forward_both(images)
    steps = torch.full((len(images),), both[0].shape[1])
    letters = lengths.sum().clamp(min=LEAST_LETTERS)
    loss, direct = (ctc_loss(log_probs.transpose(0, 1), labels, steps, lengths, reduction="sum", zero_infinity=True) / letters for log_probs in both)
    loss = (1.0 - SHORTCUT_WEIGHT) * loss + SHORTCUT_WEIGHT * direct
    if is_old.any():
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            wanted = start.forward_both(images[is_old])[0].float()
        loss = loss + KEEPING_WEIGHT * nn.functional.kl_div(both[0][is_old].float(), wanted.clone(), reduction="sum", log_target=True) / letters
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM)
    optimizer.step()


def _follow(mean: LineNetwork, network: LineNetwork) -> None:
    """Moves the running mean of the weights a step on."""
    with torch.no_grad():
        for own, new in zip(mean.parameters(), network.parameters()):
            own.lerp_(new, 1.0 - MEAN_KEEPS)


def _step_back(start: LineNetwork, network: LineNetwork, general: list[HeldLine], before: float) -> float:
    """Blends the shipped weights in until general lines are read almost as before;
    returns the tuned part, 0..1."""
    old, new = start.state_dict(), copy.deepcopy(network.state_dict())
    for kept in BACK:
        network.load_state_dict({name: torch.lerp(old[name], value, kept) if value.is_floating_point() else value for name, value in new.items()})
        if kept == BACK[-1] or cer(network.eval(), general) <= before * (1.0 + GENERAL_RISE) + 1e-9:
            return kept
    raise AssertionError("the loop returns")


def report(outcome: Outcome, name: str) -> str:
    return f"{name}: {outcome.steps} steps, {outcome.cpu_secs:.0f} s of processor time, {outcome.kept:.1f} of the way kept, " + json.dumps(
        {key: round(value, 4) for key, value in outcome.figures.items()})
