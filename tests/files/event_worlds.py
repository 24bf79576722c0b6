"""Random events, as many kinds of them as a file can say."""

from datetime import date

import shapely
from hypothesis import strategies as st

from diming.model.event import Event, EventType, Move, TerritoryKind, UnitRef
from diming.model.span import Precision, When
from diming.model.unit import Level

WORDS = st.text(
    st.one_of(
        st.sampled_from("渝北区县𠮷;[]~*/ ()a1"),
        st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")),
    ),
    min_size=1, max_size=8,
).filter(lambda text: text == text.strip())  # fmt: skip
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
CODES = st.sampled_from(["500000", "500101", "500101001", "500101001201"])


@st.composite
def whens(draw):
    day, precision = draw(DAYS), draw(st.sampled_from(Precision))
    if precision is Precision.YEAR and draw(st.booleans()):
        day = day.replace(month=1, day=1)
    if precision is Precision.MONTH and draw(st.booleans()):
        day = day.replace(day=1)
    return When(day, precision)


@st.composite
def areas(draw):
    x, y = draw(st.floats(-179, 178)), draw(st.floats(-89, 88))
    step = draw(st.floats(0.001, 0.4))
    box = shapely.box(x, y, x + step, y + step)
    if draw(st.booleans()):
        return box
    hole = shapely.box(x + step / 4, y + step / 4, x + step / 2, y + step / 2)
    return shapely.MultiPolygon([box.difference(hole), shapely.box(x + 0.5, y, x + 0.9, y + 0.4)])


@st.composite
def lines(draw):
    x, y = draw(st.floats(-179, 178)), draw(st.floats(-89, 88))
    return shapely.LineString([(x, y), (x + 0.5, y + 0.25), (x + 1, y)])


@st.composite
def units(draw, depth=3):
    system = draw(st.sampled_from(["ministry", "nbs", "source"]))
    codes = WORDS if system == "source" else CODES
    name = draw(WORDS | st.just(""))
    code = draw(codes | st.none())
    unit_id = draw(WORDS | st.none())
    top = depth == 3
    part = top and draw(st.booleans())
    if not (name or code or unit_id):
        name = draw(WORDS)
    return UnitRef(
        name, code, system,
        parent=draw(st.none() | units(depth - 1)) if depth > 1 else None,
        part=part, below=top and draw(st.booleans()), unit_id=unit_id,
        level=draw(st.sampled_from(Level)), kind=draw(st.sampled_from(["", "县", "市辖区"])),
        seat=draw(st.sampled_from(["", "桂林街道"])) if top else "",
        geometry=draw(st.none() | areas()) if top else None,
    )  # fmt: skip


PARTIES = units() | st.just(UnitRef(part=True))


@st.composite
def moves(draw):
    kind = draw(st.sampled_from(TerritoryKind))
    giver, taker = draw(PARTIES), draw(PARTIES | st.none())
    if draw(st.booleans()):
        giver, taker = taker, giver
    match kind:
        case TerritoryKind.UNITS:
            return Move(
                giver, taker, kind, units=tuple(draw(st.lists(units(), min_size=1, max_size=2)))
            )
        case TerritoryKind.POLYGON:
            return Move(giver, taker, kind, draw(areas()))
        case TerritoryKind.LINE:
            return Move(giver, taker, kind, draw(lines()), draw(st.sampled_from(["left", "right"])))
    return Move(giver, taker, kind)


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "name": WORDS, "kind": WORDS, "code": CODES | st.none(), "seat": WORDS | st.none(),
        "parent": st.sampled_from(["重庆市[500000]", None]),
        "begin": st.sampled_from(["1997-12-20", "1997", None]),
        "end": st.sampled_from(["2011-10", None]),
        "geometry": areas() | st.none(),
    },
).filter(bool)  # fmt: skip


@st.composite
def events(draw):
    kind = draw(st.sampled_from(EventType))
    before = tuple(draw(st.lists(PARTIES, max_size=2)))
    after = tuple(draw(st.lists(PARTIES, min_size=0 if before else 1, max_size=2)))
    return Event(
        kind, draw(whens()), before, after,
        approved=draw(st.none() | whens()), announced=draw(st.none() | whens()),
        completed=draw(st.none() | whens()),
        document=draw(st.just("") | WORDS),
        note=draw(st.just("") | WORDS | st.just("doc=渝府〔2016〕1号; seat=x\nmore")),
        certainty=draw(st.sampled_from(["confirmed", "confirmed-year", "inferred"])),
        moves=tuple(draw(st.lists(moves(), max_size=2))),
        changes=tuple(draw(CHANGES).items()) if kind is EventType.CORRECTION else (),
        given_id=draw(st.just("") | WORDS),
    )  # fmt: skip


PROPOSALS = st.none() | st.fixed_dictionaries(
    {"confidence": st.floats(0, 1)},
    optional={
        "doubtful": st.booleans(),
        "reasons": st.lists(WORDS, max_size=2),
        "narrowest_m": st.none() | st.floats(0, 1e6),
        "shares": st.lists(
            st.fixed_dictionaries(
                {"giver": WORDS | st.none(), "taker": WORDS},
                optional={
                    "area_m2": st.floats(0, 1e12),
                    "giver_share": st.floats(0, 1) | st.none(),
                },
            ),
            max_size=2,
        ),
    },
)
