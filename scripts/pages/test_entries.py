"""Tests of what stands in made registers of every kind."""

from __future__ import annotations

import datetime
import re
import tempfile
import unittest
from pathlib import Path

import content
import make_pages
import numpy as np
from entries import draw_up, page_values
from layout import known_forms, load_form, whole_page
from test_pages import check_truth, date_from_words


def made(form_id: str, seed: int, count: int):
    """Entries of one made book: book, registration date, spelling, values."""
    rng = np.random.default_rng(seed)
    book = content.open_book(rng, form_id)
    writer = content.EntryWriter(book, rng)
    form = load_form(form_id)
    for ordinal in range(count):
        style = content.clerk_style(rng)
        day = writer.next_day(rng)
        yield book, day, style, draw_up(form, book, ordinal, day, style, rng)


def date_of(text: str) -> datetime.date | None:
    """The day that digits name; None for a year alone or words."""
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    return datetime.date(*numbers[::-1]) if len(numbers) == 3 else None


# No made birth is of a foundling: all have a mother.
NEVER_TICKED = {"Trẻ bị bỏ rơi"}


class EveryForm(unittest.TestCase):
    def test_entries_hold_exactly_the_fields_asked_for_and_only_printed_options(self):
        for form_id in known_forms():
            form = load_form(form_id)
            self.assertEqual(form_id, form["id"])
            printed = [o["value"] for f in form["field"] for o in f.get("options", [])]
            for _, _, _, values in made(form_id, 4, 60):
                self.assertEqual(list(values), [f["key"] for f in form["field"]])
                for key, value in values.items():
                    self.assertEqual(value.state == "written", bool(value.text), f"{form_id} {key}")
                    self.assertTrue(set(value.options) <= set(printed), f"{form_id} {key}")

    def test_every_option_and_every_field_occurs(self):
        for form_id in known_forms():
            rows = [values for *_, values in made(form_id, 6, 400)]
            for f in load_form(form_id)["field"]:
                self.assertTrue(any(row[f["key"]].text for row in rows), f"{form_id} {f['key']}")
                ticked = {option for row in rows for option in row[f["key"]].options}
                printed = {o["value"] for o in f.get("options", [])}
                self.assertEqual(ticked, printed - NEVER_TICKED, f"{form_id} {f['key']}")

    def test_what_the_form_says_of_its_fields_holds(self):
        for form_id in known_forms():
            relations = {f["key"]: f.get("relations", {}) for f in load_form(form_id)["field"]}
            checked = 0
            for _, registered, _, values in made(form_id, 3, 80):
                self.assertEqual(date_of(values["ngay_dang_ky"].text), registered)
                for key, relation in relations.items():
                    checked += self.check_relation(values, key, relation)
            self.assertGreater(checked, 0, form_id)

    def check_relation(self, values: dict, key: str, relation: dict) -> int:
        earlier = date_of(values[relation["not_before"]].text) if "not_before" in relation else None
        day = date_of(values[key].text)
        if earlier and day:
            self.assertLessEqual(earlier, day, key)
        if "in_words_of" in relation:
            in_words = date_from_words(values[key].text)
            digits = date_of(values[relation["in_words_of"]].text)
            self.assertEqual(in_words, (digits.day, digits.month, digits.year), key)
        return bool(relation)

    def test_numbers_and_pages_follow_each_other_and_dates_never_go_back(self):
        for form_id in known_forms():
            rows = list(made(form_id, 5, 30))
            pages = [int(values["trang_so"].text) for *_, values in rows]
            per_page = load_form(form_id)["entries_per_page"]
            self.assertEqual(pages, [pages[0] + i // per_page for i in range(30)])
            numbers = [int(values["so"].text.split("/")[0]) for *_, values in rows]
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 30)))
            days = [day for _, day, _, _ in rows]
            self.assertEqual(days, sorted(days))

    def test_the_year_is_one_in_which_the_form_was_used(self):
        for form_id in known_forms():
            first = int(load_form(form_id)["valid_from"][:4])
            for seed in range(20):
                book = content.open_book(np.random.default_rng(seed), form_id)
                later = [int(other[-4:]) for other in known_forms() if int(other[-4:]) > first]
                self.assertTrue(first <= book.year < min(later, default=2100), f"{form_id} {book.year}")

    def test_a_page_of_every_form_is_made_with_every_field_inside(self):
        for form_id in known_forms():
            with tempfile.TemporaryDirectory() as out:
                make_pages.main_with(["--dpi", "75", "--out", out, "--form", form_id, "--seed", "61", "--count", "2"])
                for path in sorted(Path(out).glob("page_*.json")):
                    check_truth(self, load_form(form_id), path.read_bytes())


class Spreads(unittest.TestCase):
    def test_every_entry_of_a_spread_has_its_own_values_and_the_page_one_number(self):
        form = load_form("birth_1999")
        whole = whole_page(form)
        keys = [f["key"] for f in whole["field"]]
        self.assertEqual(len(keys), len(set(keys)))
        rng = np.random.default_rng(9)
        book = content.open_book(rng, "birth_1999")
        writer = content.EntryWriter(book, rng)
        days = [writer.next_day(rng) for _ in range(3)]
        values = page_values(form, (book, 2), days, content.clerk_style(rng), rng)
        self.assertEqual(sorted(values), sorted(keys))
        numbers = [int(values[f"so#{i}"].text.split("/")[0]) for i in range(3)]
        self.assertEqual(numbers, [book.first_number + 6 + i for i in range(3)])
        self.assertEqual(values["trang_so"].text, str(book.first_page + 2))
        first, second = (next(f for f in whole["field"] if f["key"] == f"so#{i}") for i in range(2))
        self.assertEqual(second["rules"][0][2] - first["rules"][0][2], form["entry"][1]["offset"][1])


class Kinds(unittest.TestCase):
    def test_a_birth_lies_before_its_registration(self):
        for _, registered, style, values in made("birth_2016", 3, 120):
            born = datetime.date(*date_from_words(values["nks_ngay_sinh_bang_chu"].text)[::-1])
            self.assertEqual(values["nks_ngay_sinh"].text, content.date_text(born, style))
            self.assertLess(born, registered)

    def test_whoever_marries_for_the_first_time_does_so_that_day(self):
        for *_, values in made("marriage_2016", 3, 120):
            same = values["ngay_xac_lap"].text == values["ngay_dang_ky"].text
            self.assertEqual(same, "Kết hôn lần đầu" in values["loai_dang_ky"].options)

    def test_infants_are_ticked_as_such(self):
        for _, _, _, values in made("death_2016", 3, 200):
            born, died = date_of(values["nkt_ngay_sinh"].text), date_of(values["nkt_ngay_chet"].text)
            if born is not None:
                ticked = "Trẻ dưới 01 tuổi" in values["loai_dang_ky"].options
                self.assertEqual(ticked, (died - born).days < 365)

    def test_somebody_adopts_and_columns_are_filled_or_empty_as_a_whole(self):
        for *_, values in made("adoption_2016", 3, 100):
            columns = {side: values[f"{side}_ho_ten"].text for side in ("nuoi_ong", "nuoi_ba", "giao_ong", "giao_ba")}
            self.assertTrue(columns["nuoi_ong"] or columns["nuoi_ba"])
            for column, name in columns.items():
                self.assertEqual(bool(name), bool(values[f"{column}_ngay_sinh"].text), column)


if __name__ == "__main__":
    unittest.main()
