"""What must hold of addresses in any archive: nothing that held is missed, nothing else is told."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diming.model.changeset import Changeset
from diming.model.located import Outcome
from diming.model.span import NOT_ENDED, UNKNOWN_BEGIN, Span, When
from diming.model.unit import Level
from diming.model.version import Version
from diming.services.addresses import Locator
from diming.store.opening import MEMORY, create

SOME = settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
#: Few, so that they come again; some are generic terms themselves.
SPECIFIC = ("江北", "江", "镇安", "市中", "沙坪坝", "南津街", "龙", "龙溪", "县", "区中")
GENERIC = {1: ("省", "市"), 2: ("市", "地区"), 3: ("县", "区", "市"), 4: ("镇", "乡", "街道")}
FIRST, DAYS = date(1980, 1, 1), 12_000


@dataclass
class Drawn:
    """Units with their versions, in four levels."""

    versions: list[Version]

    def on(self, unit, day):
        return next((v for v in self.versions if v.unit_id == unit and v.holds(day)), None)

    def chain(self, unit, day):
        """The unit with its superiors on a day, the highest first; None if one did not stand."""
        chain = []
        while unit is not None:
            version = self.on(unit, day)
            if version is None:
                return None
            chain.append(version)
            unit = version.parent_id
        return chain[::-1]

    def was_below(self, unit, superior, day):
        version = self.on(unit, day)
        while version is not None and version.parent_id is not None:
            if version.parent_id == superior:
                return self.on(superior, day) is not None
            version = self.on(version.parent_id, day)
        return False


def drawn(random):
    """Draw units that are renamed, transferred, end, and leave their names to others."""
    versions, above = [], [None]
    for level, count in ((1, 2), (2, 3), (3, 5), (4, 9)):
        here = []
        for n in range(count):
            unit = f"u{level}{n}"
            here.append(unit)
            cuts = sorted(random.sample(range(DAYS), random.randint(1, 4)))
            days = [FIRST + timedelta(days=c) for c in cuts]
            begins = [UNKNOWN_BEGIN if random.random() < 0.3 else When(days[0])]
            begins += [When(d) for d in days[1:]]
            ends = [*begins[1:], NOT_ENDED]
            if len(begins) > 1 and random.random() < 0.3:
                begins.pop(), ends.pop()  # It ended.
            for begin, end in zip(begins, ends, strict=True):
                name = random.choice(SPECIFIC) + random.choice(GENERIC[level])
                code = f"{random.randint(11, 65)}{level:04d}" if random.random() < 0.3 else ""
                versions.append(Version(
                    unit, Span(begin, end), Level(level), name, parent_id=random.choice(above),
                    codes=(("ministry", code),) if code else (),
                ))  # fmt: skip
        above = here
    return Drawn(versions)


def archive(world):
    store = create(MEMORY, author="某")
    with store.write(author="某", reason="试") as writer:
        writer.append(Changeset(tuple(world.versions)))
    return store


@SOME
@given(st.randoms(use_true_random=True))
def test_whatever_stood_is_found_by_the_names_of_its_superiors(random):
    world = drawn(random)
    with archive(world) as store:
        locator = Locator(store)
        for version in world.versions:
            begin = max(version.span.begin.day, FIRST)
            last = min(version.span.end.day, FIRST + timedelta(days=DAYS + 400))
            day = begin + timedelta(days=random.randrange(max(1, (last - begin).days)))
            chain = world.chain(version.unit_id, day)
            if chain is None:
                continue
            address = "".join(v.name for v in chain)
            for on in (None, day):
                found = locator.locate(address, on, whole=False)
                assert found.outcome in (Outcome.FOUND, Outcome.SEVERAL), address
                assert found.rest == "" and found.failed_at is None
                units = tuple(v.unit_id for v in chain)
                (held,) = [
                    h for h in found.held if tuple(v.unit_id for v in h.chain) == units
                ] or [None]  # fmt: skip
                assert held is not None, (address, day)
                assert any(s.holds(day) for s in held.spans)
                if on is not None:
                    assert all(any(s.holds(day) for s in h.spans) for h in found.held)


@SOME
@given(st.randoms(use_true_random=True))
def test_no_chain_is_told_that_did_not_hold(random):
    world = drawn(random)
    names = [v.name for v in world.versions]
    with archive(world) as store:
        locator = Locator(store)
        for _ in range(40):
            address = "".join(random.sample(names, random.randint(1, 3)))
            found = locator.locate(address, whole=False)
            for held in found.held:
                for span in held.spans:
                    for day in (max(span.begin.day, FIRST), span.end.day - timedelta(days=1)):
                        assert span.holds(day)
                        units = [v.unit_id for v in held.chain]
                        assert all(world.on(u, day) for u in units)
                        for superior, unit in pairwise(units):
                            assert world.was_below(unit, superior, day), (address, day)
            for candidate in found.candidates:
                assert replace(candidate.unit, row=None) in world.versions


ODD = st.text(
    st.sampled_from(
        "重庆市江北县区镇龙溪街道乡村号12500110[]（）/ \t\x00\x01\u202e\U0001f600ａé-，。"
    ),
    max_size=60,
)


@pytest.fixture(scope="module")
def world():
    import random

    made = drawn(random.Random(7))
    with archive(made) as store:
        yield made, Locator(store)


@settings(max_examples=300, deadline=None)
@given(ODD)
def test_no_text_is_too_odd(world, text):
    _, locator = world
    found = locator.locate(text, whole=False)
    assert found.asked == text
    assert (found.outcome is Outcome.FOUND) == (found.problem is None)
    assert found.failed_at is None or found.links


@pytest.mark.parametrize(
    "text", ["江北县" * 40_000, "县" * 100_000, "500110" * 20_000, "江" * 100_000, " " * 100_000,
             "江北县江北镇" * 20_000, "/" * 100_000, "\x00" * 100_000, "a" * 100_000],
)  # fmt: skip
def test_the_longest_text_costs_little(world, text):
    _, locator = world
    begun = time.perf_counter()
    locator.locate(text, whole=False)
    assert time.perf_counter() - begun < 2.0
