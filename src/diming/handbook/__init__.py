"""The handbook (手册): what the field holds to be so, as dated, cited configuration.

Rules of the code, thresholds and lists change by notice; they live here as data
with their basis, and a file of one's own can replace any entry (`DIMING_HANDBOOK`).

- ``code_ranges.toml``: which numbers of a code are for which kinds
- ``county_codes_1981_2025.csv.gz``: codes at county level and above since 1981,
  compiled from CC0 tables of the ministry's codes (github.com/yescallop/areacodes),
  finer for Chongqing; made by ``data/scripts/build_county_codes.py``
- ``name_fields.toml``: fields of a place-name record, the headings they are known by, and
  where they go; files known by their headings; languages as the forms write them
- ``generics.toml``: generic terms, by the classes of places that they are for
- ``readings.csv``: how characters are read in names of places, where dictionaries err
- ``eras.csv``: eras, reigns and dynasties with their years
- ``naming_rules.toml``: what proposed names are held to, article by article
- ``standard_characters.txt``: the table of general standard characters
- ``procedure.toml``, ``forms.toml``: steps of the naming procedure, and its forms
- ``registers.toml``, ``heritage.toml``: words of the registers; schemes of appraisal
"""

from diming.handbook.county_codes import CountyCodes, Standing
from diming.handbook.loader import CodeRange, CountyTable, Handbook, load_handbook

__all__ = ["CodeRange", "CountyCodes", "CountyTable", "Handbook", "Standing", "load_handbook"]
