"""`scripts/train finetune-proof`: what fine-tuning on a writer's lines does for their other lines, and to everybody
else's, both read by the program itself with the shipped decoder."""

import json
import os
import random
import subprocess
from argparse import Namespace
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

import finetune
from alphabet import fold
from finetune_run import GENERAL_LINES, WriterLine, general_lines, old_data, put_weights, rendered, wish_of
from held_out import HeldLine
from measure import distance
from network import LineNetwork
from publish import load_network
from reader import read, torch_run

TAUGHT, WISHED_LINES = 30, 50
KINDS = {"kalapa": "place", "cinnamon": "place", "vnondb": "free_text"}


def prove(options: Namespace, domain: Path | None, fonts: Path) -> None:
    """Teaches lines of held-out VNOnDB writers; prints a JSON object per writer and one of all."""
    if options.sohoa is None:
        raise SystemExit("finetune-proof: --sohoa names the program that reads the lines")
    if not (options.data / "vnondb_lines.npz").exists():
        raise SystemExit(f"finetune-proof: vnondb_lines.npz is not in {options.data}")
    start = load_network(options.from_model / "checkpoint.pt")
    test = general_lines(options, "test", fonts, domain, None)
    # Neither part was learnt from; with both there are more writers to choose from.
    held = test["vnondb"] + rendered(options.data, "calibrate")
    writers = chosen(held, start)[: options.writers]
    guard = [line for lines in general_lines(options, "calibrate", fonts, domain, GENERAL_LINES).values() for line in lines]
    old, found = old_data(options, domain, fonts), []
    bench, shipped = Bench(options, test), options.from_model
    for writer in writers:
        own = [line for line in held if line.writer == writer]
        random.Random(f"{options.seed} {writer}").shuffle(own)
        count = min(TAUGHT, len(own) * 2 // 3)
        outcome = finetune.tune(start, own[:count], old, [line for line in guard if of_others(line, writer)], wish_of(options))
        tuned = options.work / "proof" / "model"
        put_weights(shipped, tuned, outcome.network, fonts, "proof", date.today().isoformat())
        found.append({"writer": writer, "lines": len(own), "taught": count,
                      "own_before": bench.cer(shipped, "vnondb", own[count:]), "own_after": bench.cer(tuned, "vnondb", own[count:]),
                      "general_before": bench.general(shipped, writer, True), "general_after": bench.general(tuned, writer, False),
                      "cpu_secs": outcome.cpu_secs, "steps": outcome.steps, "kept": outcome.kept})
        print(json.dumps(found[-1]), flush=True)
    fall = float(np.mean([1 - row["own_after"] / row["own_before"] for row in found]))
    rise = float(np.mean([row["general_after"] / row["general_before"] - 1 for row in found]))
    print(json.dumps({"writers": found, "mean_fall_own": fall, "mean_rise_general": rise}))


def of_others(line: HeldLine, writer: str) -> bool:
    return getattr(line, "writer", None) != writer


class Bench:
    """The program as it reads tables of lines with one model or another."""

    def __init__(self, options: Namespace, test: dict[str, list[HeldLine]]) -> None:
        self.sohoa, self.folder, self.test = options.sohoa, options.work / "proof", test
        self.folder.mkdir(parents=True, exist_ok=True)
        self.known: dict[tuple[str, str], float] = {}

    def general(self, model: Path, writer: str, is_shipped: bool) -> float:
        """Folded CER over the general test lines of all other writers. The shipped model reads most of them once."""
        errors = letters = 0.0
        for name, held in self.test.items():
            lines = [line for line in held if of_others(line, writer)]
            key = (name, writer if len(lines) < len(held) else "")
            cer = self.known.get(key) if is_shipped else None
            if cer is None:
                cer = self.cer(model, name, lines)
            if is_shipped:
                self.known[key] = cer
            count = sum(len(fold(line.text)) for line in lines)
            errors, letters = errors + cer * count, letters + count
        return errors / letters

    def cer(self, model: Path, name: str, lines: list[HeldLine]) -> float:
        """Folded CER of lines of one set."""
        table = self.folder / "lines.tsv"
        rows = []
        for number, line in enumerate(lines):
            if getattr(line, "path", None):
                rows.append(f"{Path(line.path).resolve()}\t{line.text}")
                continue
            picture = self.folder / f"{name}-{number:04}.png"
            Image.fromarray(line.grey).save(picture, compress_level=1)
            rows.append(f"{picture.resolve()}\t{line.text}")
        table.write_text("\n".join(rows) + "\n", "utf-8")
        command = [str(self.sohoa), "eval", str(table), "--kind", KINDS[name], "--json"]
        done = subprocess.run(command, env={**os.environ, "SOHOA_MODEL": str(model)}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"finetune-proof: {done.stderr.strip()}")
        return json.loads(done.stdout)["cer_folded"]


def chosen(held: list[WriterLine], start: LineNetwork) -> list[str]:
    """Writers with above-average errors (greedy), those with the most lines first."""
    sums: dict[str, np.ndarray] = {}
    for line, reading in zip(held, read(torch_run(start), held)):
        wanted = fold(line.text)
        sums[line.writer] = sums.get(line.writer, np.zeros(3)) + (distance(fold(reading.text), wanted), len(wanted), 1)
    mean = sum(s[0] for s in sums.values()) / sum(s[1] for s in sums.values())
    worse = sorted((writer for writer, s in sums.items() if s[0] / s[1] > mean), key=lambda writer: -sums[writer][2])
    short = [f"{writer} ({sums[writer][2]:.0f})" for writer in worse if sums[writer][2] < WISHED_LINES]
    if short:
        print(f"of the held-out writers with above-average errors these have fewer than {WISHED_LINES} lines: {', '.join(short)}", flush=True)
    return worse
