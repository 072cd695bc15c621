"""Training: data-parallel over processes of one thread each (gradients are
averaged), AdamW over *elapsed training time*, resumable.

The rate rises, stays, and falls in the last part of the time ("warm-up, stable,
decay"): from the checkpoint before the fall (`stable.pt`) a longer run continues
without having lost anything.

Processes of one thread do better than threads of one process here: the LSTM's
many small products would wait for each other whenever another program runs.
"""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as group
import torch.multiprocessing as processes
from torch.nn.functional import ctc_loss

from network import LineNetwork
from stream import Batches

WEIGHT_DECAY = 0.01
CLIP_NORM = 2.0
# A batch may hold nothing but pictures on which nothing is to be read.
LEAST_LETTERS = 20
FINAL_SHARE = 0.004
SHORTCUT_WEIGHT = 0.15
SAVE_SECS = 150.0


@dataclass
class Plan:
    """What one training run is told."""

    work: Path
    mixer: dict
    minutes: float
    decay_minutes: float = 25.0
    seed: int = 1
    peak_rate: float = 2e-3
    ranks: int = 2
    resume: bool = False
    init: Path | None = None


def rate_at(elapsed_secs: float, plan: Plan) -> float:
    """Two minutes of linear warm-up, the peak, and over the last `decay_minutes` a line down."""
    rise = min(1.0, 0.05 + elapsed_secs / 120.0)
    fall = max(0.0, (elapsed_secs / 60.0 - (plan.minutes - plan.decay_minutes)) / plan.decay_minutes)
    return plan.peak_rate * min(rise, max(FINAL_SHARE, 1.0 - fall))


def run(plan: Plan) -> Path:
    """Trains and returns the path of the last checkpoint."""
    plan.work.mkdir(parents=True, exist_ok=True)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(_free_port()), OMP_NUM_THREADS="1")
    processes.spawn(_rank, (plan,), nprocs=plan.ranks)
    return checkpoint_path(plan.work)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def checkpoint_path(work: Path) -> Path:
    return work / "training.pt"


def _rank(rank: int, plan: Plan) -> None:
    torch.set_num_threads(1)
    group.init_process_group("gloo", rank=rank, world_size=plan.ranks)
    torch.manual_seed(plan.seed)
    network = LineNetwork().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.peak_rate, weight_decay=WEIGHT_DECAY)
    state = {"elapsed_secs": 0.0, "lines": 0, "step": 0}
    if plan.resume and checkpoint_path(plan.work).exists():
        saved = torch.load(checkpoint_path(plan.work), weights_only=True)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        state = saved["state"]
    elif plan.init:
        weights = torch.load(plan.init, weights_only=True)
        network.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in weights.items()})
    torch.manual_seed(plan.seed * 1000 + state["step"] * 10 + rank)
    _loop(rank, plan, network, optimizer, state)
    group.destroy_process_group()


def _loop(rank: int, plan: Plan, network, optimizer, state: dict) -> None:
    seed = plan.seed * 1_000_003 + state["step"] * 101 + rank
    batches = iter(Batches({**plan.mixer, "seed": seed}, state["lines"] if not plan.init else 10**9))
    started, saved_at, losses = time.monotonic() - state["elapsed_secs"], time.monotonic(), []
    falls = state["elapsed_secs"] >= 60 * (plan.minutes - plan.decay_minutes)
    network.train()
    while state["elapsed_secs"] < plan.minutes * 60:
        rate = rate_at(state["elapsed_secs"], plan)
        if rank == 0 and not falls and state["elapsed_secs"] >= 60 * (plan.minutes - plan.decay_minutes):
            _save(plan.work / "stable.pt", network, optimizer, state)
        falls = state["elapsed_secs"] >= 60 * (plan.minutes - plan.decay_minutes)
        for settings in optimizer.param_groups:
            settings["lr"] = rate
        loss, count = _gradients(network, optimizer, next(batches))
        clock = time.monotonic() - started if rank == 0 else 0.0
        loss, lines, clock = _average(network, plan.ranks, [loss, float(count), clock])
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP_NORM)
        optimizer.step()
        losses.append(loss / plan.ranks)
        state = {"elapsed_secs": clock, "lines": state["lines"] + int(lines), "step": state["step"] + 1}
        if rank == 0 and state["step"] % 50 == 0:
            print(f"{clock / 60:6.1f} min  step {state['step']}  lines {state['lines']}  rate {rate:.5f}  loss {sum(losses) / len(losses):.4f}", flush=True)
            losses = []
        if rank == 0 and time.monotonic() - saved_at > SAVE_SECS:
            _save(checkpoint_path(plan.work), network, optimizer, state)
            saved_at = time.monotonic()
    if rank == 0:
        _save(checkpoint_path(plan.work), network, optimizer, state)


def _gradients(network, optimizer, batch) -> tuple[float, int]:
    """Backward pass of one batch; returns loss in nats per letter, and the lines."""
    images, labels, lengths, _ = batch
    images = images.to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        both = network.forward_both(images)
    steps = torch.full((len(images),), both[0].shape[1])
    loss, direct = (
        ctc_loss(log_probs.transpose(0, 1), labels, steps, lengths, reduction="sum", zero_infinity=True) / lengths.sum().clamp(min=LEAST_LETTERS)
        for log_probs in both
    )
    optimizer.zero_grad(set_to_none=True)
    ((1.0 - SHORTCUT_WEIGHT) * loss + SHORTCUT_WEIGHT * direct).backward()
    return loss.item(), len(images)


def _average(network, ranks: int, numbers: list[float]) -> list[float]:
    """Averages gradients over the ranks in place; returns the sums of `numbers`."""
    gradients = [p.grad for p in network.parameters()]
    flat = torch.cat([g.reshape(-1) for g in gradients] + [torch.tensor(numbers)])
    group.all_reduce(flat)
    at = 0
    for gradient in gradients:
        gradient.copy_(flat[at:at + gradient.numel()].view_as(gradient) / ranks)
        at += gradient.numel()
    return flat[at:].tolist()


def _save(target: Path, network, optimizer, state: dict) -> None:
    """Atomic: a reader sees the old file or the new one."""
    part = target.with_name(target.name + ".part")
    torch.save({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "state": state}, part)
    part.replace(target)
