"""The same acts, recorded through the same service, are the same rows in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import shapely

from diming.model.changeset import Changeset
from diming.services.recording import record
from diming.store.opening import MEMORY, create
from history.random_acts import CRS, FIRST, Draw, draw_region

START = datetime(2026, 1, 1, tzinfo=UTC)


def filled(place, seed):
    """An archive of a random region and the acts drawn for it, each recorded by itself."""
    random = Random(seed)
    region = draw_region(random)
    store = create(place, CRS, author="某", recorded=START)
    first = region.at(FIRST)
    shapes = region.shapes({v.territory for v in first if v.territory})
    with store.write(author="某", reason="始", recorded=START + timedelta(hours=1)) as writer:
        writer.append(Changeset(tuple(replace(v, row=None) for v in first), territories=shapes))
    draw, outcomes = Draw(random, region), []
    for _ in range(8):
        draw.belief = store.view()
        _, act = draw.act()
        outcomes.append(record(store, [act], author="某", reason="登记"))
    return store, outcomes


def said(store):
    """All that a store holds, as plain values."""
    table = store.table()
    view = store.view()
    units = sorted(set(table.unit_id.tolist()))
    versions = [v for unit in units for v in view.of_unit(unit)]
    keys = sorted({v.territory for v in versions if v.territory})
    drawn = {k: shapely.to_wkb(s) for k, s in zip(keys, store.shapes(keys), strict=True)}
    acts = [
        (a.event.said(), a.before, a.after, a.passages, a.chain_sum, a.reverts)
        for a in store.events()
    ]
    sums = [r.chain_sums for r in store.revisions()]
    return versions, drawn, acts, sums, view.chain_sums(keys)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_stores_agree_on_all_that_acts_bring(place, seed):
    reference, expected = filled(MEMORY, seed)
    store, outcomes = filled(place, seed)
    with reference, store:
        assert [(bool(o.revision), o.applied, o.refused, o.findings) for o in outcomes] == [
            (bool(o.revision), o.applied, o.refused, o.findings) for o in expected
        ]
        assert any(o.revision for o in outcomes) and any(o.refused for o in outcomes)
        assert said(store) == said(reference)
        assert store.verify() == []
