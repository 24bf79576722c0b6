"""What pages are made of: styles, scripts, a policy that lets nothing else in (页面部件)."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template

ASSETS = Path(__file__).resolve().parent / "assets"


def content_security_policy(style: str, scripts: tuple[str, ...]) -> str:
    """Return a policy that allows exactly these parts and nothing from outside."""
    allowed = " ".join(_hash(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def asset(name: str) -> str:
    """Return the text of an asset."""
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def styles(name: str) -> str:
    """Return Leaflet's styles, the palette and a page's own."""
    # Leaflet's images belong to controls that the pages do not use.
    leaflet = re.sub(r"url\((?!data:)[^)]*\)", "none", asset("leaflet/leaflet.css"))
    return leaflet + asset("palette.css") + asset(name)


@cache
def leaflet_script() -> str:
    """Return Leaflet, which must come first."""
    return re.sub(r"\n//# sourceMappingURL=.*", "\n", asset("leaflet/leaflet.js"))


@cache
def script(names: tuple[str, ...]) -> str:
    """Return scripts, concatenated into one function scope."""
    parts = "\n".join(asset(f"js/{name}") for name in names)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


@cache
def template(name: str) -> Template:
    """Return a page's template; it escapes what is put in."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(ASSETS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
