"""Other programs that look for defects in coverages, each run as its own documents say.

A peer is a module here with one class `Peer` that keeps to `peers.protocol`.
"""

#: Modules, in the order of the tables.
NAMES = (
    "diming_check",
    "diming_alone",
    "shapely_edges",
    "shapely_clean",
    "geoplanar",
    "mapshaper_mosaic",
    "mapshaper_clean",
    "grass",
    "postgis",
)
