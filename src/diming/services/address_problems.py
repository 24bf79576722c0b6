"""Why an address means no unit, or several (地址问题)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diming.errors import N_
from diming.history.roll import last_day
from diming.model.facts import Facts
from diming.model.located import Why
from diming.model.place import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diming.history.chains import Reading
    from diming.history.offers import Offer
    from diming.model.located import Held
    from diming.model.span import Span
    from diming.script.address import AddressText
    from diming.services.descent import Descent


def why_failing(
    text: AddressText,
    reading: Reading,
    offers: Sequence[Offer],
    held: Sequence[Held],
    spans: Sequence[Span],
    descent: Descent,
) -> Problem:
    """Say at which link an address fails, and why.

    Parameters
    ----------
    text : AddressText
    reading : Reading
        The one that comes farthest.
    offers : sequence of Offer
        What may be meant by the link, the likeliest first.
    held : sequence of Held
        What the links before it mean.
    spans : sequence of Span
        When that held.
    descent : Descent
    """
    assert reading.failing is not None
    written = text.piece(*reading.failing)
    link = {"text": written}
    # What bears this very name, or a name kept short, and is not below the last link.
    known = [o for o in offers if o.why not in (Why.SIMILAR, Why.SOUNDS_ALIKE, Why.BELOW)]
    if not held:
        if any(s.listed for p in reading.paths for s in p.steps):
            return Problem(N_("“{text}” is no unit of the archive that lay there"), Facts(link))
        return Problem(N_("the archive knows no unit “{text}”"), Facts(link))
    superior = held[0].unit
    if not known:
        return Problem(
            N_("the archive knows no “{text}” below {superior}"),
            Facts({**link, "superior": superior.label}),
        )
    best = known[0]
    version = descent.version(best.units[0], last_day(best.days))
    facts = {
        **link, "superior": superior.label, "superior_spans": spans, "unit": version.label,
        "unit_span": descent.span([best.units[0]], best.days[-1])[0],
    }  # fmt: skip
    if best.why is Why.OTHER_TIME:
        return Problem(
            N_(
                "no day is known on which both held: {superior} as named {superior_spans}, "
                "{unit} below it {unit_span}"
            ),
            Facts(facts),
        )
    if best.why is Why.LINEAGE:
        via = descent.version(best.via, last_day(best.days))
        facts |= {
            "via": via.label,
            "unit_span": descent.span([best.units[0], best.via], best.days[-1])[0],
        }
        return Problem(
            N_(
                "no day is known on which both held: {superior} {superior_spans}, {unit} "
                "below {via} {unit_span}"
            ),
            Facts(facts),
        )
    if best.why is Why.OTHER_KIND:
        if not best.via:
            template = N_("the archive knows no “{text}” below {superior}, but {unit}")
            return Problem(template, Facts(facts))
        facts["via"] = descent.version(best.via, last_day(best.days)).label
        return Problem(
            N_("the archive knows no “{text}” below {superior}, but {unit} below {via}"),
            Facts(facts),
        )
    if best.why is Why.CODE_TABLE:
        facts["code"] = best.code
        return Problem(
            N_(
                "the archive has {unit} below {superior} on no day; the code table has it "
                "there as {code}"
            ),
            Facts(facts),
        )
    return Problem(
        N_("there was no “{text}” below {superior}; the name is known elsewhere"), Facts(facts)
    )


def ambiguous(held: Sequence[Held]) -> Problem:
    """Say whether several units bore the names at once, or one after the other."""
    units: dict[str, list[Span]] = {}
    for one in held:
        units.setdefault(one.unit.unit_id, []).extend(one.spans)
    stretches = list(units.values())
    at_once = any(
        a.meets(b)
        for n, spans in enumerate(stretches)
        for a in spans
        for other in stretches[n + 1 :]
        for b in other
    )
    facts = Facts({"count": len(units)})
    if at_once:
        return Problem(N_("it means {count} units; name a superior, a code or a date"), facts)
    return Problem(N_("it means {count} units, one after the other; name a date"), facts)
