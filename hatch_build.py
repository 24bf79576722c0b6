"""Compile the message catalogues (.po) into what gettext reads (.mo) when building."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):
    def initialize(self, version, build_data):
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for source in Path(self.root, "src/diming/locale").glob("*/LC_MESSAGES/*.po"):
            with source.open("rb") as handle:
                catalogue = read_po(handle)
            with source.with_suffix(".mo").open("wb") as handle:
                write_mo(handle, catalogue)
