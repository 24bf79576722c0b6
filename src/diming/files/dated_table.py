"""Tables of divisions without shapes (无图形的区划表): CSV, as registers publish them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from diming.errors import UnreadableInput
from diming.files.columns import recognise

#: Tried in this order; GB18030 reads anything that GBK writes.
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_dated_table(path: str, fields: dict[str, str] | None = None) -> list[dict[str, str]]:
    """Read a CSV file into rows of role → text; see `diming.files.delivery.ROLES`.

    Raises
    ------
    UnreadableInput
        If it is not there, or no text.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError:
        raise UnreadableInput(
            "{path}: there is no such file or folder; check the path", path=path
        ) from None
    for encoding in _ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        lines = csv.reader(io.StringIO(text, newline=""))
        header = next(lines, [])
        role_of = {c: role for role, c in recognise(header, fields or {}, path=path).items()}
        return [
            {role_of[c]: v.strip() for c, v in zip(header, line, strict=False) if c in role_of}
            for line in lines
            if any(v.strip() for v in line)
        ]
    raise UnreadableInput("{path}: the text is neither UTF-8 nor GB18030", path=path)
