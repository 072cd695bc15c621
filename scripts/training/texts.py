"""Made-up texts in the wording of civil-status registers. No person is meant:
names are drawn token by token from frequency lists."""

import random
import re

DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()
FALLBACK = {
    "surname": ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ"],
    "middle": ["Thị", "Văn", "Ngọc", "Minh", "Đức", "Hữu", "Thanh", "Xuân"],
    "given": ["Anh", "Linh", "Hương", "Tuấn", "Hằng", "Phúc", "Quý", "Thuỷ", "Yến", "Dũng"],
    "place": [("Xã Tân Lập", "Huyện Đan Phượng", "Thành phố Hà Nội")],
    "ethnic": ["Kinh", "Tày", "Thái", "Mường", "Khmer", "Nùng", "Hoa", "Dao", "Ê Đê", "H'Mông"],
}
FIXED = """Chủ tịch|Phó Chủ tịch|Phó Chủ tịch UBND|Chủ tịch UBND xã|Thường trú|Tạm trú|Cha đẻ|Mẹ đẻ|Ông nội
Bà ngoại|Bà nội|Ông ngoại|Anh ruột|Chị ruột|Bố đẻ|Bản thân|Con đẻ|Việt Nam|Nam|Nữ|Nam/Nữ|Kinh|Đúng hạn|Quá hạn
Đăng ký lại|Không|Không rõ|Đã chết|Đã ly hôn|Độc thân|Chưa đăng ký kết hôn|Kết hôn lần đầu|Kết hôn lần 2|làm ruộng
Công nhân|Giáo viên|Nông dân|Nội trợ|Buôn bán|Bộ đội|Cán bộ|Học sinh|Công an tỉnh|Cục CS QLHC về TTXH
Cán bộ tư pháp - hộ tịch|Công chức TP-HT|Trạm y tế xã|Bệnh viện đa khoa tỉnh|Bệnh viện phụ sản|Tại nhà|Già yếu
Bệnh già|Tai nạn giao thông|Ung thư|Đột quỵ|Đuối nước|Bệnh tim|Nhồi máu cơ tim|Giấy báo tử|Giấy chứng sinh
cải chính họ tên|Đã cấp bản sao|Ghi chú|nt|như trên|Nơi sinh|Quê quán|Dân tộc|Quốc tịch|Trung Quốc|Lào|Hoa Kỳ|Pháp
sanh|chánh|nhứt|Giấy khai sinh|Trích lục|Đã đăng ký khai sinh|TM. UBND|KT. Chủ tịch|đã được đăng ký""".replace("\n", "|").split("|")


# Name parts of peoples whose names follow other patterns than the Kinh's.
PEOPLES = {
    "first": "H'|Y|K'|Ka|Rơ|Kpă|Ksor|Siu|Nay|Rah|Puih|A|Đinh|Hồ|Giàng|Vàng|Thào|Sùng|Lò|Lường|Cà|Quàng|Vừ|Mùa|Hạng|Thạch|Kim|Sơn|Danh|Chau|Châu|Néang|Lâm".split("|"),
    "middle": "A|Thị|Văn|H'|Y|Seo|Páo|Mí|Bá|Sa|Sô|Chẩn|Tả|Mẩy|Láo|Thị|".split("|"),
    "last": """Niê|Byă|Ayŭn|Êban|Kbuôr|Mlô|Hmŏk|Buôn Yă|Bkrông|Buôn Krông|Knul|Enuôl|Ênuôl|Kđoh|Hwing|Buôn Dap|Siu|Kpă|Rmah|Rcom|Nay|Ksor|Păng Ting
Lơ Mu|Cil|Kơ Să|Bon Niêng|Đăm|Brui|Ktla|Srŭk|Bhăm|Blô|Krông|Čil|Ƀon|Mŭn|Dơng|Blơt|Blớt|Klơng|Thŭng|Phơr|Dỡ|Páo|Sình|Chua|Dế|Lử|Pó|Vư|Súa|Mai|Mẩy|Phăm|Ré|Sa Rây|Sóc Kha|Sô Phia|Ni
Thươl|Rinh|Điêu|Byŭt|Bră|Hlơi|Djuê|Drang|Dlăng|Wôn|Čư|Plŏng|Glơ̆ng|Kê̆|Nhô̆n|Bư̆t|Ñă|Ñim|Ƀrih|Sĭm|Tĕng|Č'Lang""".replace("\n", "|").split("|"),
}
NATIONS = "Việt Nam|Trung Quốc|Đài Loan|Hàn Quốc|Nhật Bản|Lào|Campuchia|Thái Lan|Hoa Kỳ|Mỹ|Pháp|Đức|Anh|Úc|Ca-na-đa|Nga|Ma-lai-xi-a|Singapore|Ấn Độ|Không quốc tịch".split("|")
FOREIGN = "Nguyen|Kim|Park|Lee|Wang|Chen|Zhang|Lin|Tanaka|Suzuki|Jean|Pierre|Marie|Michel|David|John|Robert|Thomas|Anna|Joseph|Martin|Müller|Schmidt|François|Hélène|Xavier|Wei|Jun|Min|Soo|Hyun|Ferdinand|Zsófia|Walter|Fischer|Wolfgang|Jeffrey|Françoise|Zoë|Björn".split("|")


def number_in_words(value: int, thousand: str = "nghìn") -> str:
    """Vietnamese numeral of 0 <= value < 10,000."""
    if value >= 1000:
        rest = value % 1000
        head = f"{DIGITS[value // 1000]} {thousand}"
        if not rest:
            return head
        return f"{head} không trăm {_below_hundred(rest, True)}" if rest < 100 else f"{head} {number_in_words(rest)}"
    if value >= 100:
        rest = value % 100
        return f"{DIGITS[value // 100]} trăm" + (f" {_below_hundred(rest, True)}" if rest else "")
    return _below_hundred(value, False)


def _below_hundred(value: int, after_hundred: bool) -> str:
    tens, ones = divmod(value, 10)
    if tens == 0:
        return f"linh {DIGITS[ones]}" if after_hundred else DIGITS[ones]
    word = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    if ones == 0:
        return word
    if ones == 5:
        return word + " lăm"
    if ones == 1 and tens > 1:
        return word + " mốt"
    return f"{word} {DIGITS[ones]}"


class Texts:
    """Draws texts; `domain` is the folder with `names/` and `places/`, or None."""

    def __init__(self, domain, rng: random.Random) -> None:
        self.rng = rng
        self.words = dict(FALLBACK)
        if domain is not None and domain.is_dir():
            self._load(domain)

    def _load(self, domain) -> None:
        for kind, file in (("surname", "surname_freq"), ("middle", "middle_name_freq"), ("given", "given_name_freq")):
            rows = _rows(domain / "names" / f"{file}.tsv")
            # Square root: rare names are seen too.
            self.words[kind] = [r[0] for r in rows for _ in range(max(1, int(int(r[1]) ** 0.5) // 2))]
        units = {}
        for code, level, name, _, parent, *_rest in _rows(domain / "places" / "admin_units_history_2004_2025.tsv"):
            units[(level, code)] = (name, parent)
        self.words["place"] = []
        for (level, _), (name, parent) in units.items():
            district = units.get(("2", parent))
            if level == "3" and district and ("1", district[1]) in units:
                self.words["place"].append((name, district[0], units[("1", district[1])][0]))
        self.words["ethnic"] = [r[1] for r in _rows(domain / "codes" / "ethnic_groups.tsv")]

    def _one(self, kind: str):
        return self.rng.choice(self.words[kind])

    def name(self) -> str:
        middles = [self._one("middle") for _ in range(self.rng.choice((0, 1, 1, 1, 2)))]
        name = " ".join([self._one("surname"), *middles, self._one("given")])
        return name.upper() if self.rng.random() < 0.2 else name

    def rare_name(self) -> str:
        """A minority or foreign name."""
        if self.rng.random() < 0.3:
            return " ".join(self.rng.choice(FOREIGN) for _ in range(self.rng.choice((2, 2, 3))))
        first, middle, last = (self.rng.choice(PEOPLES[part]) for part in ("first", "middle", "last"))
        words = [first, middle, last] if self.rng.random() < 0.5 else [first, last]
        if self.rng.random() < 0.3:
            words.insert(-1, self.rng.choice((self._one("given"), self.rng.choice(PEOPLES["last"]))))
        return re.sub(r"' (?=\w)", self.rng.choice(("'", "'", "' ")), " ".join(word for word in words if word))

    def place(self) -> str:
        units = list(self._one("place"))
        style = self.rng.random()
        if style < 0.35:
            units = [unit[0].lower() + unit[1:] if i else unit for i, unit in enumerate(units)]
        elif style < 0.6:
            units = [_abbreviate(unit) for unit in units]
        elif style < 0.75:
            units = [re.sub(r"^(Xã|Phường|Thị trấn|Huyện|Quận|Tỉnh|Thành phố) ", "", unit) for unit in units]
        if self.rng.random() < 0.25:
            units.insert(0, self.rng.choice((f"Thôn {self.rng.randint(1, 15)}", f"Tổ {self.rng.randint(1, 40)}", f"Ấp {self._one('given')}", f"Số {self.rng.randint(1, 400)} đường {self.name()}")))
        count = self.rng.choice((1, 2, 3, 3))
        return self.rng.choice((", ", ", ", " - ", " ")).join(units[-count:] if self.rng.random() < 0.5 else units[:count])

    def date(self) -> str:
        day, month, year = self.rng.randint(1, 31), self.rng.randint(1, 12), self.rng.randint(1900, 2023)
        sign = self.rng.choice("//.-")
        short = str(year % 100).zfill(2) if self.rng.random() < 0.15 else str(year)
        if self.rng.random() < 0.6:
            day, month = str(day).zfill(2), str(month).zfill(2)
        return self.rng.choice((f"{day}{sign}{month}{sign}{short}", f"{day}{sign}{month}{sign}{short}", f"{day}{sign}{month}{sign}{short}",
                                f"{month}{sign}{year}", f"{day} {sign} {month} {sign} {year}",
                                f"ngày {day} tháng {month} năm {year}", f"năm {year}", f"{year}", f"{day} - {month} - {year}"))

    def date_in_words(self) -> str:
        day, month = number_in_words(self.rng.randint(1, 31)), number_in_words(self.rng.randint(1, 12))
        month = "tư" if month == "bốn" and self.rng.random() < 0.7 else "giêng" if month == "một" and self.rng.random() < 0.2 else month
        year = number_in_words(self.rng.randint(1900, 2023), self.rng.choice(("nghìn", "nghìn", "ngàn")))
        if self.rng.random() < 0.3:
            day = self.rng.choice(("mồng ", "mùng ")) + day
        month = "chạp" if month == "mười hai" and self.rng.random() < 0.2 else month
        year = self._as_spoken(year)
        parts = [f"ngày {day}", f"tháng {month}", f"năm {year}"]
        text = self.rng.choice((" ", " ", ", ")).join(parts[self.rng.choice((0, 0, 0, 1, 2)):])
        text += self.rng.choice((" âm lịch", " (âm lịch)", " (ÂL)")) if self.rng.random() < 0.05 else ""
        return text[0].upper() + text[1:] if self.rng.random() < 0.7 else text

    def _as_spoken(self, year: str) -> str:
        """A year in words with the by-forms of registers."""
        for usual, other in ((" linh ", " lẻ "), ("mươi bốn", "mươi tư"), (" lăm", " nhăm"), ("mươi ", "mươi "), ("mười lăm", "mười năm")):
            if usual in year and self.rng.random() < 0.35:
                year = year.replace(usual, other)
        return year

    def number(self) -> str:
        rng = self.rng
        year = rng.randint(1975, 2023)
        return rng.choice((f"{rng.randint(1, 400)}/{year}", f"{rng.randint(1, 12):02d}/{year}", f"{rng.randint(1, 500)}",
                           f"{rng.randint(1, 99):02d}", f"Số {rng.randint(1, 300)}", f"{rng.randint(15, 90)} tuổi",
                           f"{rng.randint(0, 23)} giờ {rng.randint(0, 59)} phút", f"{rng.randint(10**8, 10**9 - 1)}",
                           f"0{rng.randint(10**10, 10**11 - 1)}", f"{rng.randint(1, 200)}/QĐ-UBND"))

    def figures(self) -> str:
        """A date or number of digits and signs alone."""
        while True:
            text = self.date() if self.rng.random() < 0.6 else self.number()
            if any(c.isdigit() for c in text) and all(c in "0123456789/.- " for c in text):
                return text

    def papers(self) -> str:
        rng = self.rng
        number = str(rng.randint(10**8, 10**9 - 1)) if rng.random() < 0.6 else f"0{rng.randint(10**10, 10**11 - 1)}"
        kind = rng.choice(("CMND số", "CCCD số", "Số CMND", "CMT", "Giấy CMND số", "Hộ chiếu số"))
        province = self._one("place")[2].split(" ", 1)[1]
        rest = rng.choice(("", f" cấp ngày {self.date()}", f" do CA {province} cấp", f" cấp ngày {self.date()}, nơi cấp CA {province}"))
        return f"{kind} {number}{rest}"

    def draw(self) -> str:
        """One text of 1 to about 70 characters."""
        kind = self.rng.random()
        for share, draw in ((0.16, self.name), (0.26, self.rare_name), (0.39, self.place), (0.59, self.date), (0.69, self.date_in_words),
                            (0.86, self.number), (0.90, self.papers)):
            if kind < share:
                return draw()
        if kind < 0.95:
            return self.rng.choice((self._one("ethnic"), self._one("ethnic"), self.rng.choice(NATIONS), self.rng.choice(("Nam", "Nữ", "nam", "nữ"))))
        fixed = self.rng.choice(FIXED)
        return f"{self.name()} - {fixed}" if self.rng.random() < 0.2 else fixed


def _rows(path):
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line]


def _abbreviate(unit: str) -> str:
    for long, short in (("Thành phố ", "TP "), ("Thị trấn ", "TT "), ("Thị xã ", "TX "), ("Phường ", "P. "),
                        ("Huyện ", "H. "), ("Quận ", "Q. "), ("Tỉnh ", "T. "), ("Xã ", "X. ")):
        if unit.startswith(long):
            return short + unit[len(long):]
    return unit
