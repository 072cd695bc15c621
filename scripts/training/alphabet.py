"""Classes of the line model, and the folded form in which readings are compared.

Class 0 is the CTC blank; class i+1 is ALPHABET[i]. The order is part of every
checkpoint: append, never insert.
"""

import re
import unicodedata

TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
VIETNAMESE_VOWELS = "aăâeêioôơuưy"
FRENCH = "éèêëàâçîïôûùüœæöä"
MINORITY = "ƀčĕĭñŏŭ"
COMBINING_BREVE = "\u0306"
PUNCTUATION = " .,;:-–/()[]'’\"“”«»+&%?!°º…=*_@#<>|"


def _letters() -> list[str]:
    toned = [unicodedata.normalize("NFC", v + t) for v in VIETNAMESE_VOWELS for t in TONES]
    lower = list("abcdefghijklmnopqrstuvwxyz") + toned + ["đ"] + list(FRENCH) + list(MINORITY)
    lower = list(dict.fromkeys(lower))
    return lower + [letter.upper() for letter in lower]


ALPHABET: list[str] = list(PUNCTUATION) + list("0123456789") + _letters() + [COMBINING_BREVE]
CLASS_OF = {letter: index + 1 for index, letter in enumerate(ALPHABET)}
CLASSES = len(ALPHABET) + 1

# Signs that differ in print only, not under a pen.
SAME_INK = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "…", "º": "°"})


def label(text: str) -> str:
    """Training label: NFC, one sign for what a pen writes alike, single spaces."""
    text = unicodedata.normalize("NFC", text).translate(SAME_INK).replace("…", "...")
    return re.sub(r"\s+", " ", text).strip()


def encode(text: str) -> list[int] | None:
    """Class numbers of a label, or None where a character has no class."""
    classes = [CLASS_OF.get(character) for character in text]
    return None if None in classes else classes


def decode(path) -> str:
    """Text of a best path: repeats collapse, blanks go."""
    letters, previous = [], 0
    for index in path:
        if index != previous and index != 0:
            letters.append(ALPHABET[index - 1])
        previous = index
    return unicodedata.normalize("NFC", "".join(letters))


def _tone_pairs() -> dict[str, str]:
    pairs = {}
    for first, second in ("oa", "oe", "uy"):
        for tone in TONES[1:]:
            old = unicodedata.normalize("NFC", first + tone) + second
            pairs[old] = first + unicodedata.normalize("NFC", second + tone)
    return pairs


_PAIRS = _tone_pairs()
_PAIR = re.compile("|".join(_PAIRS))


def fold(text: str) -> str:
    """Comparison form: case, tone placement (hòa = hoà) and . , ; : - ignored."""
    text = unicodedata.normalize("NFC", text).lower()
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[.,;:\-]", " ", text)
    text = _PAIR.sub(lambda found: _PAIRS[found.group()], text)
    return re.sub(r"\s+", " ", text).strip()
