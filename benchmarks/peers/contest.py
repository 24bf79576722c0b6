"""One peer on one file: installed or not, what it used, what it found."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import run
from peers import NAMES
from peers.protocol import NotInstalled, load
from peers.scoring import REMARKS, score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from truth import Truth


def describe(module: str) -> dict[str, Any]:
    """Say what a peer is, and its version, or why it is skipped."""
    peer = load(module)
    told = {"peer": peer.name, "module": module, "how": peer.how, "licence": peer.licence,
            "names": list(peer.kinds), "version": None, "skipped": None}  # fmt: skip
    try:
        told["version"] = peer.version()
    except NotInstalled as reason:
        told["skipped"] = str(reason)
    except RuntimeError as reason:
        told["skipped"] = f"not usable: {reason}"
    return told


#: Rules that are not asked of anyone where there is no level above.
PARENT_RULES = ("outside-parent", "parent-not-covered", "parent-mismatch")


def asked(truth: Truth, parents: str | None) -> dict[str, int]:
    """Return the kinds of defects that programs are asked for, and how many there are."""
    out = REMARKS.union(() if parents else PARENT_RULES)
    return {rule: count for rule, count in truth.counts().items() if rule not in out}


def contest(
    module: str, path: Path, truth: Truth, *, timeout: float, parents: str | None = None
) -> dict[str, Any]:
    """Run a peer that is installed, as a child of its own, and score it."""
    peer = load(module)
    peer.parents = parents
    with tempfile.TemporaryDirectory(prefix="peer") as folder:
        workdir = Path(folder)
        result, stdout = workdir / "places.json", workdir / "stdout"
        command = peer.command(path, truth.layer or "", workdir, result)
        done = run(command, output=stdout, timeout=timeout)
        told: dict[str, Any] = {**done.figures(), "exit_code": done.exit_code, "failed": None}
        if done.timed_out:
            told["failed"] = f"not done in {timeout:.0f} s"
        elif not result.exists():
            lines = done.said.splitlines() or [f"exit code {done.exit_code}"]
            told["failed"] = next((x for x in lines if "ERROR" in x), lines[-1])[:300]
        if told["failed"]:
            return told
        places, steps = peer.places(result, stdout)
        told["steps"], told["server_peak_mb"] = steps.seconds, steps.server_peak_mb
        left_out = () if parents else PARENT_RULES
        told |= score(places, truth.defects, leave_out=left_out).figures()
        if getattr(peer, "strict", None):
            told["strict"] = peer.strict(result, truth)
    return told


def contests(
    path: Path,
    truth: Truth,
    *,
    names: Iterable[str] = NAMES,
    timeout: float = 1800.0,
    parents: str | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> list[dict[str, Any]]:
    """Run all peers one after the other; those not installed are named with the reason."""
    result = []
    for module in names:
        told = describe(module)
        if told["skipped"]:
            say(f"{told['peer']}: skipped, {told['skipped']}")
        else:
            told |= contest(module, path, truth, timeout=timeout, parents=parents)
            took = told["failed"] or f"{told['seconds']:.1f} s, {told['peak_mb']:.0f} MB"
            say(f"{told['peer']}: {took}")
        result.append(told)
    return result
