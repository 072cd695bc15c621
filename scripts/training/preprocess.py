"""From a picture of one line to the network's input. The Rust server does the same.

1. grey: luma ITU-R 601 (PIL `convert("L")`), 0 = black, 255 = white;
2. resize to HEIGHT_PX with antialiased bilinear convolution (PIL BILINEAR),
   width = max(MIN_WIDTH_PX, round(width * HEIGHT_PX / height));
3. flatten: the paper's grey in each block of PAPER_BLOCK_PX columns, in the upper
   and in the lower half of the height, is the value at sorted index
   floor(PAPER_QUANTILE * (n - 1)) of the half block's n pixels (a last, narrower
   block is moved left to the full width where the line has it). Between the middles
   of the blocks it runs in a straight line, before the first and after the last it
   stays; over the height it runs in the straight line through the two halves'
   middles. It is subtracted from every pixel;
4. stretch on the flattened pixels: lo, hi = values at sorted index
   floor(LOW_QUANTILE * (n - 1)) and floor(HIGH_QUANTILE * (n - 1)); where
   hi - lo < MIN_CONTRAST, lo = hi - MIN_CONTRAST;
   v = clip((grey - lo) / (hi - lo), 0, 1) - 0.5, so ink is -0.5 and paper +0.5;
5. lines of one batch are padded on the right with PADDING.
"""

import numpy as np
from PIL import Image

HEIGHT_PX = 40
MIN_WIDTH_PX = 16
STRIDE_PX = 4
PAPER_BLOCK_PX = 32
PAPER_QUANTILE = 0.75
LOW_QUANTILE = 0.005
HIGH_QUANTILE = 0.90
MIN_CONTRAST = 12.0
PADDING = 0.5


def scaled_width(width: int, height: int) -> int:
    """Width in pixels after the resize; halves round up."""
    return max(MIN_WIDTH_PX, int(width * HEIGHT_PX / height + 0.5))


def flatten(grey: np.ndarray) -> np.ndarray:
    """(H, W) uint8 -> (H, W) float32, paper about 0, ink below."""
    height, width = grey.shape
    half = height // 2
    starts = [min(x, max(0, width - PAPER_BLOCK_PX)) for x in range(0, width, PAPER_BLOCK_PX)]
    blocks = [grey[:, start:start + PAPER_BLOCK_PX] for start in starts]
    middles = [start + block.shape[1] / 2 for start, block in zip(starts, blocks)]
    columns = np.arange(width) + 0.5
    upper, lower = (np.interp(columns, middles, [_paper(block[rows]) for block in blocks])
                    for rows in (slice(0, half), slice(half, None)))
    down = ((np.arange(height) + 0.5) - height / 4) / (height / 2)
    return (grey - (upper + np.outer(down, lower - upper))).astype(np.float32)


def _paper(block: np.ndarray) -> float:
    at = int(PAPER_QUANTILE * (block.size - 1))
    return float(np.partition(block.reshape(-1), at)[at])


def stretch(grey: np.ndarray) -> np.ndarray:
    """(H, W) float32 -> (H, W) float32 in [-0.5, 0.5], ink dark."""
    flat = grey.reshape(-1)
    last = flat.size - 1
    low_at, high_at = int(LOW_QUANTILE * last), int(HIGH_QUANTILE * last)
    ordered = np.partition(flat, (low_at, high_at))
    low, high = float(ordered[low_at]), float(ordered[high_at])
    low = min(low, high - MIN_CONTRAST)
    return np.clip((grey - low) / (high - low), 0.0, 1.0) - 0.5


def prepare(image: Image.Image | np.ndarray) -> np.ndarray:
    """A picture of one line -> (HEIGHT_PX, W) float32 in [-0.5, 0.5]."""
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    image = image.convert("L")
    size = (scaled_width(*image.size), HEIGHT_PX)
    return stretch(flatten(np.asarray(image.resize(size, Image.BILINEAR))))


def batch(lines: list[np.ndarray]) -> np.ndarray:
    """Prepared lines -> (N, 1, HEIGHT_PX, W) float32; W a multiple of the stride."""
    width = max(line.shape[1] for line in lines)
    width = -(-width // STRIDE_PX) * STRIDE_PX
    padded = np.full((len(lines), 1, HEIGHT_PX, width), PADDING, dtype=np.float32)
    for row, line in zip(padded, lines):
        row[0, :, : line.shape[1]] = line
    return padded


def steps(width: int) -> int:
    """Time steps that belong to a line of this width: ceil(width / stride)."""
    return -(-width // STRIDE_PX)
