"""The page of two states in a real browser: map, line between, tables, keyboard, no way out."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest

from diming.present.diff_page import render_diff
from diming.services import asking
from history.memory import Belief, recorded
from history.scenes import archive, box

T2013, T2021 = date(2013, 7, 1), date(2021, 7, 1)


def test_the_same_question_gives_the_same_bytes():
    one, two = (render_diff(asking.diff(archive(), T2013, T2021), "zh") for _ in range(2))
    assert one == two
    assert "http://" not in one.replace("http://www.w3.org", "")
    assert "default-src &#39;none&#39;" in one


@pytest.fixture
def show(browser, tmp_path):
    """Open a comparison as a page; afterwards nothing may have complained."""

    def opened(diff, lang="zh"):
        path = tmp_path / "对比.html"
        path.write_text(render_diff(diff, lang), encoding="utf-8")
        browser.get(path.as_uri())
        wait(browser, "return document.documentElement.dataset.ready === 'true'")
        return browser

    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    yield opened
    said = [entry["message"] for entry in browser.get_log("browser")]
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            said += [] if url.startswith(("file:", "data:", "about:")) else [url]
    assert said == []


def wait(page, script, seconds=20):
    end = time.monotonic() + seconds
    while not page.execute_script(script):
        assert time.monotonic() < end, f"never true: {script}"
        time.sleep(0.05)


def clips(page):
    return page.execute_script(
        "return ['before', 'after'].map(s => getComputedStyle("
        "document.querySelector(`.leaflet-${s}-pane`)).clipPath)"
    )


def names(page, side):
    return page.execute_script(
        "return [...document.querySelectorAll(`.leaflet-${arguments[0]}-names-pane .name`)]"
        ".map(n => n.textContent)",
        side,
    )


@pytest.mark.browser
def test_both_states_and_the_line_between(show):
    from selenium.webdriver.common.keys import Keys

    page = show(asking.diff(archive(), T2013, T2021))
    assert page.execute_script("return document.documentElement.lang") == "zh-CN"
    assert {"甲镇", "乙乡"} <= set(names(page, "before"))
    assert "新城街道" in names(page, "after")
    assert "乙乡" not in names(page, "after")
    before = clips(page)
    assert before[0] != before[1]
    swipe = page.find_element("id", "swipe")
    swipe.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert clips(page)[0] != before[0]
    assert swipe.get_attribute("aria-valuetext") == "前一状态占 52%，其余为后一状态"
    swipe.send_keys(Keys.END)
    assert page.execute_script("return document.querySelector('#divider').hidden")


@pytest.mark.browser
def test_a_row_chooses_its_unit_and_its_level(show):
    page = show(asking.diff(archive(), T2013, T2021), "en")
    chosen = "return document.querySelector('input[name=level]:checked').value"
    assert page.execute_script(chosen) == "4"
    page.execute_script("document.querySelector('tr[data-unit=e] button').click()")
    assert page.execute_script(chosen) == "3"
    row = "document.querySelector('tr[data-unit=e]')"
    assert page.execute_script(f"return {row}.classList.contains('picked')")
    assert page.execute_script(f"return {row}.querySelector('button').ariaPressed") == "true"
    gain = page.execute_script(
        "const ink = getComputedStyle(document.documentElement).getPropertyValue('--gain').trim();"
        "return [...document.querySelectorAll('#map path')]"
        ".filter(p => p.getAttribute('fill') === ink).length"
    )
    assert gain == 2  # the ground it gained, on both sides of the line
    page.execute_script("dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    assert not page.execute_script("return document.querySelector('tr.picked')")
    assert "+323.5 km²" in page.execute_script(f"return {row}.innerText")


@pytest.mark.browser
def test_acts_are_told_in_words(show):
    page = show(asking.diff(archive(), T2013, T2021), "en")
    acts = page.execute_script("return document.querySelector('.acts').innerText")
    assert "conversion: 乙乡 → 乙街道 (渝府〔2014〕81号)" in acts
    assert "change of boundary: 丁镇 → 戊镇" in acts


@pytest.mark.browser
def test_on_a_phone_nothing_runs_over(show):
    size = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    page = show(asking.diff(archive(), T2013, T2021))
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.refresh()
        wait(page, "return document.documentElement.dataset.ready === 'true'")
        assert page.execute_script("return document.documentElement.scrollWidth") == 360
        knob = page.execute_script("return document.querySelector('#swipe').clientHeight")
        assert knob >= 44
        # Everything is seen at first.
        wait(
            page,
            "const box = document.querySelector('#map').getBoundingClientRect();"
            "return [...document.querySelectorAll('#map path')].every(p => {"
            "const b = p.getBoundingClientRect();"
            "return b.left >= box.left && b.right <= box.right})",
        )
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.browser
def test_hostile_names_are_only_text(show):
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\u202e\"'甲"
    b = Belief()
    b.unit("<b>\"x'", evil, None, "2000-01-01", box(0, 0), ended_by="e")
    b.unit("y", evil + "乙", "2000-01-01", None, box(0, 0), began_by="e")
    b.act("e", "2000-01-01", "convert", ["<b>\"x'"], ["y"], document=evil)
    page = show(asking.diff(recorded(b), date(1999, 1, 1), T2013))
    assert (
        page.execute_script("return document.querySelectorAll('img, main script, b b').length") == 0
    )
    assert "<img src=x" in page.execute_script(
        "return document.querySelector('.changes').innerText"
    )
    assert "<img src=x" in page.execute_script("return document.querySelector('.acts').innerText")
    assert "\u202e" not in page.page_source
    page.execute_script("document.querySelector('tr[data-unit] button').click()")
    assert page.execute_script("return document.querySelectorAll('tr.picked').length") == 1


@pytest.mark.browser
def test_without_any_territory_there_are_tables(show):
    b = Belief()
    b.unit("x", "甲", None, "2000-01-01")
    b.unit("x", "乙", "2000-01-01")
    page = show(asking.diff(recorded(b), date(1999, 1, 1), T2013))
    text = page.execute_script("return document.body.innerText")
    assert "没有已知的辖地" in text
    assert "甲 → 乙" in text


@pytest.mark.browser
def test_coordinates_without_a_place(show):
    import shapely

    b = Belief("plane")
    b.unit("x", "甲", None, "2000-01-01", shapely.box(0, 0, 1000, 1000))
    b.unit("x", "甲", "2000-01-01", None, shapely.box(0, 0, 2000, 1000))
    page = show(asking.diff(recorded(b), date(1999, 1, 1), T2013))
    width = page.execute_script(
        "return document.querySelector('#map path').getBoundingClientRect().width"
    )
    assert width > 100
