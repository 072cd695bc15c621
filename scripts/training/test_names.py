"""Names for the test sets: from the ink of one held-out writer each, and rare ones.

The parts of rare names here stand apart from those that training draws
(texts.PEOPLES, texts.FOREIGN). No person is meant: parts are drawn one by one.
"""

import random
from pathlib import Path

import numpy as np

from alphabet import encode, fold, label
from ink import InkStore

LISTS = {"surname": "surname_freq", "middle": "middle_name_freq", "given": "given_name_freq"}

# People: surnames or first signs, middles, given names.
RARE = {
    "Ê Đê": ("H'|Y ", "", "Zuyên Kpơr|Lăm Byă|Djoan Ayŭn|Bhiăt Êban|Nguôt Niê Siêng|Wŭt Mlô|Blĭ Kbuôr|Jŭt Buôn Yă|Ñom Hđơk|Kŭt Ê Nuôl|Ƀlŏ Knŭl|Tlăm Ƀing"),
    "Gia Rai": ("Rơ Châm|Rah Lan|Kpuih|Siu|Rơ Mah|Ksor|Puih|Nay", "H'|", "Thuêl|Brơi|Phiên|Chưn|Tơhyuh|Djrưng|Ơih|Blŭi|Hyô|Yưnh"),
    "Ba Na": ("A|Y|Đinh", "", "Thŭt|Ngleo|Krêt|Hmĭt|Bưk|Plưn|Gleh|Yŏp|Byen"),
    "Mông": ("Cứ|Ly|Giàng|Vừ|Chảo|Lầu|Thào", "Seo|A|Thị|Mí|Chẩn|Bá|Nỏ", "Vảng|Dủa|Sàng|Chớ|Khoa|Pào|Dợ|Sủa|Xóa|Lềnh"),
    "Khmer": ("Thạch|Sơn|Danh|Kiên|Lâm|Tăng|Neáng|Chau", "Thị|Sô|Chanh|Sóc|", "Phia|Ra Đa|Sa Mết|Rết Tha|Ươl|Đa Ra|Phôl|Kha Na|Vuông Na|Si Na"),
    "Chăm": ("Bá|Đàng|Quảng|Từ|Báo|Châu|Mah|Ka Dô|Rô", "Văn|Thị|Năng|Trung|", "Thọng|Mách Sa Lim|Phi Rô|Ha Kim|A Mí|Sa Nuốt|Bạo|Zaky"),
    "Cơ Ho": ("K'|Ka |Ha |Bon Yô ", "", "Brểu|Nhim|Srong|Jrang|Dịu|Glứ|Pòt|Mbẽo|Hoẹch|Lẽn"),
    "foreign": ("Kowalski|O'Neill|Volkov|Nakamura|Okafor|Svensson|Dubois|Garcia|Haddad|Schäfer|Weiß|Choi|Xiong|Phommasane|Sisavath|Ramasamy",
                "", "Dmitri|Yuki|Chidi|Astrid|Amélie|Diego|Leila|Jürgen|Hyejin|Bounmy|Khamphone|Priya|Ewa|Seán|Noëlle|Gregory"),
}


def rare_names(count: int, seed: int) -> list[str]:
    """Up to `count` different minority and foreign names, every people about alike often."""
    rng, names = random.Random(seed), []
    peoples = list(RARE)
    for turn in range(20 * count):
        people = peoples[turn % len(peoples)]
        first, middle, last = (rng.choice(part.split("|")) for part in RARE[people])
        glued = first.endswith(("'", " "))
        words = [first + last] if glued else [first, middle.rstrip("'") + "'" + last if middle.endswith("'") else f"{middle} {last}".strip()]
        name = " ".join(words)
        if people == "foreign" and rng.random() < 0.5:
            name = f"{last} {first}"
        if encode(label(name)) and name not in names:
            names.append(name)
    return names[:count]


def ink_names(store: InkStore, domain: Path, count: int, seed: int) -> list[tuple[str, list[tuple[int, int]]]]:
    """(text, [(line, word)]) of different names, each of one writer's words: surname,
    none to two middles, given name, out of the name lists. A word with a capital is
    taken where the writer has one, so names look as names do."""
    rng, found, seen = np.random.default_rng(seed), [], set()
    known = {part: _listed(domain / "names" / f"{file}.tsv") for part, file in LISTS.items()}
    pools = {writer: {part: _matching(store, pool, names) for part, names in known.items()}
             for writer, pool in store.pools["any"].items()}
    writers = [writer for writer, parts in pools.items() if all(len(words) > 2 for words in parts.values())]
    while len(found) < count:
        parts = pools[writers[int(rng.integers(len(writers)))]]
        middles = ["middle"] * int(rng.choice((0, 1, 1, 1, 2)))
        chosen = [parts[part][int(rng.integers(len(parts[part])))] for part in ("surname", *middles, "given")]
        text = " ".join(store.lines[line].words[place] for line, place in chosen)
        key = (store.lines[chosen[0][0]].writer, fold(text))
        if key not in seen and len({fold(word) for word in text.split()}) == len(chosen):
            seen.add(key)
            found.append((text, chosen))
    return found


def _listed(path: Path) -> set[str]:
    return {fold(row.split("\t")[0]) for row in path.read_text("utf-8").splitlines()[1:] if row}


def _matching(store: InkStore, pool: list[tuple[int, int]], names: set[str]) -> list[tuple[int, int]]:
    """The pool's words in `names`; those with a capital eight times, as they look like names."""
    words = [(store.lines[line].words[place], (line, place)) for line, place in pool]
    return [at for word, at in words if fold(word) in names for _ in range(8 if word[0].isupper() else 1)]
