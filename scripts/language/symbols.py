"""Texts as symbols of the language models; src/recognise/decode/symbols.rs does the same.

Symbol numbers: 1 end, 2 begin, 3 gap, 4 digit, 5 any other sign, 6 and up letters.
"""

import unicodedata

END, BEGIN, GAP, DIGIT, OTHER, FIRST_LETTER = range(1, 7)
GAPS = set(" .,;:-–")


def letter_of(character: str) -> str | None:
    """Lower-case letter, `'` or `/`; None for everything else."""
    if character == "’":
        return "'"
    if character in "'/":
        return character
    if character.isalpha() or character == "\u0306":
        lower = character.lower()
        return lower if len(lower) == 1 else character
    return None


class Symbols:
    """Numbers of the letters that the texts hold."""

    def __init__(self, texts) -> None:
        letters = sorted({letter for text in texts for letter in map(letter_of, nfc(text)) if letter})
        self.letters = letters[:250]
        self.number = {letter: FIRST_LETTER + n for n, letter in enumerate(self.letters)}

    def encode(self, text: str) -> list[int]:
        """Symbols between begin and end; gaps that meet are one, none at the edges."""
        found = []
        for character in nfc(text):
            letter = letter_of(character)
            if letter is not None:
                found.append(self.number.get(letter, OTHER))
            elif character in GAPS:
                if found and found[-1] != GAP:
                    found.append(GAP)
            else:
                found.append(DIGIT if character in "0123456789" else OTHER)
        if found and found[-1] == GAP:
            found.pop()
        return [BEGIN, *found, END]


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _tone_pairs() -> list[tuple[str, str]]:
    pairs = []
    for first, second in ("oa", "oe", "uy"):
        for tone in "\u0300\u0309\u0303\u0301\u0323":
            pairs.append((nfc(first + tone) + second, first + nfc(second + tone)))
    return pairs


_PAIRS = _tone_pairs()


def tone_placements(text: str) -> set[str]:
    """The text with the tone on the first and on the second vowel of oa, oe, uy (hòa, hoà)."""
    text = nfc(text).lower()
    first = second = text
    for old, new in _PAIRS:
        second = second.replace(old, new)
        first = first.replace(new, old) if new not in ("uý",) or "quý" not in first else first
    return {text, second, first}
