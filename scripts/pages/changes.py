"""Entries of registers of changes, corrections and supplements."""

from __future__ import annotations

import datetime

import numpy as np
from content import DAY, Book, ClerkStyle, Value, date_text, later_note, register_fields, signers, ticks
from names_places import communes, ethnic_groups, person, pick
from people import Someone, asker_fields, born_before, person_fields, someone

PAPERS = ("Giấy khai sinh", "Bản chính Giấy khai sinh", "Giấy chứng nhận kết hôn", "Giấy chứng tử")
NOTES = ("cấp bản sao trích lục số {n}/TL-BS", "đã ghi vào Sổ đăng ký khai sinh", "cấp lại bản chính trích lục")


def change(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `change_2016`."""
    who = someone(book, style, rng, born_before(registered, 3, 65, rng), bool(rng.random() < 0.5))
    kind = pick(
        rng,
        ("Cải chính hộ tịch", "Thay đổi hộ tịch", "Bổ sung hộ tịch", "Xác định lại dân tộc"),
        (0.55, 0.2, 0.17, 0.08),
    )
    content = _content(kind, who, style, rng)
    issued = who.born + int(rng.integers(10, max(11, (registered - who.born).days - 20))) * DAY
    grown_up = (registered - who.born).days > 18 * 365
    asker = who.name if grown_up else person(rng, pick(rng, ("male", "female")))
    paper = pick(rng, PAPERS, (0.5, 0.35, 0.1, 0.05))
    level = book.commune.name[0].lower() + book.commune.name[1:]
    ticked = [kind] + (["Ghi vào sổ hộ tịch việc thay đổi hộ tịch"] if rng.random() < 0.02 else [])
    return {
        **register_fields(book, ordinal, registered, style),
        **person_fields("ntd", who, book, style, rng),
        "loai_giay_to_ho_tich": Value(paper),
        "so_giay_to_ho_tich": Value(f"{int(rng.integers(1, 400)):02}/{issued.year}"),
        "ngay_cap_giay_to_ho_tich": Value(date_text(issued, style)),
        "noi_cap_giay_to_ho_tich": Value(f"UBND {level}" if rng.random() < 0.5 else book.office),
        "noi_dung": Value(content),
        **asker_fields(asker, "Bản thân" if grown_up else "Cha đẻ", book, style, rng),
        **signers(book, rng),
        "loai_dang_ky": ticks(*ticked),
        "ghi_chu": later_note(registered, style, NOTES, rng),
    }


def _content(kind: str, who: Someone, style: ClerkStyle, rng: np.random.Generator) -> str:
    """What is changed from what to what."""
    plain = ClerkStyle(**{**vars(style), "date": "/0" if style.date == "words" else style.date})
    if kind == "Thay đổi hộ tịch":
        other = f"{' '.join(who.name.split()[:-1])} {person(rng, 'male' if who.male else 'female').split()[-1]}"
        return f"Họ, chữ đệm, tên được thay đổi từ {who.name} thành {other}"
    if kind == "Bổ sung hộ tịch":
        home = pick(rng, communes()).full("", plain)
        return pick(rng, (f"Bổ sung quê quán: {home}", f"Bổ sung quốc tịch: {who.nationality}"))
    if kind == "Xác định lại dân tộc":
        groups = [group for group in ethnic_groups()[:12] if group != who.ethnic]
        return f"Dân tộc được xác định lại từ {who.ethnic} thành {pick(rng, groups)} theo dân tộc của mẹ"
    wrong = who.born + int(rng.choice([-365, -31, -10, 1, 9, 30, 365])) * DAY
    born, other = date_text(who.born, plain), date_text(wrong, plain)
    words = pick(rng, ("Ngày, tháng, năm sinh được cải chính từ {a} thành {b}", "Ngày sinh từ {a} cải chính thành {b}"))
    return words.format(a=other, b=born)
