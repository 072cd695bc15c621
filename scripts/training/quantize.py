"""int8 versions of the exported network, and the choice among them.

Convolutions are quantized statically (QDQ, per channel, ranges from training
lines), the LSTM and the matrix products dynamically. Weights keep 7 bits
(`reduce_range`): on processors with AVX2 alone, products of 8-bit weights overflow
16-bit sums without a word (onnxruntime's quantization page, "When to use reduce-range").
A version is taken where the folded error rate on the calibrate part rises by less than
MOST_RISE; among those, the fastest.
"""

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from held_out import HeldLine
from measure import rates
from preprocess import HEIGHT_PX, PADDING
from reader import onnx_run, read

MOST_RISE = 0.001
RANGE_WIDTH_PX = 640
STATIC = ["Conv", "MaxPool", "Relu", "Add"]
DYNAMIC = ["LSTM", "MatMul", "Gemm"]


@dataclass
class Version:
    """One way to store the weights; figures once measured (CER folded, a fraction)."""

    name: str
    method: CalibrationMethod | None = None
    recurrent: bool = False
    keep_ends: bool = False
    cer_folded: float = 0.0
    lines_per_second: float = 0.0
    megabytes: float = 0.0


def versions() -> list[Version]:
    """float32 first; `spared`: first convolution and classifier stay float32."""
    spread, cut = CalibrationMethod.MinMax, CalibrationMethod.Percentile
    return [
        Version("float32"),
        Version("int8 convolutions", spread),
        Version("int8 convolutions, percentile ranges", cut),
        Version("int8 convolutions and LSTM", spread, recurrent=True),
        Version("int8 convolutions and LSTM, percentile ranges", cut, recurrent=True),
        Version("int8 convolutions and LSTM, ends spared", spread, recurrent=True, keep_ends=True),
    ]


class Ranges(CalibrationDataReader):
    """Prepared training lines, one at a time, all padded or cut to one width."""

    def __init__(self, lines: list[np.ndarray]) -> None:
        self.left = iter(lines)

    def get_next(self) -> dict[str, np.ndarray] | None:
        line = next(self.left, None)
        if line is None:
            return None
        image = np.full((1, 1, HEIGHT_PX, RANGE_WIDTH_PX), PADDING, dtype=np.float32)
        width = min(RANGE_WIDTH_PX, line.shape[1])
        image[0, 0, :, :width] = line[:, :width]
        return {"image": image}


def choose(model: Path, taught: list[np.ndarray], held: list[HeldLine]) -> list[Version]:
    """Puts the best version in place of the float32 file `model`; returns all versions
    measured, the chosen one first. `taught`: prepared training lines; `held`: calibrate part."""
    with tempfile.TemporaryDirectory() as scratch:
        files, measured = {}, versions()
        for number, version in enumerate(measured):
            files[version.name] = Path(scratch) / f"{number}.onnx"
            _write(version, model, taught, files[version.name], Path(scratch))
            _measure(version, files[version.name], held)
            print(f"{version.name}: folded CER {version.cer_folded:.4f}, {version.lines_per_second:.0f} lines/s, {version.megabytes:.1f} MB", flush=True)
        good = [version for version in measured if version.cer_folded < measured[0].cer_folded + MOST_RISE]
        best = max(good, key=lambda version: version.lines_per_second)
        shutil.copyfile(files[best.name], model)
    print(f"taken: {best.name}")
    return [best] + [version for version in measured if version is not best]


def _write(version: Version, model: Path, taught: list[np.ndarray], target: Path, scratch: Path) -> None:
    if version.method is None:
        shutil.copyfile(model, target)
        return
    plain, half = scratch / "plain.onnx", scratch / "half.onnx"
    if not plain.exists():
        quant_pre_process(str(model), str(plain), skip_symbolic_shape=True)
    quantize_static(
        str(plain), str(half), Ranges(taught), quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        per_channel=True, reduce_range=True, calibrate_method=version.method, op_types_to_quantize=STATIC,
        nodes_to_exclude=_ends(plain, "Conv")[:1] if version.keep_ends else [],
    )
    if version.recurrent:
        spared = _ends(half, "MatMul")[-1:] if version.keep_ends else []
        quantize_dynamic(str(half), str(target), op_types_to_quantize=DYNAMIC, weight_type=QuantType.QInt8, reduce_range=True, nodes_to_exclude=spared)
    else:
        shutil.copyfile(half, target)


def _ends(model: Path, kind: str) -> list[str]:
    """Names of the nodes of a kind, in the order of the graph."""
    return [node.name for node in onnx.load(str(model)).graph.node if node.op_type == kind]


def _measure(version: Version, model: Path, held: list[HeldLine]) -> None:
    run = onnx_run(model)
    read(run, held[:8])
    started = time.process_time()
    texts = [reading.text for reading in read(run, held)]
    version.lines_per_second = len(held) / (time.process_time() - started)
    version.cer_folded = rates(texts, [line.text for line in held])["cer_folded"]
    version.megabytes = model.stat().st_size / 1e6
