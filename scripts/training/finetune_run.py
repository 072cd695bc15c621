"""Command `scripts/train finetune`."""

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
from alphabet import encode, label
from held_out import HeldLine, held_out
from ink import Fonts
from network import LineNetwork
from plain import draw_pen, plain
from publish import draw_golden, export_onnx, load_network, save_weights
from reader import onnx_run
from sources import ink_lines
from stream import Mixer
from texts import Texts

GENERAL_LINES = 60


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


def put_weights(shipped: Path, folder: Path, network: LineNetwork, fonts: Path, version: str, today: str) -> None:
    """A copy of a model's folder, with these weights and what depends on them."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shipped, folder)
    export_onnx(network, folder / "model.onnx")
    save_weights(network, folder / "checkpoint.pt")
    golden = draw_golden(onnx_run(folder / "model.onnx"), fonts, folder / "golden.png")
    manifest = (folder / "manifest.toml").read_text("utf-8")
    for name, value in (("version", version), ("date", today),
                        ("sha256", sha256((folder / "model.onnx").read_bytes()).hexdigest()), ("text", golden)):
        manifest = re.sub(rf"^{name} = .*$", lambda _: f"{name} = {json.dumps(value, ensure_ascii=False)}", manifest, count=1, flags=re.M)
    (folder / "manifest.toml").write_text(manifest, "utf-8")


def write_model(shipped: Path, target: Path, outcome: finetune.Outcome, names: list[str], fonts: Path) -> None:
    """The shipped folder with other weights: version, checksum, golden line and card are new;
    calibration is taken over and must be fitted anew before confidences are trusted."""
    part, today = target.with_name(target.name + ".part"), date.today().isoformat()
    put_weights(shipped, part, outcome.network, fonts, f"{today.replace('-', '.')}-{target.name}", today)
    card = [f"# {target.name}: fine-tuned from {shipped.name} on {today}", "",
            f"New lines: {', '.join(names)} ({outcome.figures['new_lines_taught']} learnt). {outcome.steps} steps; {outcome.kept:.1f} of the way from the shipped weights kept.", "",
            "| folded CER, greedy | before | after |", "|---|---|---|",
            f"| other new lines ({outcome.figures['new_lines_measured']}) | {outcome.figures['new_before']:.4f} | {outcome.figures['new_after']:.4f} |",
            f"| general lines | {outcome.figures['general_before']:.4f} | {outcome.figures['general_after']:.4f} |", "",
            "The calibration in the manifest is the shipped model's: fit it anew (`sohoa model calibrate`). Terms of the shipped model's data hold on:", ""]
    shipped_card = shipped / "MODEL_CARD.md"
    (part / "MODEL_CARD.md").write_text("\n".join(card) + (shipped_card.read_text("utf-8") if shipped_card.exists() else ""), "utf-8")
    part.rename(target)
