"""What the README pages say of keeping an archive is done, line by line, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {"README.md": "## Keep an archive", "README.zh-CN.md": "## 建立档案"}
NAMES = {"README.md": "## Names, and what they were", "README.zh-CN.md": "## 地名及其沿革"}
COMMAND = (
    f"diming() {{ {shlex.quote(sys.executable)} -c "
    """'from diming.cli.main import main; main()' "$@"; }\n"""
)


def script(page: str, sections: dict[str, str] = PAGES) -> str:
    text = (ROOT / page).read_text("utf-8").split(sections[page], 1)[1].split("\n## ", 1)[0]
    (block,) = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return block


def commands(page: str, sections: dict[str, str] = PAGES) -> list[str]:
    return [line for line in script(page, sections).splitlines() if line.startswith("diming ")]


def environment(lang: str) -> dict[str, str]:
    return {
        **{k: v for k, v in os.environ.items() if k != "DIMING_ARCHIVE"},
        "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8", "DIMING_LANG": lang,
    }  # fmt: skip


@pytest.mark.parametrize(("page", "lang"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_a_stranger_comes_from_nothing_to_a_proof(page: str, lang: str, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    done = subprocess.run(
        ["sh", "-e", "-c", COMMAND + script(page)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment(lang),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout
    assert "国函〔2011〕129号" in "".join(told.split())  # 綦江区
    assert "綦江区[500110]" in told.split("106.650000, 29.030000")[1]
    assert "r4" in told and "r5" in done.stderr
    assert ("is sound: 5 revisions" if lang == "en" else "5 次修订") in told
    changes = (tmp_path / "changes.html").read_text("utf-8")
    assert "大渡口区" in changes and "武隆区" in changes


def test_names_are_taken_in_found_and_handed_out(tmp_path: Path) -> None:
    page, lang = "README.zh-CN.md", "zh"
    (tmp_path / "data").symlink_to(ROOT / "data")
    opening = [c for c in commands(page) if c.startswith("diming init")]
    loading = re.findall(r"^diming load .*?[^\\]$", script(page), re.MULTILINE | re.DOTALL)
    names = commands(page, NAMES)
    told, codes = [], []
    for line in ["P=data/placenames\n" + c for c in (*opening, *loading, *names)]:
        done = subprocess.run(
            ["sh", "-c", COMMAND + line], capture_output=True, text=True, encoding="utf-8",
            cwd=tmp_path, env=environment(lang), check=False,
        )  # fmt: skip
        told.append(done.stdout)
        codes.append(done.returncode)
    assert len(names) == 9 and len(loading) == 2
    # Of the office's table three rows come back, and 兴隆镇 there is already.
    assert codes == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0], told
    assert "1997-02-30" in (tmp_path / "returned.csv").read_text("utf-8-sig")
    initials, former, located, checked, romanised = told[6:11]
    assert "磁器口街道" in initials and "沙坪坝区" in initials
    assert "龙隐湾" in former and "1918年以前" in former
    assert "渝北区" in located and "两江新区" in located
    assert "N8" in checked
    assert "Cíqìkǒu Jiēdào" in romanised and "Shízhù Tǔjiāzú Zìzhìxiàn" in romanised
    assert (tmp_path / "names.xlsx").stat().st_size > 5_000


def test_both_languages_run_the_same_commands() -> None:
    english, chinese = (
        [re.sub(r"\s+#.*|--reason \S+", "", c).strip() for c in commands(page)] for page in PAGES
    )
    assert english == chinese
    assert len(english) == 10
    one, other = (
        [re.sub(r"\s+#.*", "", c).strip() for c in commands(page, NAMES)] for page in NAMES
    )
    assert one == other
