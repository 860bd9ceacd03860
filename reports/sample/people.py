"""Invented people: names, birth dates, identity numbers with valid check digits, mobile numbers."""

from dataclasses import dataclass
from datetime import date

from .chance import Chance, years_later

SAMPLE_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单仇解查乐"
)
GIVEN = {
    "男": ("嘉家志文子浩宇云景承启永海泽楚延书彦兆立", "航轩豪鹏峰博强远琛铭辰宁森恺桐麟涵渊骁硕"),
    "女": ("雨思佳梦欣文诗雅慧若语心依馨素秋念采书芷", "涵琪怡瑶萱妍莹洁琳倩蕾颖薇雪媛岚宁茜蓉榕"),
}
SHORT_GIVEN = {"男": "屹铮翊骞淳奕垚朔", "女": "昀钰淇筠晗苒婕瑜"}

# Names of well-known people that the syllables above could form.
WELL_KNOWN = set("张子萱 林志颖 李文博 张文博 吴奕 陈奕 杜淳 王骁 张昀 陈雨涵 李书怡 王浩森 王云鹏 郑云龙".split())

# A Uyghur name with a middle dot, and a character of CJK Extension A: both are common in rosters.
REMARKABLE = [("热娜·艾合买提", "女"), ("陈䶮", "男"), ("欧阳书宁", "女"), ("单立航", "男")]

COUNTIES = ["110105"] * 9 + "110108 110106 110229 120225 140421 150430 370725".split()

# Prefixes not assigned to any operator, so that no number belongs to a real person.
UNASSIGNED_PREFIXES = ["154", "160", "161", "163", "164", "168", "169"]

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(eq=False)
class SamplePerson:
    """One human being, the same in every sheet."""

    name: str
    gender: str
    born: date
    identity_number: str | None
    mobile: str | None
    volunteer_no: str | None = None

    def age_on(self, day):
        """Full years of age on `day`."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


def identity_number(county, born, serial):
    """An 18-character identity number with its check digit (GB 11643)."""
    digits = f"{county}{born:%Y%m%d}{serial:03d}"
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11
    return digits + "10X98765432"[remainder]


class People:
    """The source of people: no two share a name, an identity number or a mobile number."""

    def __init__(self):
        self._chance = Chance("people of the sample year")
        self._names = set(WELL_KNOWN)
        self._numbers = set()
        self._remarkable = dict(REMARKABLE)

    def person(self, first_born, last_born, gender=None, surname=None):
        """A new person born between the two days."""
        gender = gender or self._chance.choice("男女")
        return self._numbered(self._name(gender, surname), gender, self._chance.day(first_born, last_born))

    def remarkable(self, first_born, last_born):
        """A new person with the next name of REMARKABLE; raises StopIteration when there are none left."""
        name = next(iter(self._remarkable))
        return self._numbered(name, self._remarkable.pop(name), self._chance.day(first_born, last_born))

    def child(self, first_born, last_born):
        """A new person without a mobile number."""
        person = self.person(first_born, last_born)
        person.mobile = None
        return person

    def guardian(self, child):
        """A new guardian for the child: the father, or the mother with her own surname."""
        surname = self._chance.choice([child.name[0], None])
        return self.person(date(1970, 1, 1), date(1984, 12, 31), "男" if surname else "女", surname)

    def aged(self, youngest, oldest, day):
        """A new person whose age on `day` is between the two."""
        return self.person(years_later(day, -oldest), years_later(day, -youngest))

    def name(self):
        """A name for a person of whom the ledger records nothing else."""
        return self._name(self._chance.choice("男女"))

    def mobile(self):
        """An unused mobile number."""
        return self._new(lambda: f"{self._chance.choice(UNASSIGNED_PREFIXES)}{self._chance.randrange(10**8):08d}")

    def volunteer_no(self):
        """An unused number in the volunteers' register."""
        return self._new(lambda: f"110105{self._chance.randrange(10**7):07d}")

    def _name(self, gender, surname=None):
        chance = self._chance

        def invent():
            family = surname or chance.choice(SAMPLE_SURNAMES)
            if chance.likely(0.12):
                return family + chance.choice(SHORT_GIVEN[gender])
            return family + "".join(chance.choice(syllables) for syllables in GIVEN[gender])

        return self._new(invent, self._names)

    def _numbered(self, name, gender, born):
        self._names.add(name)

        def number():
            # The last digit before the check digit is odd for men.
            serial = self._chance.randrange(50) * 2 + (gender == "男") + self._chance.randrange(9) * 100
            return identity_number(self._chance.choice(COUNTIES), born, serial)

        # The office lacks the identity number of one person in ten.
        known = self._chance.likely(0.9)
        return SamplePerson(name, gender, born, self._new(number) if known else None, self.mobile())

    def _new(self, make, taken=None):
        taken = self._numbers if taken is None else taken
        while (value := make()) in taken:
            pass
        taken.add(value)
        return value
