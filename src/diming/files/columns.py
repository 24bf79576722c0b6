"""Which column plays which role (字段识别)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.errors import UnreadableInput, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Names by role, in order of preference; compared without letter case.
NAMES: dict[str, tuple[str, ...]] = {
    "code": (
        "code", "adcode", "gb", "xzqdm", "区划代码", "行政区划代码", "代码",
        "villcode", "towncode", "countycode", "id",
    ),
    "name": (
        "name", "xzqmc", "名称", "政区名称", "乡镇名称", "villname", "townname", "countyname",
    ),
    "level": ("level", "级别"),
    "parent": ("parent", "parent_code", "上级代码"),
    "kind": ("kind", "type", "类别"),
    "begin": ("begin", "start_date", "begin_date", "valid_from", "起始日期", "生效日期"),
    "end": ("end", "end_date", "valid_to", "终止日期", "失效日期"),
}  # fmt: skip


def as_text(value: object) -> str:
    """Return a cell as text: nothing is an empty string, whole numbers have no ``.0``."""
    if value is None or str(value) in ("nan", "NaT", "<NA>"):
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


#: Of the names of codes, those of plain identifiers: codes only if none comes twice.
PLAIN_IDS = ("id",)

#: Names as the ten bytes of a .dbf's header leave them, and what they were.
_CUT = {
    name.encode(encoding)[:10].decode(encoding, "ignore"): name
    for names in NAMES.values() for name in names for encoding in ("utf-8", "gb18030")
    if len(name.encode(encoding)) > 10
}  # fmt: skip


def recognise(
    columns: Sequence[str],
    fields: Mapping[str, str],
    *,
    path: str,
    names: Mapping[str, tuple[str, ...]] = NAMES,
) -> dict[str, str]:
    """Return role → column for the columns found.

    Parameters
    ----------
    columns : sequence of str
        Of the layer.
    fields : mapping
        Role → column, as the user said; outranks recognition.
    path : str
        For messages.
    names : mapping
        Names by role; those of layers, unless told otherwise.

    Raises
    ------
    UnreadableInput
        If a column the user named is not there.
    UsageError
        If there is no such role.
    """
    for role in fields:
        if role not in names:
            raise UsageError(
                "there is no role «{role}» for a column; the roles are: {choices}",
                role=str(role)[:60], choices=list(names),
            )  # fmt: skip
    by_name = {str(c).strip().lower(): str(c) for c in reversed(list(columns))}
    found: dict[str, str] = {}
    for name, wide in _CUT.items():
        if name in by_name:
            by_name.setdefault(wide, by_name[name])
    for role, known in names.items():
        if role in fields:
            column = by_name.get(fields[role].strip().lower())
            if column is None:
                raise UnreadableInput(
                    "{path}: there is no column «{column}» to take the {role} from; "
                    "the columns are: {columns}",
                    path=path, column=fields[role], role=role, columns=[str(c) for c in columns],
                )  # fmt: skip
            found[role] = column
            continue
        match = next((by_name[n] for n in known if n in by_name), None)
        if match is not None and match not in found.values():
            found[role] = match
    return found
