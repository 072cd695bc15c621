"""Comparing `sohoa page` with the truth: quads, skew, text. Measures as in the design, section 6."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import cv2
import numpy as np
from calibration import figures

TONES = "\u0300\u0301\u0303\u0309\u0323"
IOU_NEEDED = 0.7
ANGLE_NEEDED_DEG = 0.2
QUADS_FLOOR = 0.97
ANGLES_FLOOR = 0.95


def folded(text: str) -> str:
    """As `folded` in `src/domain/normalise.rs`: case, tone placement and `. , ; : -` do not count."""
    lower = unicodedata.normalize("NFC", text).lower()
    spaced = "".join(" " if c in ".,;:-" else c for c in lower)
    return " ".join(_tone_at_end(word) for word in spaced.split())


def _tone_at_end(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    tones = [c for c in letters if c in TONES]
    if len(tones) != 1:
        return word
    return unicodedata.normalize("NFC", letters.replace(tones[0], "") + tones[0])


def edits(a: str, b: str) -> int:
    """Levenshtein distance in code points."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def quad_iou(a: list, b: list) -> float:
    """Intersection over union of two convex quadrilaterals; 0 where one is not a shape."""
    p, q = np.array(a, np.float32), np.array(b, np.float32)
    if p.shape != (4, 2) or q.shape != (4, 2) or not np.isfinite(q).all():
        return 0.0
    shared = cv2.intersectConvexConvex(p, q)[0]
    union = cv2.contourArea(p) + cv2.contourArea(q) - shared
    return float(shared / union) if union > 0 else 0.0


@dataclass
class Scores:
    """Everything counted over pages; add pages with `add`."""

    ious: dict[str, list[float]] = field(default_factory=dict)
    angles: list[float] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    wrong_form: int = 0
    split_right: int = 0
    unread: list[str] = field(default_factory=list)
    texts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    sure: dict[str, list[float]] = field(default_factory=dict)
    states: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, name: str, truth: dict, found: dict | None) -> None:
        """Counts one page; a page without an answer counts as all wrong."""
        if not found or not found.get("entries"):
            self.unread.append(name)
            self.angles.append(float("inf"))
            self._add_entries(truth["entries"], [])
            return
        self.wrong_form += found.get("form") != truth["form"]
        self.confidences.append(found.get("form_confidence") or 0.0)
        self.angles.append(abs((found["angle_deg"] - truth["angle_deg"] + 180) % 360 - 180))
        self._add_entries(truth["entries"], found["entries"])

    def _add_entries(self, entries: list[dict], found: list[dict]) -> None:
        """Counts the entries of a page, each against the one found in its turn."""
        self.split_right += len(entries) == len(found)
        for i, entry in enumerate(entries):
            answers = {f["key"]: f for f in found[i]["fields"]} if i < len(found) else {}
            for wanted in entry["fields"]:
                self._add_field(wanted, answers.get(wanted["key"]))

    def _add_field(self, wanted: dict, answer: dict | None) -> None:
        answer = answer or {}
        self.ious.setdefault(wanted["key"], []).append(quad_iou(wanted["quad"], answer.get("quad") or []))
        self.states.append((wanted["key"], wanted["state"], answer.get("state") or ""))
        if wanted["state"] == "written":
            self.texts.setdefault(wanted["kind"], []).append((wanted["text"], answer.get("text") or ""))
            self.sure.setdefault(wanted["kind"], []).append(answer.get("confidence") or 0.0)

    def quads_share(self) -> float:
        """Share of fields with enough overlap."""
        every = [iou for ious in self.ious.values() for iou in ious]
        return float(np.mean(np.array(every) >= IOU_NEEDED)) if every else 0.0

    def angles_share(self) -> float:
        """Share of pages whose skew is found well enough."""
        return float(np.mean(np.array(self.angles) <= ANGLE_NEEDED_DEG)) if self.angles else 0.0

    def floors_hold(self) -> bool:
        """Whether both floors of issue 2 hold."""
        return self.quads_share() >= QUADS_FLOOR and self.angles_share() >= ANGLES_FLOOR

    def report(self) -> dict:
        """Figures on the written fields of each kind, of all, and on the blank ones, as JSON."""
        outcomes = {
            kind: [(sure, folded(a) == folded(b)) for (a, b), sure in zip(pairs, self.sure[kind])]
            for kind, pairs in sorted(self.texts.items())
        }
        blank = [found == "blank" for _, wanted, found in self.states if wanted == "blank"]
        return {
            "kinds": {kind: figures(own) for kind, own in outcomes.items()},
            "all": figures([outcome for own in outcomes.values() for outcome in own]),
            "blank": {"fields": len(blank), "seen_as_blank": sum(blank) / max(1, len(blank))},
        }

    def table(self) -> str:
        """The report for people."""
        angles = np.array([a for a in self.angles if np.isfinite(a)] or [np.inf])
        lines = [
            f"fields with IoU >= {IOU_NEEDED}: {self.quads_share():7.2%}   (floor {QUADS_FLOOR:.0%}, "
            f"{sum(map(len, self.ious.values()))} fields)",
            f"pages with skew error <= {ANGLE_NEEDED_DEG}: {self.angles_share():7.2%}   (floor {ANGLES_FLOOR:.0%}, "
            f"{len(self.angles)} pages, median error {np.median(angles):.3f}, worst {angles.max():.2f} degrees)",
            f"form confidence: lowest {min(self.confidences, default=0):.2f}, mean "
            f"{np.mean(self.confidences or [0]):.2f}; other form: {self.wrong_form}; no answer: {len(self.unread)}",
            f"pages with as many entries as there are: {self.split_right / max(1, len(self.angles)):7.2%}",
            *self._worst_fields(),
            *self._states(),
            *self._readings(),
        ]
        return "\n".join(lines)

    def _worst_fields(self) -> list[str]:
        shares = {key: float(np.mean(np.array(ious) >= IOU_NEEDED)) for key, ious in self.ious.items()}
        worst = sorted(shares, key=lambda key: (shares[key], np.mean(self.ious[key])))[:8]
        return ["worst fields:                  IoU >= 0.7   mean IoU"] + [
            f"  {key:28} {shares[key]:9.2%}   {np.mean(self.ious[key]):8.3f}" for key in worst
        ]

    def _states(self) -> list[str]:
        blank = [found for _, wanted, found in self.states if wanted == "blank"]
        written = [found for _, wanted, found in self.states if wanted == "written"]
        return [
            f"blank fields seen as blank: {np.mean([f == 'blank' for f in blank] or [0]):7.2%} of {len(blank)};  "
            f"written seen as written: {np.mean([f == 'written' for f in written] or [0]):7.2%} of {len(written)}"
        ]

    def _readings(self) -> list[str]:
        lines = ["kind               fields   folded CER   exact folded   exact"]
        for kind, pairs in [*sorted(self.texts.items()), ("all", [p for ps in self.texts.values() for p in ps])]:
            pairs_folded = [(folded(a), folded(b)) for a, b in pairs]
            cer = sum(edits(a, b) for a, b in pairs_folded) / max(1, sum(len(a) for a, _ in pairs_folded))
            nfc = [tuple(unicodedata.normalize("NFC", t) for t in pair) for pair in pairs]
            exact_folded = np.mean([a == b for a, b in pairs_folded] or [0])
            exact = np.mean([a == b for a, b in nfc] or [0])
            lines.append(f"  {kind:16} {len(pairs):6}   {cer:9.2%}   {exact_folded:11.2%}  {exact:7.2%}")
        return lines
