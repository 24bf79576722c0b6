"""What an application puts into notices and forms, by place of the template (文书填充)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from diming.handbook.procedure import Procedure
    from diming.rules.steps import Standing


def matter_values(
    now: Standing, procedure: Procedure, given: Mapping[str, str] = {}
) -> dict[str, str]:
    """Return place → text; forms are in Chinese.

    Parameters
    ----------
    now : Standing
    procedure : Procedure
    given : mapping, optional
        Places filled by whoever writes the form, before what the application says.
    """
    said = now.facts
    approved, announced = now.step_to("approved"), now.step_to("announced")
    first = now.entries[0]
    kind, act = procedure.classes.get(now.class_id), procedure.acts.get(now.act)
    within = "".join(said.get("within_path") or ()) or str(said.get("within", ""))
    registered = now.step_to("filed") or now.step_to("in_database")
    values = {
        "办件编号": now.matter_id,
        "办理事项": "" if act is None else act.zh,
        "标准名称": said.get("name"),
        "汉字书写": said.get("name"),
        "罗马字母拼写": said.get("romanisation"),
        "原名称": said.get("old_name"),
        "地名类别": "" if kind is None else kind.zh,
        "类别代码": said.get("class_code"),
        "地名代码": said.get("code"),
        "所属政区": within,
        "位置描述": said.get("location"),
        "东经": _degrees(said.get("lon")),
        "北纬": _degrees(said.get("lat")),
        "性质": said.get("feature"),
        "规模": said.get("size"),
        "理由": said.get("reason"),
        "来历": said.get("origin"),
        "含义": said.get("meaning"),
        "历史沿革": said.get("history"),
        "实体概况": said.get("overview"),
        "申请人": first.said.get("by"),
        "申请时间": chinese_day(first.day),
        "批准机关": "" if approved is None else approved.said.get("by"),
        "批准时间": "" if approved is None else chinese_day(approved.day),
        "批准文号": said.get("approval_number"),
        "使用时间": "" if approved is None else _in_use(now, procedure),
        "公告机关": "" if announced is None else announced.said.get("by"),
        "公告日期": "" if announced is None else chinese_day(announced.day),
        "登记单位": "" if registered is None else registered.said.get("by"),
        "登记时间": "" if registered is None else chinese_day(registered.day),
        "备案机关": said.get("filed_with"),
        "备案材料": _documents(now, procedure),
        "办理过程": _course(now, procedure),
        "备注": said.get("remark"),
    }
    texts = {k: "" if v is None else str(v) for k, v in values.items()}
    if unknown := sorted(set(given) - set(texts)):
        raise UsageError(
            "forms have no place {unknown}; the places are: {known}",
            unknown=unknown, known=sorted(texts),
        )  # fmt: skip
    return {**texts, **given}


def refuse_undecided(now: Standing) -> None:
    """Refuse to announce what was not approved.

    Raises
    ------
    UsageError
    """
    if now.step_to("approved") is None:
        raise UsageError(
            "{matter} was not approved; what is announced is the decision",
            matter=now.matter_id,
        )


def chinese_day(day: date) -> str:
    """Return a day as documents write it.

    Examples
    --------
    >>> from datetime import date
    >>> chinese_day(date(2026, 3, 1))
    '2026年3月1日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def _in_use(now: Standing, procedure: Procedure) -> str:
    step = now.step_to(procedure.names_begin)
    if step is None:
        return ""
    return chinese_day(step.day) + ("停用" if now.act == "abolish" else "起")


def _documents(now: Standing, procedure: Procedure) -> str:
    titles = procedure.documents
    said = [
        (titles[d].zh if d in titles else d) + (f"（{text}）" if text else "")
        for d, text in now.documents.items()
    ]
    return "；".join(said)


def _course(now: Standing, procedure: Procedure) -> str:
    states = procedure.states
    return "；".join(
        f"{chinese_day(e.day)}{states[e.state].zh if e.state in states else e.state}"
        f"（{e.said.get('by', '')}）"
        for e in now.entries
    )


def _degrees(value: Any) -> str:
    return "" if value in (None, "") else f"{float(value):.6f}".rstrip("0").rstrip(".") + "°"
