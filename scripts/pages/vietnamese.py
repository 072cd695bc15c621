"""Numbers and dates in Vietnamese words, as clerks write them."""

from __future__ import annotations

from dataclasses import dataclass

DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()


@dataclass(frozen=True)
class WordStyle:
    """One clerk's habits. All are in use; the text is kept as written, so they only have to agree with the digits."""

    odd: str = "linh"  # linh or lẻ: the gap in 2005
    thousand: str = "nghìn"  # nghìn or ngàn
    four: str = "tư"  # tư or bốn after the tens, and in "tháng tư"
    early: str = ""  # "", "mồng" or "mùng" before the days 1 to 10
    commas: bool = False
    capitals: str = "first"  # first, every or none


def _below_hundred(n: int, style: WordStyle) -> str:
    tens, ones = divmod(n, 10)
    if tens == 0:
        return DIGITS[ones]
    head = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    if ones == 0:
        return head
    tail = DIGITS[ones]
    if ones == 5:
        tail = "lăm"
    elif tens > 1 and ones == 1:
        tail = "mốt"
    elif tens > 1 and ones == 4:
        tail = style.four
    return f"{head} {tail}"


def number(n: int, style: WordStyle = WordStyle()) -> str:
    """0 to 9999 in words."""
    if n < 100:
        return _below_hundred(n, style)
    if n < 1000:
        return _with_rest(f"{DIGITS[n // 100]} trăm", n % 100, style)
    thousands, rest = divmod(n, 1000)
    head = f"{DIGITS[thousands]} {style.thousand}"
    if rest == 0:
        return head
    return _with_rest(f"{head} {DIGITS[rest // 100]} trăm", rest % 100, style)


def _with_rest(head: str, rest: int, style: WordStyle) -> str:
    if rest == 0:
        return head
    gap = f"{style.odd} " if rest < 10 else ""
    return f"{head} {gap}{_below_hundred(rest, style)}"


def date(day: int, month: int, year: int, style: WordStyle = WordStyle()) -> str:
    """ "Ngày mười hai tháng ba năm hai nghìn không trăm mười bảy"."""
    early = f"{style.early} " if style.early and day <= 10 else ""
    month_words = style.four if month == 4 else number(month, style)
    comma = "," if style.commas else ""
    words = f"ngày {early}{number(day, style)}{comma} tháng {month_words}{comma} năm {number(year, style)}"
    if style.capitals == "first":
        return words[0].upper() + words[1:]
    if style.capitals == "every":
        return " ".join(word[0].upper() + word[1:] for word in words.split())
    return words
