"""Real files of names: every row is accounted for, and the whole can be handed out."""

from __future__ import annotations

from pathlib import Path

import pytest

from diming.model.intake import Fate
from names_import import FILES, archive_of_chongqing, import_all, schema_errors

FOLDER = Path(__file__).parents[3] / "shared" / "data"

#: File → rows, added, matched, duplicates, conflicting, refused.
EXPECTED = {
    "cq_codes_2023_county.csv": (38, 0, 38, 0, 0, 0),
    "cq_codes_2023_town.csv": (1031, 0, 1031, 0, 0, 0),
    "cq_codes_2023_village.csv.gz": (11270, 11270, 0, 0, 0, 0),
    "cq_codes_2024_town_pinyin.csv": (1062, 20, 1038, 2, 2, 0),
    "cq_codes_2025_town_mumuy.csv": (1173, 34, 1019, 118, 2, 0),
    "cq_adcodes_cpca.csv": (41, 2, 39, 0, 0, 0),
    "cq_places_adcode2016_gcj02.csv.gz": (12204, 1406, 10792, 0, 6, 0),
    "cq_geonames_cities500.csv": (958, 919, 39, 0, 0, 0),
    "cq_tgaz_historical_places.csv": (1443, 1150, 291, 0, 0, 2),
    "whg_lp7_100.tsv": (100, 100, 0, 0, 0, 0),
    "whg_diamonds135.tsv": (135, 135, 0, 0, 0, 0),
    "whg_lp_tsv_template.tsv": (17, 7, 0, 0, 0, 10),
    "whg_lp_tsv_test_builder.tsv": (194, 1, 2, 2, 0, 189),
    "whg_lugares_20.jsonld": (20, 20, 0, 0, 0, 0),
}


@pytest.mark.skipif(not FOLDER.exists(), reason="the real files of names are not here")
def test_every_row_of_real_files_is_accounted_for(tmp_path):
    with archive_of_chongqing(tmp_path / "archive.gpkg") as archive:
        found = import_all(archive, FOLDER)
        fates = (Fate.ADDED, Fate.MATCHED, Fate.DUPLICATE, Fate.CONFLICTING, Fate.REFUSED)
        told = {
            name: (len(intake.rows), *(intake.counts()[fate] for fate in fates))
            for name, intake in found.items()
        }
        assert told == {f.name: EXPECTED[f.name] for f in FILES}
        again = archive.names.take_in(FOLDER / "cq_geonames_cities500.csv", author="x", day="2024")
        counts = again.counts()
        assert counts[Fate.UNCHANGED] + counts[Fate.DUPLICATE] == 958 and again.revision is None
        out = tmp_path / "whole.jsonld"
        assert archive.names.export(out) > 16_000
        assert schema_errors(out) == []
        assert archive.verify() == []
        # Displaced positions are neither taken nor kept.
        gazetteer = archive.store.gazetteer()
        displaced = [
            p for block in gazetteer.every() for p, _ in block if "gcj02" in p.source
        ]  # fmt: skip
        assert displaced
        assert not any({"longitude", "latitude"} & set(p.verbatim) for p in displaced)
