"""The report page in a real browser: list, map, keyboard, and no way out."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from diming.present.page import render_page

from .page_worlds import make_report, overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from diming.model.finding import Report

pytestmark = pytest.mark.browser


class Page:
    """A report page, opened; `js` runs a script in it."""

    def __init__(self, chrome: Any, path: Path) -> None:
        self.chrome, self.path = chrome, path

    def open(self, hash_: str = "") -> Page:
        self.chrome.get("about:blank")
        self.chrome.get(self.path.as_uri() + hash_)
        self.wait("return document.documentElement.dataset.ready === 'true'")
        return self

    def js(self, script: str, *arguments: Any) -> Any:
        return self.chrome.execute_script(script, *arguments)

    def wait(self, script: str, seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not self.js(script):
            assert time.monotonic() < end, f"never true: {script}"
            time.sleep(0.05)

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.chrome.switch_to.active_element.send_keys(key)

    def column(self, name: str) -> list[str]:
        return self.js(
            "return [...document.querySelectorAll(`tr.finding td.${arguments[0]}`)]"
            ".map(cell => cell.textContent)",
            name,
        )

    def ids(self) -> list[str]:
        return self.js(
            "return [...document.querySelectorAll('tr.finding')].map(row => row.dataset.id)"
        )

    def text(self, selector: str) -> str:
        return self.js("return document.querySelector(arguments[0]).innerText", selector)

    def put(self, selector: str, value: str) -> None:
        self.js(
            "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
            "e.dispatchEvent(new Event('input', {bubbles: true}))",
            selector,
            value,
        )

    def click(self, selector: str) -> None:
        self.js("document.querySelector(arguments[0]).click()", selector)

    def ink_in_the_middle(self, half: int = 60) -> float:
        """Return which part of the map's middle is covered by findings."""
        time.sleep(0.4)
        return self.js(
            """
            const canvas = document.querySelector(".leaflet-findings-pane canvas");
            const half = arguments[0] * devicePixelRatio;
            const box = [canvas.width / 2 - half, canvas.height / 2 - half, 2 * half, 2 * half];
            const {data} = canvas.getContext("2d").getImageData(...box.map(Math.round));
            let inked = 0;
            for (let i = 3; i < data.length; i += 4) inked += data[i] > 40;
            return inked / (data.length / 4);
            """,
            half,
        )

    def complaints(self) -> list[str]:
        """Return what the console said, and every address outside the file."""
        said = [entry["message"] for entry in self.chrome.get_log("browser")]
        for entry in self.chrome.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith(("file:", "data:", "about:")):
                    said.append(url)
        return said


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open reports as pages; afterwards nothing may have complained."""

    def opened(report: Report, lang: str = "zh", hash_: str = "") -> Page:
        path = tmp_path / "报告.html"
        path.write_text(render_page(report, lang), encoding="utf-8")
        return Page(browser, path).open(hash_)

    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    yield opened
    assert Page(browser, tmp_path).complaints() == []


@pytest.mark.parametrize(
    ("lang", "title"), [("zh", "界线检查报告"), ("en", "Boundary check report")]
)
def test_both_languages(show, lang, title):
    page = show(make_report(), lang)
    assert page.text("h1") == title
    assert page.js("return document.documentElement.lang").startswith(lang)
    assert page.text(".counts .error b") == "14"
    assert page.text(".counts .accepted b") == "1"
    assert ("没有上级政区数据" if lang == "zh" else "no parent units were given") in page.js(
        "return document.querySelector('.about').textContent"
    )


def test_sorting(show):
    page = show(make_report(), "en")
    page.click("th.width button")
    assert page.column("width")[:2] == ["60 cm", "55 cm"]
    assert page.column("width")[-1] == ""
    assert page.js("return document.querySelector('th.width').ariaSort") == "descending"
    page.click("th.width button")
    assert page.column("width")[0] == "5 cm"
    assert page.column("width")[-1] == ""
    for key in ("severity", "rule", "units", "area", "seam", "message"):
        page.click(f"th.{key} button")
        assert page.js(f"return document.querySelector('th.{key}').ariaSort") != "none"
        assert len(page.ids()) == 16
    page.click("th.seam button")
    assert page.ids()[0] == "overlap:000000000014"


def test_filters(show):
    page = show(make_report(), "en")
    assert len(page.ids()) == 16
    page.put("#text", "第2行第6镇 OVERLAP")
    assert page.ids() == []
    page.put("#text", "第0行第6镇 OVERLAP")
    assert page.ids() == ["overlap:000000000005", "overlap:000000000006"]
    assert page.text("#shown") == "2 of 17 findings"
    page.click("#clear")
    page.put("#rule", "spike")
    assert page.ids() == ["spike:000000000001"]
    page.click("#clear")
    page.click("#seams")
    assert page.ids() == ["overlap:000000000014"]
    page.click("#clear")
    page.click("#accepted")
    assert "gap:000000000001" in page.ids()
    page.click("input[value=error]")
    assert {i.split(":")[0] for i in page.ids()} == {"spike", "exclave"}
    page.put("#text", "no such thing")
    assert "No finding matches" in page.text("#empty")


def test_row_to_map_and_a_sliver_becomes_an_area(show):
    page = show(make_report(), "en")
    page.js("document.querySelector('tr[data-id=\"overlap:000000000000\"]').click()")
    assert page.js("return location.hash") == "#overlap:000000000000"
    assert "5 cm" in page.text("#detail")
    assert "乡镇.gpkg · fid 0" in page.text("#detail")
    # 5 cm are about 48 of 120 pixels, and the strip runs through the whole square.
    assert 0.25 < page.ink_in_the_middle() < 0.6
    assert page.text(".scale").endswith(" cm")
    page.js("document.querySelectorAll('.zooms button')[1].click()")
    page.wait("return document.querySelector('.scale').innerText.endsWith(' m')")
    page.js("document.querySelectorAll('.zooms button')[2].click()")
    page.wait("return document.querySelector('.scale').innerText.endsWith(' km')")


def test_map_to_row(show):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    many = [overlap(n) for n in range(60)] + [overlap(89, id="gap:1", rule="gap")]
    page = show(make_report(many), "en", "#gap:1")
    page.js("document.querySelectorAll('.zooms button')[2].click()")
    page.click("button[title=Close]")
    page.js("document.querySelector('#findings').scrollTop = 0")
    time.sleep(0.4)
    map_ = page.chrome.find_element(By.ID, "map")
    rectangle = map_.rect
    assert rectangle["height"] > 300
    page.click("a.fit")
    time.sleep(0.6)
    page.put("#rule", "gap")
    time.sleep(0.3)
    spot = page.js(
        """
        const canvas = document.querySelector(".leaflet-findings-pane canvas");
        const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] === 255 && data[i] > 150 && data[i + 1] < 90) {
            const n = i / 4;
            const place = [n % canvas.width, Math.floor(n / canvas.width) + 6];
            return place.map((value) => value / devicePixelRatio);
          }
        }
        """
    )
    page.put("#rule", "")
    ActionChains(page.chrome).move_to_element_with_offset(
        map_, round(spot[0] - rectangle["width"] / 2), round(spot[1] - rectangle["height"] / 2)
    ).click().perform()
    page.wait("return document.querySelector('tr[aria-selected=true]')")
    assert page.js("return location.hash") == "#gap:1"
    inside = page.js(
        """
        const row = document.querySelector("tr[aria-selected=true]").getBoundingClientRect();
        const list = document.querySelector("#findings").getBoundingClientRect();
        return row.top >= list.top && row.bottom <= list.bottom + 1;
        """
    )
    assert inside


def test_keyboard_alone(show):
    from selenium.webdriver.common.keys import Keys

    page = show(make_report(), "en")
    page.js("document.body.focus()")
    page.keys(Keys.TAB)
    assert page.js("return document.activeElement.className") == "skip"
    page.keys(Keys.ENTER)
    assert page.js("return document.activeElement.id") == "findings"
    page.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    active = (
        "return document.getElementById("
        "document.activeElement.getAttribute('aria-activedescendant'))"
    )
    assert page.js(f"{active}.dataset.id") == page.ids()[2]
    page.keys(Keys.ENTER)
    assert page.js("return document.activeElement.tagName") == "H2"
    assert page.js("return location.hash") == f"#{page.ids()[2]}"
    page.keys(Keys.ESCAPE)
    assert page.js("return document.querySelector('#detail').hidden") is True
    assert page.js("return document.activeElement.id") == "findings"
    page.keys(Keys.END)
    assert page.js(f"{active}.dataset.id") == page.ids()[-1]
    page.keys(Keys.HOME)
    assert page.js(f"{active}.dataset.id") == page.ids()[0]


def test_a_link_to_a_finding(show):
    page = show(make_report(), "en", "#gap:000000000001")
    assert "协议约定,维持现状" in page.text("#detail")
    assert page.js("return document.querySelector('tr[aria-selected=true]').dataset.id") == (
        "gap:000000000001"
    )
    page.js("location.hash = '#overlap:000000000003'")
    page.wait("return document.querySelector('#detail').innerText.includes('overlap:000000000003')")
    page.js("location.hash = '#nothing:here%'")
    assert page.js("return document.documentElement.dataset.ready") == "true"


def test_hostile_names_are_only_text(show):
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\u202e甲"
    report = make_report([overlap(0, names=(evil, evil), id="overlap:<b>")])
    backdrop = report.backdrop
    names = (evil,) * len(backdrop.names)
    page = show(
        make_report(
            report.findings, backdrop=type(backdrop)(backdrop.outlines, backdrop.codes, names)
        )
    )
    page.click("tr.finding")
    for place in ("tr.finding td.units", "#detail", "td.message"):
        assert "<img src=x" in page.js(
            "return document.querySelector(arguments[0]).textContent", place
        )
    assert "\\u202e" in page.text("#detail")
    assert page.js("return document.querySelectorAll('img, main script').length") == 0


def test_nothing_found(show):
    page = show(make_report([]), "zh")
    assert page.text("#empty b") == "未发现问题"
    assert page.text(".verdict") == "未发现问题"
    page.js(
        "document.querySelector('#findings')"
        ".dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}))"
    )
    assert page.js("return document.querySelector('#detail').hidden") is True


def test_without_places_or_outlines(show):
    lost = overlap(0, at=None, geometry=None)
    page = show(make_report([lost], backdrop=None), "zh")
    assert "没有可在图上显示的问题" in page.text("#map-empty")
    page.click("tr.finding")
    assert "没有图上位置" in page.text("#detail")


def test_plane_coordinates(show):
    import shapely

    strip = shapely.box(500_000, 3_000_000, 500_000.05, 3_000_800)
    report = make_report(
        [overlap(0, at=(500_000.025, 3_000_400.0), geometry=strip)],
        backdrop=None,
        measured={"plane": True},
    )
    page = show(report, "en")
    page.click("tr.finding")
    assert 0.25 < page.ink_in_the_middle() < 0.6
    assert page.text(".scale").endswith("units")


def test_twenty_thousand_findings(show):
    from diming.model.finding import Severity

    severities = list(Severity)
    many = [overlap(n, severity=severities[n % 3], seam=n % 7 == 0) for n in range(20_000)]
    start = time.monotonic()
    page = show(make_report(many), "zh")
    assert time.monotonic() - start < 20  # rendering, writing and opening, on a slow machine
    assert len(page.ids()) < 100
    latency = page.js(
        """
        const text = document.querySelector("#text");
        const times = ["第", "第3", "第3行", "第3行第4镇", ""].map((value) => {
          text.value = value;
          const start = performance.now();
          text.dispatchEvent(new Event("input", {bubbles: true}));
          return performance.now() - start;
        });
        return Math.max(...times);
        """
    )
    assert latency < 250  # about 30 ms where nothing else runs
    page.js("document.querySelector('#findings').scrollTop = 1e9")
    page.wait("return [...document.querySelectorAll('tr.finding')].at(-1).ariaRowIndex === '20001'")


def test_paper_shows_every_row(show):
    page = show(make_report([overlap(n) for n in range(300)]), "zh")
    assert len(page.ids()) < 100
    page.js("dispatchEvent(new Event('beforeprint'))")
    assert len(page.ids()) == 300
    page.js("dispatchEvent(new Event('afterprint'))")
    assert len(page.ids()) < 100
    assert page.chrome.execute_cdp_cmd("Page.printToPDF", {})["data"]


def test_on_a_phone(show):
    page = show(make_report(), "zh")
    size = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    page.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.open()
        assert page.js("return document.documentElement.scrollWidth") == 390
        page.click("tr.finding")
        assert (
            page.js("return document.querySelector('#detail').getBoundingClientRect().bottom")
            == 844
        )
        assert page.ink_in_the_middle(40) > 0.2
    finally:
        page.chrome.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
