"""Forms as documents for Word: the empty form, and templates filled (DOCX 文书)."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING, Any

from diming.errors import UnreadableInput
from diming.files.packed import even
from diming.files.places_to_fill import NUMBER, PLACE, refuse_unknown, repeats, together
from diming.files.workbook import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from diming.handbook.forms import Form

#: Fonts by what official documents are set in (GB/T 9704).
BODY, HEADING, LATIN = "仿宋", "黑体", "Times New Roman"
_BODY_PT, _CELL_PT, _HEADING_PT = 16, 12, 22


def blank_docx(form: Form) -> bytes:
    """Return a form as a document whose places are not filled: to be edited."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = Document()
    section = document.sections[0]
    wide = len(form.heads) > 5
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Cm(29.7), Cm(21.0)) if wide else (Cm(21.0), Cm(29.7))
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.5)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = LATIN, Pt(_BODY_PT)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    _speaks_chinese(document)

    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(heading, form.heading, _HEADING_PT, font=HEADING, bold=True)
    for text in form.lead:
        paragraph = document.add_paragraph()
        # Whom a report is for stands at the margin, as do all that end in a colon.
        if not text.endswith("："):
            paragraph.paragraph_format.first_line_indent = Pt(2 * _BODY_PT)
        _run(paragraph, text, _BODY_PT)
    room = 24.5 if wide else 15.8
    if form.heads:
        table = _table(document, 2, len(form.heads))
        for row in table.rows:
            row.height = Cm(1.0)
        for cell, text in zip(table.rows[0].cells, form.heads, strict=True):
            _cell(cell, text, label=True)
        for cell, text in zip(table.rows[1].cells, form.row, strict=True):
            _cell(cell, text, label=text == f"{{{{{NUMBER}}}}}")
        _repeat_head(table.rows[0])
        _widths(table, _shares(form.heads), room)
    if form.grid:
        table = _table(document, len(form.grid), 4)
        for row, line in zip(table.rows, form.grid, strict=True):
            row.height = Cm(0.9 if len(line) == 4 else 1.3)
            cells = row.cells
            if len(line) == 2:
                cells = (cells[0], cells[1].merge(cells[3]))
            for n, (cell, text) in enumerate(zip(cells, line, strict=True)):
                _cell(cell, text, label=n % 2 == 0)
        _widths(table, [3, 5, 3, 5], room)
    if form.tail:
        document.add_paragraph()
    for text in form.tail:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(paragraph, text, _BODY_PT)
    return _saved(document)


def filled_docx(template: bytes, source: str, each: Sequence[Mapping[str, str]]) -> bytes:
    """Return a template filled: lines of tables with ``{{序号}}`` come once for every name.

    Parameters
    ----------
    template : bytes
    source : str
        For messages.
    each : sequence of mapping
        Place → text, one mapping a name; outside such lines, different values are joined.

    Raises
    ------
    UnreadableInput
        If it is no document.
    UsageError
        If it has a place that nothing fills.
    """
    from docx import Document
    from docx.oxml.ns import qn

    try:
        document = Document(io.BytesIO(template))
    except Exception as error:  # Whatever a damaged archive or its XML raises.
        raise UnreadableInput(
            "{path}: this is no document that can be read ({detail})",
            path=source, detail=str(error) or type(error).__name__,
        ) from error  # fmt: skip
    parts = [document.element.body, *_margins(document)]
    texts = [_text(p) for part in parts for p in part.iter(qn("w:p"))]
    refuse_unknown(texts, each[0], source)
    for part in parts:
        for row in list(part.iter(qn("w:tr"))):
            if not repeats("".join(_text(p) for p in row.iter(qn("w:p")))):
                continue
            for number, values in enumerate(each, start=1):
                line = copy.deepcopy(row)
                row.addprevious(line)
                _fill(line, {**values, NUMBER: str(number)})
            row.getparent().remove(row)
        _fill(part, {**together(each), NUMBER: ""})
    return _saved(document)


def _fill(element: Any, values: Mapping[str, str]) -> None:
    """Fill places, although an editor may have cut them into several runs."""
    from docx.oxml.ns import qn

    for paragraph in element.iter(qn("w:p")):
        pieces = [t for t in paragraph.iter(qn("w:t")) if _paragraph(t) is paragraph]
        text = "".join(t.text or "" for t in pieces)
        for found in reversed(list(PLACE.finditer(text))):
            value, at = printable(values[found[1]]), 0
            first = True
            for piece in pieces:
                held = piece.text or ""
                begin, end = max(found.start() - at, 0), min(found.end() - at, len(held))
                at += len(held)
                if begin >= end:
                    continue
                piece.text = held[:begin] + (value if first else "") + held[end:]
                piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                first = False
        for piece in pieces:
            _break(piece)


def _break(piece: Any) -> None:
    """Let lines of a value begin on lines of their own."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    lines = (piece.text or "").split("\n")
    if len(lines) < 2:
        return
    piece.text = lines[0]
    last = piece
    for line in lines[1:]:
        for made in (OxmlElement("w:br"), OxmlElement("w:t")):
            last.addnext(made)
            last = made
        last.text = line
        last.set(qn("xml:space"), "preserve")


def _text(paragraph: Any) -> str:
    from docx.oxml.ns import qn

    return "".join(t.text or "" for t in paragraph.iter(qn("w:t")))


def _paragraph(piece: Any) -> Any:
    from docx.oxml.ns import qn

    return next(piece.iterancestors(qn("w:p")))


def _margins(document: Any) -> Iterator[Any]:
    """Yield headers and footers that the document has of its own."""
    for section in document.sections:
        for part in (section.header, section.footer, section.first_page_header,
                     section.first_page_footer):  # fmt: skip
            if not part.is_linked_to_previous:
                yield part._element


def _run(paragraph: Any, text: str, size_pt: int, *, font: str = BODY, bold: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = LATIN, Pt(size_pt), bold
    # Word takes the font of Chinese characters from here alone.
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(document: Any, rows: int, columns: int) -> Any:
    from docx.enum.table import WD_TABLE_ALIGNMENT

    table = document.add_table(rows, columns, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    return table


def _cell(cell: Any, text: str, *, label: bool) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    if label:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, text, _CELL_PT, font=HEADING if label else BODY)


def _widths(table: Any, shares: Sequence[float], room_cm: float) -> None:
    from docx.shared import Cm

    table.autofit = False
    each = [Cm(room_cm * s / sum(shares)) for s in shares]
    for column, width in zip(table.columns, each, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row._tr.tc_lst, _of_row(row, each), strict=True):
            cell.width = width


def _of_row(row: Any, each: Sequence[Any]) -> list[Any]:
    widths, at = [], 0
    for cell in row._tr.tc_lst:
        widths.append(sum(each[at : at + cell.grid_span]))
        at += cell.grid_span
    return widths


def _shares(heads: Sequence[str]) -> list[float]:
    """Return how wide columns are: what is described takes more than what is counted."""
    narrow, broad = {NUMBER: 1.2}, {"位置描述": 5, "概况": 7, "得名原由": 6, "罗马字母拼写": 4}
    return [narrow.get(h) or broad.get(h, 3) for h in heads]


def _speaks_chinese(document: Any) -> None:
    """Say that the text is Chinese of the mainland: marks and shapes of characters follow."""
    from docx.oxml.ns import qn

    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:eastAsia"), "zh-CN")


def _repeat_head(row: Any) -> None:
    """Let the headings stand on every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _saved(document: Any) -> bytes:
    document.core_properties.author = ""
    buffer = io.BytesIO()
    document.save(buffer)
    return even(buffer.getvalue())
