"""The archive that ``diming demo`` builds: lists, acts and shapes of Chongqing (演示档案)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from diming.files.events import read_events
from diming.files.names_in import read_places
from diming.model.unit import Level
from diming.samples import sample
from diming.services import asking
from diming.services.check_archive import check_archive
from diming.services.exceptions import read_exceptions
from diming.services.importing import ImportOptions, take_in
from diming.services.loading import load
from diming.services.making import make

if TYPE_CHECKING:
    from pathlib import Path

    from diming.model.answers import Difference
    from diming.model.finding import Report
    from diming.model.intake import Intake
    from diming.store.protocol import Store

#: The lists, the acts that led to them, and what is known to be wrong in these.
LISTS = ("chongqing_county_codes", "chongqing_townships_nbs_2022")
ACTS = ("chongqing_events", "chongqing_events_written_out")
KNOWN = "chongqing_exceptions"
#: The day of the lists, and since when that of townships is complete but for the acts.
LISTED, SINCE = date(2022, 12, 31), {Level.TOWNSHIP: date(2013, 12, 31)}
#: Shapes, and their day.
SHAPES, DRAWN = "chongqing_counties_2019", date(2019, 12, 31)
#: Places and names, and the day they speak of; the second is invented, and partly wrong.
PLACES, NAMED = ("chongqing_geonames", "office_table_illustrative"), date(2024, 12, 31)
#: What the map of changes compares.
EARLIER, LATER = date(2010, 12, 31), date(2025, 12, 31)


@dataclass(frozen=True, slots=True)
class ArchiveShown:
    """What there is to show of the archive."""

    report: Report
    difference: Difference
    intake: Intake


def build_archive(file: Path, *, author: str = "diming demo") -> ArchiveShown:
    """Build the archive of the demonstration in `file`, check it, and compare two days of it.

    An earlier one in its place is replaced.
    """
    file.unlink(missing_ok=True)
    with make(file, author=author) as store:
        lists_and_shapes(store, author=author)
        places = [r for name in PLACES for r in read_places(sample(name))]
        intake = take_in(
            store,
            places,
            author=author,
            reason="places of GeoNames, and an office's table",
            options=ImportOptions(day=NAMED),
        )
        report = check_archive(store, exceptions=str(sample(KNOWN)), backdrop=True)
        difference = asking.diff(store, EARLIER, LATER, level=Level.COUNTY)
    return ArchiveShown(report, difference, intake)


def lists_and_shapes(store: Store, *, author: str) -> None:
    """Load the packaged lists of Chongqing, the acts that led to them, and county shapes."""
    load(
        store,
        [str(sample(name)) for name in LISTS],
        day=LISTED,
        author=author,
        reason="lists of 2022, and the acts of 1992 to 2025",
        events=[act for name in ACTS for act in read_events(sample(name))],
        since={int(level): day for level, day in SINCE.items()},
        accepted=read_exceptions(str(sample(KNOWN))),
    )
    load(store, [str(sample(SHAPES))], day=DRAWN, author=author, reason="shapes of counties, 2019")
