import json

import pytest
import shapely

from diming.model.event import Event, EventType, UnitRef
from diming.model.event_said import event_from_said
from diming.model.span import parse_when
from store.archives import draw_changes


@pytest.mark.parametrize("seed", range(4))
def test_an_act_is_made_again_from_what_it_says(seed):
    for change in draw_changes(seed, rounds=4):
        for applied in change.events:
            said = json.loads(json.dumps(applied.event.said()))
            again = event_from_said(said, shapely.from_wkb, event_id=applied.event.id)
            assert again == applied.event
            assert again.id == applied.event.id and again.given_id == ""
            assert again.said() == applied.event.said()


def test_an_id_that_was_given_is_kept():
    event = Event(EventType.SEAT, parse_when("2011-10"), (UnitRef("甲"),), given_id="国函1")
    again = event_from_said(event.said(), shapely.from_wkb, event_id=event.id)
    assert again == event and again.id == "国函1"
