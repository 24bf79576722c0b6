"""Applications as they come in: a table, or options of the command (申请表读取)."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from diming.errors import UnreadableInput, UsageError
from diming.files.rows import Row, read_rows
from diming.script.degrees import LIMITS_DEG, read_degrees

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from diming.handbook.procedure import Procedure
    from diming.handbook.titled import Titled

#: Key → headings.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "act": ("办理事项", "申请事项", "事项", "办理类型"),
    "class": ("地名类别", "类别"),
    "class_code": ("类别代码",),
    "name": ("标准名称", "拟用名称", "拟命名", "地名", "名称"),
    "old_name": ("原名称", "原地名", "曾用名"),
    "place": ("地点编号", "place_id"),
    "romanisation": ("罗马字母拼写", "拼音", "汉语拼音"),
    "within": ("所属政区", "所在政区", "所在行政区"),
    "location": ("位置描述", "位置", "地理位置"),
    "lon": ("东经", "经度", "longitude"),
    "lat": ("北纬", "纬度", "latitude"),
    "feature": ("性质", "地理实体性质"),
    "size": ("规模",),
    "reason": ("理由", "命名理由", "更名理由"),
    "origin": ("来历及含义", "来历"),
    "meaning": ("含义",),
    "history": ("历史沿革",),
    "overview": ("实体概况", "概况"),
    "code": ("地名代码",),
    "remark": ("备注",),
    "by": ("申请人", "申请单位", "申请主体"),
    "role": ("主体类型",),
    "day": ("申请日期", "申请时间", "date"),
    "documents": ("申请材料", "材料", "提交材料", "document"),
}
_BETWEEN = re.compile(r"[;；、\n|]+")


def read_applications(path: str, procedure: Procedure) -> list[tuple[Row, dict[str, Any]]]:
    """Read a table of applications: what each row says, by key.

    Raises
    ------
    UnreadableInput
        If it is no such table.
    """
    rows = read_rows(path, HEADINGS, needs="act")
    return [(row, fields(row.cells, procedure)) for row in rows]


def fields(cells: Mapping[str, Any], procedure: Procedure) -> dict[str, Any]:
    """Return what a row says: acts, classes and documents by id, days as days.

    What is no day or no number is kept as ``bad``: pairs of field and text.
    """
    said: dict[str, Any] = {k: v for k, v in cells.items() if v not in ("", None)}
    for key, words in (("act", procedure.acts), ("class", procedure.classes),
                       ("role", procedure.roles)):  # fmt: skip
        if said.get(key):
            said[key] = id_meant(words.values(), str(said[key])) or said[key]
    given = said.get("documents") or ()
    if isinstance(given, dict):
        given = [f"{k}={v}" for k, v in given.items()]
    elif isinstance(given, str):
        given = [g for g in _BETWEEN.split(given) if g.strip()]
    said["documents"] = dict(document(str(g), procedure) for g in given)
    bad: list[tuple[str, str]] = []
    if said.get("day") and not isinstance(said["day"], date):
        try:
            said["day"] = date.fromisoformat(str(said["day"]).strip().replace("/", "-"))
        except ValueError:
            bad.append(("day", str(said.pop("day"))))
    for key, limit in LIMITS_DEG.items():
        if key in said:
            value = read_degrees(str(said[key]), limit=limit)
            if value is None:
                bad.append((key, str(said.pop(key))))
            else:
                said[key] = value
    if bad:
        said["bad"] = bad
    return said


def id_meant(words: Iterable[Titled], text: str) -> str | None:
    """Return the id that a text means: the id itself, or a title in either language."""
    wanted = text.strip().lower()
    return next((w.id for w in words if wanted in (w.id, w.zh.lower(), w.en.lower())), None)


def document(text: str, procedure: Procedure) -> tuple[str, str]:
    """Read ``批复=渝民〔2026〕1号`` or ``批复``; other documents keep their own name.

    Raises
    ------
    UsageError
        If there is nothing before the sign.
    """
    name, _, value = text.partition("=")
    if not name.strip():
        raise UsageError("a document is written NAME or NAME=NUMBER, not “{value}”", value=text)
    return id_meant(procedure.documents.values(), name) or name.strip(), value.strip()


def refuse_bad(said: Mapping[str, Any], source: str) -> None:
    """Refuse a row with what is no day, or no number of degrees.

    Raises
    ------
    UnreadableInput
    """
    for column, value in said.get("bad", ()):
        if column == "day":
            raise UnreadableInput(
                "{path}: {column}: “{value}” is no date such as 2024-12-31",
                path=source, column=HEADINGS["day"][0], value=value,
            )  # fmt: skip
        raise UnreadableInput(
            "{path}: {column}: “{value}” is no number of degrees",
            path=source, column=HEADINGS[column][0], value=value,
        )  # fmt: skip
