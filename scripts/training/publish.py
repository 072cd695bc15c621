"""Writes the model folder: model.onnx, checkpoint.pt, golden.png, and what describe.py adds."""

import datetime
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import preprocess
import quantize
from alphabet import label
from describe import describe
from held_out import HeldLine
from ink import Fonts
from network import LineNetwork
from reader import onnx_run, read, torch_run

GOLDEN_TEXTS = ("Nguyễn Thị Hằng, ngày 12/03/1987", "Nguyễn Thị Hằng", "Trần Văn Minh", "Hà Nội")
TOLERANCE = 1e-3


def load_network(checkpoint: Path) -> LineNetwork:
    """Network in evaluation mode from a training checkpoint or published weights."""
    saved = torch.load(checkpoint, weights_only=True)
    weights = saved.get("network", saved)
    network = LineNetwork()
    network.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in weights.items()})
    return network.eval()


def state_of(checkpoint: Path) -> dict:
    """Elapsed seconds, lines and steps of a training checkpoint."""
    return torch.load(checkpoint, weights_only=True)["state"]


def export_onnx(network: LineNetwork, target: Path) -> float:
    """Writes the ONNX file (opset 17, dynamic batch and width); returns the
    greatest difference to torch over several shapes."""
    torch.onnx.export(
        network, (torch.zeros(2, 1, preprocess.HEIGHT_PX, 160),), str(target), dynamo=False, opset_version=17,
        input_names=["image"], output_names=["log_probs"],
        dynamic_axes={"image": {0: "batch", 3: "width"}, "log_probs": {0: "batch", 1: "steps"}},
    )
    by_onnx, by_torch, worst = onnx_run(target), torch_run(network), 0.0
    rng = np.random.default_rng(3)
    for shape in ((1, 16), (3, 333), (2, 800)):
        images = rng.uniform(-0.5, 0.5, (shape[0], 1, preprocess.HEIGHT_PX, shape[1])).astype(np.float32)
        worst = max(worst, float(np.abs(by_onnx(images) - by_torch(images)).max()))
    if worst > TOLERANCE:
        raise SystemExit(f"ONNX differs from torch by {worst}")
    return worst


def save_weights(network: LineNetwork, target: Path) -> None:
    """Half-precision weights, from which `scripts/train --init` continues."""
    torch.save({name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()}, target)


def draw_golden(run, fonts: Path, target: Path) -> str:
    """Draws the first golden line that the model reads right; returns its text."""
    store = Fonts(fonts)
    for text in GOLDEN_TEXTS:
        for number in range(len(store.fonts)):
            picture = _plain_paper(store.draw(text, number))
            if read(run, [HeldLine(picture, text)])[0].text == label(text):
                Image.fromarray(picture).save(target)
                return text
    picture = _plain_paper(store.draw(GOLDEN_TEXTS[0], 0))
    Image.fromarray(picture).save(target)
    return read(run, [HeldLine(picture, "")])[0].text


def _plain_paper(mask: np.ndarray) -> np.ndarray:
    """Ink mask -> grey picture with a margin of paper, dark ink on light."""
    mask = np.pad(mask, ((4, 4), (12, 12)))
    return (235 - mask.astype(np.float32) / 255 * 190).astype(np.uint8)


def publish(checkpoint: Path, folder: Path, fonts: Path, calibration: dict, sources: list[str],
            taught: list[np.ndarray], held: list[HeldLine]) -> dict:
    """Everything but the measured figures; returns the facts for describe. `taught`
    (prepared training lines) and `held` (calibrate part) settle the precision."""
    folder.mkdir(parents=True, exist_ok=True)
    network = load_network(checkpoint)
    worst = export_onnx(network, folder / "model.onnx")
    print(f"model.onnx: differs from torch by at most {worst:.2e}")
    versions = quantize.choose(folder / "model.onnx", taught, held)
    save_weights(network, folder / "checkpoint.pt")
    golden = draw_golden(onnx_run(folder / "model.onnx"), fonts, folder / "golden.png")
    facts = {"golden": golden, "calibration": calibration, "sources": sources, "date": datetime.date.today().isoformat()}
    facts |= {"versions": [{"name": v.name, "cer_folded": v.cer_folded, "lines_per_second": v.lines_per_second, "megabytes": v.megabytes} for v in versions]}
    facts |= {"parameters": sum(p.numel() for p in network.parameters()), "training": state_of(checkpoint)}
    describe(folder, facts)
    return facts
