"""Entries that make or end a family tie: parent and child, guardianship, adoption."""

from __future__ import annotations

import datetime

import numpy as np
from content import BLANK, DAY, Book, ClerkStyle, Value, date_text, later_note, register_fields, signers, ticks
from names_places import bare, person, pick
from people import (
    asker_fields, born_before, identity_paper, nobody_fields, person_fields, residence, someone,
)  # fmt: skip

END_REASONS = (
    "Người được giám hộ đã đủ 18 tuổi", "Người được giám hộ đã được nhận làm con nuôi", "Người giám hộ chết",
    "Cha mẹ đã có đủ điều kiện để thực hiện quyền, nghĩa vụ của mình", "Người được giám hộ chết",
)  # fmt: skip
NOTES = ("cấp bản sao trích lục số {n}/TL-BS", "cải chính theo Quyết định số {n}/QĐ-UBND", "cấp lại bản chính trích lục")


def parent_child(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `parent_child_2016` and `parent_child_2006`."""
    father = bool(rng.random() < 0.85)
    child_age = float(rng.gamma(1.2, 6.0)) + 0.1
    parent = someone(book, style, rng, born_before(registered, child_age + 18, child_age + 38, rng), father)
    born = born_before(registered, child_age, child_age + 0.3, rng)
    family = parent.name.split()[0] if rng.random() < 0.6 else None
    child = someone(book, style, rng, born, bool(rng.random() < 0.5), family)
    of_age = child_age > 18 and rng.random() < 0.6
    asker, relation = (child.name, "Con đẻ") if of_age else (parent.name, "Cha đẻ" if father else "Mẹ đẻ")
    ticked = ["Con nhận cha, mẹ" if of_age else "Cha, mẹ nhận con"]
    if rng.random() < 0.03:
        ticked.append("Ghi vào sổ hộ tịch việc nhận/xác định cha, mẹ, con")
    values = {
        **register_fields(book, ordinal, registered, style),
        "quyet_dinh_so": Value(f"{int(rng.integers(1, 90)):02}/QĐ-UBND"),
        **person_fields("cm", parent, book, style, rng),
        **person_fields("nc", child, book, style, rng),
        **asker_fields(asker, relation, book, style, rng),
        **signers(book, rng),
        "loai_dang_ky": ticks(*ticked),
        "ghi_chu": later_note(registered, style, NOTES, rng),
    }
    if child_age < 14:
        values["nc_giay_to"] = BLANK
    return values


def guardianship(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `guardianship_2016`."""
    appointed = bool(rng.random() < 0.6)
    ticked = ["Giám hộ cử" if appointed else "Giám hộ đương nhiên"]
    if rng.random() < 0.03:
        ticked.append("Ghi vào sổ hộ tịch việc giám hộ")
    return {
        **register_fields(book, ordinal, registered, style),
        **_guardian_and_ward(book, registered, style, rng),
        **signers(book, rng),
        "loai_dang_ky": ticks(*ticked),
        "ghi_chu": later_note(registered, style, NOTES, rng),
    }


def guardianship_end(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `guardianship_end_2016`."""
    ended = registered - int(rng.integers(0, 40)) * DAY
    began = ended - int(rng.integers(300, 4000)) * DAY
    kind = pick(rng, ("Chấm dứt giám hộ cử", "Chấm dứt giám hộ đương nhiên"), (0.6, 0.4))
    return {
        **register_fields(book, ordinal, registered, style),
        **_guardian_and_ward(book, registered, style, rng),
        "so_dang_ky_giam_ho": Value(f"{int(rng.integers(1, 60)):02}/{began.year}"),
        "ngay_dang_ky_giam_ho": Value(date_text(began, style)),
        "ngay_cham_dut": Value(date_text(ended, style)),
        "ly_do": Value(pick(rng, END_REASONS)),
        **signers(book, rng),
        "loai_dang_ky": ticks(kind),
        "ghi_chu": later_note(registered, style, NOTES, rng),
    }


def _guardian_and_ward(
    book: Book, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    guardian = someone(book, style, rng, born_before(registered, 24, 72, rng), bool(rng.random() < 0.5))
    age = float(rng.uniform(1, 17))
    ward = someone(book, style, rng, born_before(registered, age, age + 1, rng), bool(rng.random() < 0.5))
    values = {
        **person_fields("gh", guardian, book, style, rng),
        **person_fields("dgh", ward, book, style, rng),
        **asker_fields(guardian.name, "Người giám hộ", book, style, rng),
    }
    if age < 14:
        values["dgh_giay_to"] = BLANK
    return values


def adoption(
    book: Book, ordinal: int, registered: datetime.date, style: ClerkStyle, rng: np.random.Generator
) -> dict[str, Value]:
    """Values for `adoption_2016`: two adopters or one, given by parents, one parent or a home."""
    adopters = pick(rng, (("ong", "ba"), ("ba",), ("ong",)), (0.72, 0.22, 0.06))
    givers = pick(rng, (("ong", "ba"), ("ba",), ()), (0.45, 0.35, 0.2))
    age = float(rng.uniform(0.2, 14))
    family = person(rng, "male").split()[0]
    child = someone(book, style, rng, born_before(registered, age, age + 1, rng), bool(rng.random() < 0.5), family)
    values = {
        **register_fields(book, ordinal, registered, style),
        **person_fields("cn", child, book, style, rng),
        **signers(book, rng),
    }
    for key, there, ages in (("nuoi", adopters, (30, 55)), ("giao", givers, (age + 17, age + 40))):
        home = residence(book.commune, style, rng)
        for side in ("ong", "ba"):
            column = f"{key}_{side}"
            values.update(nobody_fields(column))
            if side in there:
                values.update(_adult(column, side == "ong", ages, home, (book, registered, style), rng))
    decided = registered - int(rng.integers(0, 10)) * DAY
    return values | _handing_over(book, givers, rng) | {
        "so_quyet_dinh": Value(f"{int(rng.integers(1, 40)):02}/{registered.year}"),
        "ngay_quyet_dinh": Value(date_text(decided, style)),
        "noi_dang_ky": Value(book.office if rng.random() < 0.5 else f"UBND {book.commune.name}"),
        "ghi_chu": later_note(registered, style, NOTES, rng),
    }  # fmt: skip


def _adult(column: str, male: bool, ages: tuple, home: str, at: tuple, rng: np.random.Generator) -> dict[str, Value]:
    book, registered, style = at
    who = someone(book, style, rng, born_before(registered, *ages, rng), male)
    paper = identity_paper(book, style, rng)
    number = Value(paper.text.split(" số ")[1].split(" ")[0]) if paper.text else paper
    return person_fields(column, who, book, style, rng) | {
        f"{column}_noi_thuong_tru": Value(home),
        f"{column}_giay_to": number,
    }


def _handing_over(book: Book, givers: tuple, rng: np.random.Generator) -> dict[str, Value]:
    """What the givers are to the child, or the home that gives it."""
    if givers:
        relation = "Cha mẹ đẻ" if len(givers) == 2 else pick(rng, ("Mẹ đẻ", "Bà ngoại", "Cô ruột"))
        return {"giao_quan_he": Value(relation), "giao_co_so": BLANK, "giao_dai_dien": BLANK}
    home = pick(rng, ("Trung tâm Bảo trợ xã hội", "Làng trẻ em SOS", "Trung tâm Công tác xã hội"))
    head = f"{person(rng, 'female')}, Giám đốc"
    place = f"{home} {bare(book.commune.province)}"
    return {"giao_quan_he": BLANK, "giao_co_so": Value(place), "giao_dai_dien": Value(head)}
