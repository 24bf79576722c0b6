"""Stand-ins and worlds for the report page's tests."""

from __future__ import annotations

import gettext
import shutil
import sys
import types
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from diming.model.finding import (
    Backdrop,
    CheckSettings,
    Exemption,
    Finding,
    InputRecord,
    RecordRef,
    Report,
    RuleRun,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from selenium.webdriver import Chrome
    from shapely import Polygon

FRAGMENT = Path(__file__).parents[2] / "docs" / "page.zh.po.fragment"

TITLES = {
    "overlap": ("重叠", "Overlap"),
    "gap": ("缝隙", "Gap"),
    "spike": ("尖刺", "Spike"),
    "exclave": ("飞地", "Exclave"),
    "bad-code": ("代码有误", "Bad code"),
}
SEVERITIES = {
    "error": ("错误", "Error"),
    "warning": ("警告", "Warning"),
    "info": ("提示", "Note"),
}


def words_stand_in() -> types.ModuleType:
    """Return a module that says findings in a few words, as the real one does in full."""

    def message(finding: Finding, lang: str, *, inputs: Sequence[InputRecord] = ()) -> str:
        who = "、".join(n or u for u, n in zip(finding.units, finding.names, strict=True))
        width = finding.measures.get("width_m", 0.0)
        if lang == "zh":
            return f"{who}:{rule_title(finding.rule, lang)},最宽处 {width:.3f} 米"
        return f"{rule_title(finding.rule, lang)} of {who}, {width:.3f} m at the widest"

    def hint(finding: Finding, lang: str) -> str:
        return "请对照界线协议核实后修改。" if lang == "zh" else "Compare with the agreed line."

    def rule_title(rule: str, lang: str) -> str:
        return TITLES.get(rule, (rule, rule))[lang == "en"]

    def severity_word(severity: str, lang: str) -> str:
        return SEVERITIES[str(severity)][lang == "en"]

    def reason_text(rule_run: RuleRun, lang: str) -> str:
        return "未提供上级界线" if lang == "zh" else "no parents were given"

    module: Any = types.ModuleType("diming.present.words")
    for function in (message, hint, rule_title, severity_word, reason_text):
        setattr(module, function.__name__, function)
    return module


class FragmentCatalogue(gettext.NullTranslations):
    """The page's Chinese before it is merged into the catalogue."""

    def __init__(self) -> None:
        super().__init__()
        from babel.messages.pofile import read_po

        with FRAGMENT.open("rb") as handle:
            catalogue = read_po(handle, locale="zh_CN")
        self.known = {str(m.id): str(m.string) for m in catalogue if m.id and m.string}

    def gettext(self, message: str) -> str:
        return self.known.get(message, message)


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages speak with the stand-ins, whatever else is installed."""
    monkeypatch.setitem(sys.modules, "diming.present.words", words_stand_in())
    if FRAGMENT.exists():
        catalogues = {"zh": FragmentCatalogue(), "en": gettext.NullTranslations()}
        monkeypatch.setattr("diming.present.page.translator", catalogues.__getitem__)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A headless Chromium that logs its console and its requests."""
    selenium = pytest.importorskip("selenium")
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip(f"selenium {selenium.__version__} finds no Chromium with its driver")
    options = ChromeOptions()
    options.binary_location = binary
    profile = tmp_path_factory.mktemp("profile")
    for argument in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "window-size=1440,900",
        f"user-data-dir={profile}",
    ):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options=options, service=ChromeService(driver))
    yield chrome
    chrome.quit()


def cell(column: int, row: int) -> Polygon:
    """Return a cell of a grid of tenths of a degree."""
    west, south = 106 + column / 10, 29 + row / 10
    return shapely.box(west, south, west + 0.1, south + 0.1)


def sliver(column: int, row: int, *, width_m: float = 0.05) -> Polygon:
    """Return a strip 800 m long on the cell's western edge, tapering from its middle."""
    west, south = 106 + column / 10, 29 + row / 10
    half = width_m / 97_000 / 2  # degrees of longitude here, about
    ys = (south + 0.046, south + 0.05, south + 0.054)
    return shapely.Polygon(
        [(west, ys[0]), (west + half, ys[1]), (west, ys[2]), (west - half, ys[1])]
    )


def overlap(number: int, **changes: Any) -> Finding:
    """Return an overlap 5 cm wide between two cells of the grid."""
    column, row = 1 + number % 9, number // 9 % 10
    width = changes.pop("width_m", 0.05)
    found = Finding(
        rule="overlap",
        severity=Severity.ERROR,
        units=(f"5001{row:02d}{column - 1:03d}", f"5001{row:02d}{column:03d}"),
        names=(f"第{row}行第{column - 1}镇", f"第{row}行第{column}镇"),
        records=(RecordRef(0, number), RecordRef(0, number + 1)),
        measures={"area_m2": width * 400, "width_m": width, "length_m": 800.0},
        at=(106 + column / 10, 29.05 + row / 10),
        geometry=sliver(column, row, width_m=width),
        id=f"overlap:{number:012x}",
    )
    return replace(found, **changes)


def several() -> tuple[Finding, ...]:
    """Return findings of every severity, accepted, on a seam, and without a place."""
    accepted = Exemption("x", "协议约定,维持现状", "王芳", date(2026, 3, 1))
    return (
        *(overlap(n, width_m=0.05 * (n + 1)) for n in range(12)),
        overlap(20, seam=True),
        overlap(21, rule="gap", id="gap:000000000001", excepted_by=accepted),
        overlap(22, rule="spike", severity=Severity.WARNING, id="spike:000000000001"),
        overlap(23, rule="exclave", severity=Severity.INFO, id="exclave:000000000001"),
        overlap(24, rule="bad-code", id="bad-code:1", at=None, geometry=None, measures={}),
    )


def make_report(findings: Sequence[Finding] | None = None, **changes: Any) -> Report:
    """Return a report on a grid of ten by ten cells."""
    places = [(column, row) for row in range(10) for column in range(10)]
    findings = several() if findings is None else findings
    rules = Counter(f.rule for f in findings)
    report = Report(
        version="0.1.0",
        created=datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=8))),
        inputs=(InputRecord("乡镇.gpkg", "town", 100, 100, 0, "0f" * 32, "EPSG:4490"),),
        settings=CheckSettings(),
        units_examined=100,
        vertices_examined=400,
        measured={"areas": "equal area"},
        rules=(
            *(RuleRun(rule, "run", findings=count) for rule, count in rules.items()),
            RuleRun("outside-parent", "not-applicable", "no-parents"),
        ),
        findings=tuple(findings),
        backdrop=Backdrop(
            np.array([cell(*place) for place in places]),
            tuple(f"5001{row:02d}{column:03d}" for column, row in places),
            tuple(f"第{row}行第{column}镇" for column, row in places),
        ),
    )
    return replace(report, **changes)


@pytest.fixture(name="make_report")
def _make_report() -> Callable[..., Report]:
    return make_report


@pytest.fixture(name="overlap")
def _overlap() -> Callable[..., Finding]:
    return overlap
