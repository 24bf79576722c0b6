"""The parts of a run: each measures one question, and tells it as figures, tables and plots."""

#: Modules, in the order of the page; those of `ON_REQUEST` run only when named.
NAMES = ("speed", "command", "growth", "peers_compared", "big")
#: What a user calls them.
WORDS = {"speed": "speed", "command": "command", "growth": "growth", "peers": "peers_compared",
         "big": "big"}  # fmt: skip
ON_REQUEST = ("big",)
