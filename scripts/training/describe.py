"""manifest.toml and MODEL_CARD.md of a model folder."""

import hashlib
import json
from pathlib import Path

import preprocess
from alphabet import ALPHABET

CARD = Path(__file__).with_name("model_card.md")

TRAINING_DATA = {
    "kalapa": ("Kalapa 2023 handwriting challenge", "no licence was published", "80 % of the 75 writers' forms; 10 % calibration, 10 % test"),
    "cinnamon": ("Cinnamon AI address challenge", "no licence was published", "80 % by folded transcript; 10 % calibration, 10 % test"),
    "vnondb": ("HANDS-VNOnDB (Nguyen et al., ICFHR 2018)", "research use only; commercial use by asking its owners", "80 % of 160 writers, pen strokes rendered as pictures; 10 % calibration, 10 % test"),
    "wordbank": ("Words cut from the train lines of kalapa and cinnamon by forced alignment, put together anew", "as kalapa and cinnamon", "train parts only"),
    "french": ("French handwriting sets of HTR-United and partners", "CC-BY 4.0", "80 % by page"),
    "fonts": ("Made-up register texts in 71 handwriting fonts (npm @fontsource)", "fonts: OFL-1.1", "drawn on the fly"),
}


def describe(folder: Path, facts: dict, measured: dict) -> None:
    """Writes both files from what was exported and, once known, measured."""
    rows = _head(folder, facts) + _calibration(facts["calibration"]) + _data(facts["sources"]) + _measured(measured)
    (folder / "manifest.toml").write_text("\n".join(rows) + "\n", "utf-8")
    training = facts["training"]
    card = CARD.read_text("utf-8").format(
        date=facts["date"],
        parameters=facts["parameters"] / 1e6,
        data="\n".join("- **{}**: {}; {}. Used: {}.".format(source, *TRAINING_DATA[source]) for source in facts["sources"]),
        figures=_figures(measured),
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
        f"min_contrast = {preprocess.MIN_CONTRAST}", f"padding = {preprocess.PADDING}", "",
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


def _measured(measured: dict) -> list[str]:
    rows = ["", "[measured]", 'command = "scripts/train evaluate"', 'decoding = "greedy, no language model"']
    for source, figures in measured.items():
        rows += ["", f"[measured.{source}_test]"]
        rows += [f"{name} = {value:.4f}" if isinstance(value, float) else f"{name} = {value}"
                 for name, value in figures.items() if name != "lines_per_second"]
    return rows


def _figures(measured: dict) -> str:
    if not measured:
        return "Not measured yet: a preliminary export."
    columns = ("lines", "cer", "cer_folded", "wer", "exact", "exact_folded", "ece", "coverage_at_95")
    rows = ["| set | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for source, figures in measured.items():
        cells = [str(figures[name]) if name == "lines" else f"{figures[name] * 100:.1f} %" for name in columns]
        rows.append(f"| {source} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _toml(value) -> str:
    """A TOML string or array; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False)
