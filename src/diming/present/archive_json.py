"""What became of an archive, as JSON: ``diming.record/1``, ``diming.load/1``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diming.present.answer_json import act_dict, revision_dict
from diming.present.json_text import dumps
from diming.present.report_json import finding_dict, to_dict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diming.model.finding import Finding
    from diming.model.outcome import Loading, Recording


def recording_json(result: Recording, lang: str | None) -> str:
    """Return which acts fit, which do not and why."""
    return dumps({"format": "diming.record/1", **_recording(result, lang)}, indent=1)


def loading_json(result: Loading, lang: str | None) -> str:
    """Return what was loaded, or why nothing was."""
    report = None if result.report is None else to_dict(result.report, lang)
    recording = None if result.recording is None else _recording(result.recording, lang)
    return dumps(
        {
            "format": "diming.load/1",
            "revision": None if result.revision is None else revision_dict(result.revision),
            "units": {str(k): v for k, v in result.units.items()},
            "shapes": result.shapes_added,
            "opening": _findings(result.opening, lang),
            "acts": recording,
            "differing": list(result.differing),
            "report": report,
        },
        indent=1,
    )


def _recording(result: Recording, lang: str | None) -> dict[str, Any]:
    return {
        "revision": None if result.revision is None else revision_dict(result.revision),
        "applied": [act_dict(a, {}, lang) for a in result.applied],
        "refused": [
            {
                "id": r.event.id, "act": str(r.event), "source": r.event.source,
                "findings": _findings(r.findings, lang),
            }
            for r in result.refused
        ],
        "findings": _findings(result.findings, lang),
    }  # fmt: skip


def _findings(findings: Iterable[Finding], lang: str | None) -> list[dict[str, Any]]:
    return [finding_dict(f, lang) for f in findings]
