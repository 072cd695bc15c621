"""Commands `scripts/train finetune` and `scripts/train finetune-proof`."""

import json
import random
import re
import shutil
from argparse import Namespace
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np

import finetune
from alphabet import encode, fold, label
from held_out import HeldLine, held_out
from ink import Fonts
from measure import distance
from plain import draw_pen, plain
from publish import draw_golden, export_onnx, load_network, save_weights
from reader import onnx_run, read, torch_run
from sources import ink_lines
from stream import Mixer
from texts import Texts

GENERAL_LINES = 50
PROOF_WRITERS, PROOF_TAUGHT, PROOF_LINES = 5, 30, 50


def old_data(options: Namespace, domain: Path | None, fonts: Path) -> Mixer:
    """Old training data at hand: what the data folder has of the model's sources, and fonts."""
    there = {source: (options.data / f"{source}.tsv").exists() for source in ("kalapa", "cinnamon")}
    there |= {"vnondb": (options.data / "vnondb_lines.npz").exists(), "fonts": True}
    sources = [source for source, is_there in there.items() if is_there]
    print(f"old data: {', '.join(sources)}", flush=True)
    return Mixer(options.data, domain, fonts, sources, options.seed)


def general_lines(options: Namespace, part: str, fonts: Path, domain: Path | None, count: int | None) -> dict[str, list[HeldLine]]:
    """Lines of other writers by set: `count` (or all) of each source's part; fonts where no data are there."""
    found = {}
    for source in ("kalapa", "cinnamon"):
        if (options.data / f"{source}.tsv").exists():
            found[source] = held_out(options.data, source, part)
    if (options.data / "vnondb_lines.npz").exists():
        found["vnondb"] = rendered(options.data, part)
    if not found:
        rng, texts, store = np.random.default_rng(31), Texts(domain, random.Random(31)), Fonts(fonts, split=None)
        drawn = [(text, font) for text in (texts.draw() for _ in range(3 * GENERAL_LINES))
                 for font in [int(rng.integers(len(store.fonts)))] if store.can_write(text, font)]
        found["fonts"] = [HeldLine(plain(store.draw(text, font), rng), label(text)) for text, font in drawn]
    chosen = random.Random(8)
    return {name: held if count is None else chosen.sample(held, min(count, len(held))) for name, held in found.items()}


def rendered(data: Path, part: str) -> list["WriterLine"]:
    """Whole VNOnDB lines of a part as plain pictures, with their writers."""
    rng = np.random.default_rng(33)
    return [WriterLine(plain(draw_pen(line.strokes, rng), rng), line.text, writer=line.writer)
            for line in ink_lines(data, part) if encode(label(line.text))]


class WriterLine(HeldLine):
    """A held line that knows its writer."""

    def __init__(self, grey: np.ndarray, text: str, writer: str) -> None:
        super().__init__(grey, text)
        self.writer = writer


def run(options: Namespace, domain: Path | None, fonts: Path) -> None:
    """Fine-tunes on labelled pictures and writes a new model folder."""
    target = options.out
    if target is None or target.exists():
        raise SystemExit("finetune: --out names the new model's folder, which must not be there yet")
    if not options.lines:
        raise SystemExit("finetune: --lines LABELS.tsv names the new lines (path<TAB>text)")
    new = finetune.labelled(options.lines)
    if len(new) < 10:
        raise SystemExit(f"finetune: {len(new)} usable lines are too few, at least 10 are needed")
    mixed = random.Random(options.seed).sample(new, len(new))
    check = finetune.labelled(options.check) if options.check else mixed[: max(3, len(new) // 10)]
    taught = mixed if options.check else mixed[max(3, len(new) // 10):]
    start = load_network(options.from_model / "checkpoint.pt")
    guard = [line for held in general_lines(options, "calibrate", fonts, domain, GENERAL_LINES).values() for line in held]
    outcome = finetune.tune(start, taught, old_data(options, domain, fonts), guard, wish_of(options))
    outcome.figures |= {"new_before": finetune.cer(start, check), "new_after": finetune.cer(outcome.network, check),
                        "new_lines_taught": len(taught), "new_lines_measured": len(check)}
    write_model(options.from_model, target, outcome, [table.name for table in options.lines], fonts)
    print(finetune.report(outcome, str(target)))


def wish_of(options: Namespace) -> finetune.Wish:
    return finetune.Wish(old_share=options.old_share, rate=options.tune_rate, cpu_minutes=options.cpu_minutes, seed=options.seed)


def write_model(shipped: Path, target: Path, outcome: finetune.Outcome, names: list[str], fonts: Path) -> None:
    """The shipped folder with other weights: version, checksum, golden line and card are new;
    calibration is taken over and must be fitted anew before confidences are trusted."""
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(shipped, part)
    export_onnx(outcome.network, part / "model.onnx")
    save_weights(outcome.network, part / "checkpoint.pt")
    golden = draw_golden(onnx_run(part / "model.onnx"), fonts, part / "golden.png")
    manifest = (part / "manifest.toml").read_text("utf-8")
    today = date.today().isoformat()
    for name, value in (("version", f"{today.replace('-', '.')}-{target.name}"), ("date", today),
                        ("sha256", sha256((part / "model.onnx").read_bytes()).hexdigest()), ("text", golden)):
        manifest = re.sub(rf"^{name} = .*$", lambda _: f"{name} = {json.dumps(value, ensure_ascii=False)}", manifest, count=1, flags=re.M)
    (part / "manifest.toml").write_text(manifest, "utf-8")
    card = [f"# {target.name}: fine-tuned from {shipped.name} on {today}", "",
            f"New lines: {', '.join(names)} ({outcome.figures['new_lines_taught']} learnt). {outcome.steps} steps; {outcome.kept:.1f} of the way from the shipped weights kept.", "",
            "| folded CER, greedy | before | after |", "|---|---|---|",
            f"| other new lines ({outcome.figures['new_lines_measured']}) | {outcome.figures['new_before']:.4f} | {outcome.figures['new_after']:.4f} |",
            f"| general lines | {outcome.figures['general_before']:.4f} | {outcome.figures['general_after']:.4f} |", "",
            "The calibration in the manifest is the shipped model's: fit it anew (`sohoa model calibrate`). Terms of the shipped model's data hold on:", ""]
    shipped_card = shipped / "MODEL_CARD.md"
    (part / "MODEL_CARD.md").write_text("\n".join(card) + (shipped_card.read_text("utf-8") if shipped_card.exists() else ""), "utf-8")
    part.rename(target)


def prove(options: Namespace, domain: Path | None, fonts: Path) -> None:
    """Five held-out VNOnDB writers, 30 lines each; prints a table and one JSON object."""
    start = load_network(options.from_model / "checkpoint.pt")
    test = general_lines(options, "test", fonts, domain, None)
    if "vnondb" not in test:
        raise SystemExit(f"finetune-proof: vnondb_lines.npz is not in {options.data}")
    errors = {name: _errors(start, held) for name, held in test.items()}
    writers = _writers(test["vnondb"], errors["vnondb"])[: options.writers]
    guard = [line for held in general_lines(options, "calibrate", fonts, domain, GENERAL_LINES).values() for line in held]
    old, found = old_data(options, domain, fonts), []
    for writer in writers:
        own = [line for line in test["vnondb"] if line.writer == writer]
        random.Random(f"{options.seed} {writer}").shuffle(own)
        taught, others = own[:PROOF_TAUGHT], own[PROOF_TAUGHT:]
        outcome = finetune.tune(start, taught, old, guard, wish_of(options))
        general = {name: [line for line in held if getattr(line, "writer", None) != writer] for name, held in test.items()}
        found.append({"writer": writer, "lines": len(own), "own_before": finetune.cer(start, others),
                      "own_after": finetune.cer(outcome.network, others), "general_before": _mean_cer(start, general),
                      "general_after": _mean_cer(outcome.network, general), "cpu_secs": outcome.cpu_secs,
                      "steps": outcome.steps, "kept": outcome.kept})
        print(json.dumps(found[-1]), flush=True)
    fall = float(np.mean([1 - row["own_after"] / row["own_before"] for row in found]))
    rise = float(np.mean([row["general_after"] / row["general_before"] - 1 for row in found]))
    print(json.dumps({"writers": found, "mean_fall_own": fall, "mean_rise_general": rise}))


def _errors(network, held: list[HeldLine]) -> list[tuple[int, int]]:
    """(errors, letters) of each line, folded."""
    texts = [reading.text for reading in read(torch_run(network), held)]
    return [(distance(fold(text), fold(line.text)), len(fold(line.text))) for text, line in zip(texts, held)]


def _writers(held: list[WriterLine], errors: list[tuple[int, int]]) -> list[str]:
    """Writers with above-average errors, those with the most lines first."""
    sums: dict[str, np.ndarray] = {}
    for line, error in zip(held, errors):
        sums[line.writer] = sums.get(line.writer, np.zeros(3)) + (*error, 1)
    mean = sum(s[0] for s in sums.values()) / sum(s[1] for s in sums.values())
    worse = [writer for writer, s in sums.items() if s[0] / s[1] > mean and s[2] >= PROOF_TAUGHT + 3]
    worse.sort(key=lambda writer: -sums[writer][2])
    short = [writer for writer in worse[:PROOF_WRITERS] if sums[writer][2] < PROOF_LINES]
    if short:
        print(f"of the test writers with above-average errors these have fewer than {PROOF_LINES} lines: {', '.join(short)}", flush=True)
    return worse


def _mean_cer(network, sets: dict[str, list[HeldLine]]) -> float:
    """Folded CER over all lines of the general test set."""
    errors = [error for held in sets.values() for error in _errors(network, held)]
    return sum(a for a, _ in errors) / max(1, sum(b for _, b in errors))
