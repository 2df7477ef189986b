"""Sample catalogues, made by the program: nobody's real holdings.

Place names are facts (statistical division names of 通辽); titles, numbers and dates
are put together by rule, the same ones every time. Every workbook says 示例 in its
title row and in the note of every entry. The two layouts are the ones in which rooms
keep their lists: other headings, another date style, retention in words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import xlsxwriter

SAMPLE_NOTE: Final = "示例,非真实档案"
ENTRIES_A_ROOM: Final = 600

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SampleRoom:
    """One room of the demo."""

    fonds: str
    title: str
    banner: str
    """The 旗 it belongs to."""
    sign: str
    """机关代字 of its papers."""
    places: tuple[str, ...]
    is_second_layout: bool

    @property
    def workbook_name(self) -> str:
        """The file's name."""
        return f"示例目录-{self.fonds}.xlsx"


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """One entry of a sample list."""

    code: str
    title: str
    doc_no: str
    creator: str
    year: int
    month: int
    day: int
    retention: str
    """Y, D30 or D10."""
    org: str
    pages: int


ROOMS: Final = (
    SampleRoom(
        "9001",
        "巴彦塔拉镇人民政府(示例)",
        "科尔沁左翼中旗",
        "巴政发",
        (
            "东巴彦塔拉嘎查", "南巴彦塔拉嘎查", "西巴彦塔拉嘎查", "北巴彦塔拉嘎查",
            "前瓜西嘎查", "后瓜西嘎查", "布和浩沁嘎查", "塔格西嘎查", "额伦索克嘎查",
            "查干胡硕嘎查", "布日顺嘎查", "巴彦毛都嘎查", "呼和格乐嘎查", "乌斯吐嘎查",
            "浩力套告嘎查", "哈日乌苏嘎查", "宝日勒岱嘎查", "查干淖尔嘎查",
        ),
        is_second_layout=False,
    ),
    SampleRoom(
        "9002",
        "库伦镇人民政府(示例)",
        "库伦旗",
        "库镇政发",
        (
            "库伦镇东嘎查", "库伦镇西嘎查", "朱占艾里嘎查", "毛敦艾里嘎查",
            "哈尔额日格嘎查", "库伦沟嘎查", "额尔根希泊嘎查", "五家子嘎查",
            "白庙子嘎查", "老虎洞嘎查", "固日班白嘎查", "哈图塔拉嘎查", "满斯嘎查",
            "来斯嘎查", "温都润白兴嘎查", "道老都嘎查", "宝古台嘎查",
        ),
        is_second_layout=True,
    ),
)  # fmt: skip

_SUBJECTS: Final = (
    ("草原禁牧和草畜平衡工作", "农牧", "D30"),
    ("春季造林绿化", "农牧", "D30"),
    ("动物疫病春季集中免疫", "农牧", "D10"),
    ("秋季玉米机收减损", "农牧", "D10"),
    ("黄牛冷配改良", "农牧", "D30"),
    ("农机购置补贴", "农牧", "D30"),
    ("高标准农田建设", "农牧", "Y"),
    ("防汛抗旱责任制", "农牧", "D30"),
    ("森林草原防火", "农牧", "D30"),
    ("土地草原承包经营权确权登记", "自然资源", "Y"),
    ("永久基本农田划定", "自然资源", "Y"),
    ("宅基地审批", "自然资源", "Y"),
    ("沙化土地治理", "自然资源", "D30"),
    ("集体经济清产核资", "经济", "Y"),
    ("危房改造补助资金", "经济", "D30"),
    ("公路养护", "经济", "D30"),
    ("安全饮水工程", "经济", "D30"),
    ("财政惠民资金发放", "经济", "D30"),
    ("固定资产清查", "经济", "D30"),
    ("统计年报", "经济", "Y"),
    ("人居环境整治", "社会事务", "D10"),
    ("城乡居民基本医疗保险征缴", "社会事务", "D10"),
    ("爱国卫生运动", "社会事务", "D10"),
    ("最低生活保障对象核查", "社会事务", "D30"),
    ("退役军人信息采集", "社会事务", "D30"),
    ("校园周边安全", "社会事务", "D10"),
    ("文化站图书管理", "社会事务", "D10"),
    ("蒙古语文社会用字检查", "社会事务", "D10"),
    ("档案工作目标管理", "办公室", "D30"),
    ("政务公开", "办公室", "D10"),
    ("值班和应急工作", "办公室", "D10"),
    ("干部职工年度考核", "办公室", "D30"),
    ("印章使用管理", "办公室", "D30"),
    ("会议纪要督办", "办公室", "D10"),
)
_FORMS: Final = (
    "关于做好{place}{subject}的通知",
    "关于{place}{subject}情况的报告",
    "关于{place}{subject}实施方案的批复",
    "关于成立{place}{subject}领导小组的通知",
    "关于申请{place}{subject}经费的请示",
    "关于{place}{subject}考核结果的通报",
    "关于印发《{place}{subject}实施方案》的通知",
    "关于调整{place}{subject}工作人员的通知",
    "关于开展{place}{subject}专项检查的函",
    "关于{place}{subject}整改落实情况的复函",
    "{place}{subject}工作总结",
    "{place}{subject}工作计划",
)
_SENDERS: Final = (
    ("", ""),
    ("农牧局", "农牧发"),
    ("财政局", "财发"),
    ("民政局", "民发"),
    ("自然资源局", "自然资发"),
    ("水务局", "水发"),
    ("卫生健康委员会", "卫健发"),
    ("林业和草原局", "林草发"),
    ("交通运输局", "交发"),
    ("教育体育局", "教体发"),
)
_ORGS: Final = {
    "办公室": "BGS",
    "农牧": "NMB",
    "社会事务": "SHS",
    "经济": "JJB",
    "自然资源": "ZRZ",
}
_RETENTION_WORDS: Final = {"Y": "永久", "D30": "30年", "D10": "10年"}
_FIRST_YEAR: Final = 2012
_YEARS: Final = 12


def entries(room: SampleRoom, count: int = ENTRIES_A_ROOM) -> Iterator[SampleEntry]:
    """The sample entries of *room*, by year."""
    a_year = -(-count // _YEARS)
    serials: dict[tuple[int, str, str], int] = {}
    for number in range(count):
        year = _FIRST_YEAR + number // a_year
        draw = _Draw(f"{room.fonds}/{number}")
        subject, org, retention = draw.one(_SUBJECTS)
        place, form = draw.one(room.places), draw.one(_FORMS)
        sender, sign = draw.one(_SENDERS) if draw.number(3) == 0 else _SENDERS[0]
        serial = number % a_year + 1 if not sender else draw.number(300) + 1
        group = (year, retention, org)
        serials[group] = serials.get(group, 0) + 1
        yield SampleEntry(
            f"{room.fonds}-WS·{year}-{retention}-{_ORGS[org]}-{serials[group]:04d}",
            form.format(place=place, subject=subject),
            f"{sign or room.sign}〔{year}〕{serial}号",
            room.banner + sender if sender else room.title.removesuffix("(示例)"),
            year,
            number % a_year * 12 // a_year + 1,
            draw.number(28) + 1,
            retention,
            org,
            draw.number(23) + 1,
        )


class _Draw:
    """Numbers that look drawn by lot and are the same every time."""

    def __init__(self, seed: str) -> None:
        digest = hashlib.blake2b(seed.encode(), digest_size=32).digest()
        self._pieces = iter(digest[i : i + 2] for i in range(0, 32, 2))

    def number(self, bound: int) -> int:
        """A number below *bound*."""
        return int.from_bytes(next(self._pieces), "big") % bound

    def one(self, choices: Sequence[_T]) -> _T:
        """One of *choices*."""
        return choices[self.number(len(choices))]


def write_workbook(room: SampleRoom, path: Path, count: int = ENTRIES_A_ROOM) -> None:
    """Write *room*'s list to *path*, in the room's layout."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("目录")
    rows = (
        _second_layout(room, count)
        if room.is_second_layout
        else _first_layout(room, count)
    )
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(place, column, cell)
    book.close()


def write_workbooks(folder: Path, count: int = ENTRIES_A_ROOM) -> tuple[Path, ...]:
    """Write the workbooks of both rooms into *folder*."""
    paths = []
    for room in ROOMS:
        path = folder / room.workbook_name
        write_workbook(room, path, count)
        paths.append(path)
    return tuple(paths)


def _first_layout(room: SampleRoom, count: int) -> Iterator[Sequence[str | int]]:
    """With a title row and a form row above the headings."""
    yield [f"{room.title}归档文件目录"]
    yield ["填表单位:", room.title, "", "", "", "", "", SAMPLE_NOTE]
    yield [
        "序号", "档号", "题名", "文号", "责任者", "日期", "年度", "保管期限",
        "机构(问题)", "页数", "备注",
    ]  # fmt: skip
    for number, entry in enumerate(entries(room, count), 1):
        yield [
            number,
            entry.code,
            entry.title,
            entry.doc_no,
            entry.creator,
            f"{entry.year}{entry.month:02d}{entry.day:02d}",
            entry.year,
            entry.retention,
            entry.org,
            entry.pages,
            SAMPLE_NOTE,
        ]


def _second_layout(room: SampleRoom, count: int) -> Iterator[Sequence[str | int]]:
    """Other headings, dates with dots, retention in words, full-width brackets."""
    yield [f"{room.title}文件目录"]
    yield [
        "档案号", "文件题名", "文件编号", "发文单位", "成文日期", "归档年度", "期限",
        "机构或问题", "页数", "附注",
    ]  # fmt: skip
    for entry in entries(room, count):
        yield [
            entry.code,
            entry.title,
            entry.doc_no.replace("〔", "［").replace("〕", "］"),
            entry.creator,
            f"{entry.year}.{entry.month}.{entry.day}",
            entry.year,
            _RETENTION_WORDS[entry.retention],
            entry.org,
            entry.pages,
            SAMPLE_NOTE,
        ]
