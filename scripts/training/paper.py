"""Paper, rules, fading, damage: from an ink mask or a real crop to a picture."""

import cv2
import numpy as np

FRAME_PX = 56
FADED_SHARE = 0.3
LABEL_SHARE = 0.18
FORM_RULE_SHARE = 0.35
LABEL_ENDS = "y:|ky:|n:|ten:|h:|sinh:|c:|toc:|t:|tich:|u:|chu:|tru:|o:|so:|So|:|e:|me:|a:|cha:|m:|g:|dang ky:".split("|")
LABEL_TYPES = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_COMPLEX_SMALL)


def _smooth(rng: np.random.Generator, size: tuple[int, int], low: float, high: float) -> np.ndarray:
    """Low-frequency field in [low, high], shape `size` (H, W)."""
    nodes = rng.uniform(low, high, (2, max(2, size[1] // 120))).astype(np.float32)
    return cv2.resize(nodes, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)


def frame(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Puts tight ink in a crop FRAME_PX high: half of the time so that it fills most of
    it, else in the size that it came in, as in crops of a fixed height."""
    if rng.random() < 0.5:
        # A run of x-height letters must not be blown up to the full height.
        scale = min(rng.uniform(0.6, 1.08) * FRAME_PX / mask.shape[0], 1.7)
    else:
        scale = min(rng.uniform(0.75, 1.15), 1.15 * FRAME_PX / mask.shape[0])
    width = max(8, int(mask.shape[1] * scale))
    ink = cv2.resize(mask, (width, max(4, int(mask.shape[0] * scale))), interpolation=cv2.INTER_LINEAR)
    spare = FRAME_PX - ink.shape[0]
    top = int(round(spare * rng.uniform(0.1, 0.9))) if spare > 0 else int(round(spare * 0.5))
    left, right = rng.integers(2, 40, 2)
    if rng.random() < 0.25:
        # A field is wider than what stands in it: empty paper, or only its dotted line.
        right += int(rng.integers(40, 450))
    crop = np.zeros((FRAME_PX, width + left + right), dtype=np.uint8)
    y0, y1 = max(0, top), min(FRAME_PX, top + ink.shape[0])
    crop[y0:y1, left:left + width] = ink[y0 - top:y1 - top]
    return crop


def neighbours(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Adds feet of the line above and heads of the line below (own ink, shifted)."""
    height, width = crop.shape
    out = crop.copy()
    if rng.random() < 0.7:
        reach = int(height * rng.uniform(0.06, 0.22))
        feet = np.roll(crop, int(rng.integers(width)), axis=1)[-reach - 6:-6]
        out[:feet.shape[0]] = np.maximum(out[:feet.shape[0]], feet)
    if rng.random() < 0.5:
        reach = int(height * rng.uniform(0.06, 0.2))
        heads = np.roll(crop, int(rng.integers(width)), axis=1)[4:4 + reach]
        out[-heads.shape[0]:] = np.maximum(out[-heads.shape[0]:], heads)
    return out


def rules(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Mask of dotted or ruled lines, now and then an upright table rule."""
    height, width = size
    mask = np.zeros(size, dtype=np.uint8)
    for _ in range(int(rng.choice((1, 1, 2)))):
        y0 = rng.uniform(0.5, 0.98) * height if rng.random() < 0.85 else rng.uniform(0.0, 0.3) * height
        tilt = rng.normal(0, 0.004) * width
        thick = int(rng.choice((1, 1, 2)))
        if rng.random() < 0.6:
            gap = rng.uniform(3, 9)
            for x in np.arange(rng.uniform(0, gap), width, gap):
                spot = (int(x * 8), int((y0 + tilt * x / width) * 8))
                cv2.circle(mask, spot, int(4 * thick), 255, -1, cv2.LINE_AA, 3)
        else:
            cv2.line(mask, (0, int(y0 * 8)), (width * 8, int((y0 + tilt) * 8)), 255, thick, cv2.LINE_AA, 3)
    if rng.random() < 0.15:
        x = int(rng.integers(width))
        cv2.line(mask, (x, 0), (x + int(rng.integers(-2, 3)), height), 255, 1, cv2.LINE_AA)
    return mask


def form_rule(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mask of the printed rule that the ink of `crop` stands on, dots, dashes or solid, at
    the scale of crops 5 to 10 mm high; letters stand a little above it or are cut by it."""
    height, width = crop.shape
    profile = (crop > 100).sum(axis=1)
    written = np.flatnonzero(profile >= max(1.0, 0.4 * profile.max()))
    foot = int(written[-1]) if len(written) else round(0.8 * height)
    y0 = min(foot + rng.uniform(-0.06, 0.09) * height, height - 1.5)
    px_per_mm = FRAME_PX / rng.uniform(5.0, 10.0)
    pitch, thick = rng.uniform(0.75, 1.5) * px_per_mm, rng.uniform(0.16, 0.32) * px_per_mm
    tilt, mask = rng.normal(0, 0.003) * width, np.zeros((height, width), dtype=np.uint8)
    style = str(rng.choice(("dots", "dashes", "solid"), p=(0.5, 0.3, 0.2)))
    start = rng.uniform(0, 14) if rng.random() < 0.5 else -pitch
    for x in np.arange(start, width, pitch):
        end = x + pitch * {"dots": 0.0, "dashes": 0.55, "solid": 1.0}[style]
        left, right = ((int(at * 8), int((y0 + tilt * at / width) * 8)) for at in (x, end))
        if style == "dots":
            cv2.circle(mask, left, int(max(0.7, thick / 2) * 8), 255, -1, cv2.LINE_AA, 3)
        else:
            cv2.line(mask, left, right, 255, max(1, round(thick * 0.7)), cv2.LINE_AA, 3)
    return mask


def label_end(crop: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Room at the left for the end of a printed label, which is not to be read: the wider
    crop and the label's mask, equally wide."""
    face, height = LABEL_TYPES[int(rng.integers(len(LABEL_TYPES)))], rng.uniform(0.24, 0.38) * FRAME_PX
    text = str(rng.choice(LABEL_ENDS))
    size = height / cv2.getTextSize("H", face, 1.0, 1)[0][1]
    width = cv2.getTextSize(text, face, size, 1)[0][0]
    seen = min(width, int(rng.uniform(3, 34) if rng.random() < 0.7 else rng.uniform(20, 80)))
    room = seen + int(rng.integers(2, 24))
    wide = np.pad(crop, ((0, 0), (room, 0)))
    label = np.zeros_like(wide)
    foot = int(rng.uniform(0.66, 0.88) * FRAME_PX)
    cv2.putText(label, text, (seen - width, foot), face, size, 255, int(rng.choice((1, 1, 2))), cv2.LINE_AA)
    return wide, label


def on_paper(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink mask (H, W) -> grey picture uint8, with paper, fading and other ink."""
    crop = frame(mask, rng)
    label = None
    if rng.random() < LABEL_SHARE:
        crop, label = label_end(crop, rng)
    size = crop.shape
    paper = rng.uniform(150, 250)
    picture = _smooth(rng, size, paper - rng.uniform(0, 40), paper)
    of_form = rng.random() < FORM_RULE_SHARE
    if of_form or rng.random() < 0.4:
        strength = rng.uniform(0.15, 0.9)
        picture *= 1.0 - (form_rule(crop, rng) if of_form else rules(size, rng)).astype(np.float32) / 255.0 * strength * 0.7
    ink = neighbours(crop, rng) if rng.random() < 0.4 else crop
    if rng.random() < 0.15:
        ink = cv2.dilate(ink, np.ones((2, 2), np.uint8))
    if rng.random() < 0.12:
        through = cv2.GaussianBlur(crop[:, ::-1], (0, 0), 1.2).astype(np.float32) / 255.0
        picture *= 1.0 - np.roll(through, int(rng.integers(-9, 9)), axis=0) * rng.uniform(0.05, 0.25)
    faded = rng.random() < FADED_SHARE
    depth = rng.uniform(0.05, 0.25) if faded else rng.uniform(0.25, 0.95)
    fading = _smooth(rng, size, depth * rng.uniform(0.45, 1.0), depth)
    picture *= 1.0 - ink.astype(np.float32) / 255.0 * fading
    if label is not None:
        picture *= 1.0 - label.astype(np.float32) / 255.0 * rng.uniform(0.3, 0.9)
    return damage(picture, rng, 3.0 if faded else 9.0)


def fade(grey: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """A picture whose ink keeps `share` (0..1) of its contrast, less in patches. -> float32."""
    picture = grey.astype(np.float32)
    paper = cv2.GaussianBlur(cv2.dilate(picture, np.ones((9, 9), np.uint8)), (0, 0), 9.0)
    patches = _smooth(rng, picture.shape, share * rng.uniform(0.45, 1.0), share)
    return paper + (picture - paper) * patches


def faded(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The badly faded version of a picture that figures are given for: 7 to 20 % of
    the contrast and patches paler still, uneven paper, a dotted rule, noise of 1 to
    2.5 grey levels, slight blur. (H, W) uint8 -> uint8."""
    picture = fade(grey, rng.uniform(0.07, 0.20), rng) + _smooth(rng, grey.shape, -14, 14)
    height, width = grey.shape
    rule, gap = np.zeros(grey.shape, np.uint8), rng.uniform(4, 8)
    y = rng.uniform(0.72, 0.95) * height
    for x in np.arange(rng.uniform(0, gap), width, gap):
        cv2.circle(rule, (int(x * 8), int(y * 8)), 6, 255, -1, cv2.LINE_AA, 3)
    picture -= rule.astype(np.float32) / 255.0 * rng.uniform(8, 40)
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 0.8))
    grain = np.empty_like(picture)
    cv2.randn(grain, 0.0, float(rng.uniform(1.0, 2.5)))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def damage(picture: np.ndarray, rng: np.random.Generator, most_grain: float = 9.0) -> np.ndarray:
    """Blur, coarse scan, grain (standard deviation up to `most_grain` grey levels), JPEG.
    (H, W) float or uint8 -> uint8."""
    picture = picture.astype(np.float32)
    height, width = picture.shape
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < 0.2:
        scale = rng.uniform(0.45, 0.8)
        small = cv2.resize(picture, (max(8, int(width * scale)), max(8, int(height * scale))), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        grain = np.empty_like(picture)
        cv2.randn(grain, 0.0, float(rng.uniform(0.5, most_grain)))
        picture = picture + grain
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        quality = int(rng.integers(20, 80) if most_grain > 5.0 else rng.integers(60, 96))
        _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        picture = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    return picture


def vary(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Augments a real crop: framing, slant, turn, width, tone, rules, damage."""
    height, width = grey.shape
    stretch = rng.uniform(0.8, 1.25)
    slant, turn = rng.normal(0, 0.12), rng.normal(0, 0.006)
    tall = rng.uniform(0.85, 1.1)
    lift = rng.uniform(-0.07, 0.07) * height
    matrix = np.array([
        [stretch, -slant, slant * height / 2 + rng.uniform(0, 6)],
        [turn, tall, lift + (1 - tall) * height / 2 - turn * width / 2],
    ], dtype=np.float32)
    size = (max(16, int(width * stretch)), height)
    picture = cv2.warpAffine(grey, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    kind = rng.random()
    if kind < 0.1:
        picture = cv2.erode(picture, np.ones((2, 2), np.uint8))
    elif kind < 0.2:
        picture = cv2.dilate(picture, np.ones((2, 2), np.uint8))
    is_faded = rng.random() < FADED_SHARE
    picture = fade(picture, rng.uniform(0.06, 0.3), rng) if is_faded else picture.astype(np.float32)
    paper = float(np.percentile(picture[::4, ::4], 80))
    if not is_faded and rng.random() < 0.5:
        picture = paper + (picture - paper) * rng.uniform(0.35, 1.2)
    if rng.random() < 0.3:
        picture = picture + _smooth(rng, picture.shape, -25, 25)
    if rng.random() < 0.2:
        picture -= rules(picture.shape, rng).astype(np.float32) * rng.uniform(0.05 if is_faded else 0.1, 0.45)
    return damage(picture, rng, 3.0 if is_faded else 9.0)
