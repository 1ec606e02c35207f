"""The part of SARIF 2.1.0 that vmlint writes, with what GitHub code scanning asks beyond it, as a JSON schema.

Stricter than the standard's own schema: no property that isn't named here, no empty string, all four numbers of a
region, all the texts of a rule. Names and types follow OASIS "SARIF Version 2.1.0", section 3.
"""

from __future__ import annotations

from typing import Any

LEVEL = {"enum": ["note", "warning", "error"]}


def _object(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def _list(items: Any, *, least: int = 0, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _text(pattern: str = r"\S", *, most: int | None = None) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "pattern": pattern} | ({"maxLength": most} if most else {})


_NUMBER = {"type": "integer", "minimum": 1}
_MESSAGE = _object({"text": _text()})
_PLACE = {
    "physicalLocation": _object(
        {
            "artifactLocation": _object(
                {"uri": _text(r"^(?![A-Za-z][A-Za-z0-9+.-]*:)([A-Za-z0-9_.~/-]|%[0-9A-F]{2})+$")}
            ),
            "region": _object(
                {"startLine": _NUMBER, "startColumn": _NUMBER, "endLine": _NUMBER, "endColumn": _NUMBER},
            ),
        }
    )
}
_STEP = _PLACE | {"message": _MESSAGE}

_RULE = _object(
    {
        "id": _text(r"^VM\d{3}$"),
        "name": _text(r"^[a-z0-9-]+$", most=255),
        "shortDescription": _object({"text": _text(most=1024)}),
        "fullDescription": _object({"text": _text(most=1024)}),
        "help": _object({"text": _text(), "markdown": _text()}),
        "defaultConfiguration": _object({"level": LEVEL}),
        "properties": _object(
            {
                "tags": _list(_text(), least=1, most=10) | {"uniqueItems": True},
                "precision": {"enum": ["very-high", "high", "medium", "low"]},
                "problem.severity": {"enum": ["error", "warning", "recommendation"]},
            }
        ),
    }
)

_RESULT = _object(
    {
        "ruleId": _text(r"^VM\d{3}$"),
        "level": LEVEL,
        "message": _MESSAGE,
        "locations": _list(_object(_PLACE), least=1, most=1),
        "partialFingerprints": _object({"vmlint/v1": _text(r"^[0-9a-f]{32}:[1-9]\d*$")}),
        "properties": _object(
            {"slug": _text(), "effect": _text()},
            {"object": _text(), "field": _text()},
        ),
    },
    {
        "ruleIndex": {"type": "integer", "minimum": 0},
        "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
        "suppressions": _list(
            _object(
                {"kind": {"enum": ["inSource", "external"]}}, {"justification": _text(), "location": _object(_PLACE)}
            ),
            most=1,
        ),
        "relatedLocations": _list(_object({"id": _NUMBER} | _STEP), least=1, most=100),
        "codeFlows": _list(
            _object(
                {
                    "threadFlows": _list(
                        _object({"locations": _list(_object({"location": _object(_STEP)}), least=1, most=1000)}),
                        least=1,
                        most=1,
                    )
                }
            ),
            least=1,
            most=1,
        ),
    },
)

_RUN = _object(
    {
        "tool": _object(
            {
                "driver": _object(
                    {"name": {"const": "vmlint"}, "version": _text(), "rules": _list(_RULE, most=25_000)},
                )
            }
        ),
        "invocations": _list(
            _object(
                {
                    "executionSuccessful": {"const": True},
                    "toolExecutionNotifications": _list(
                        _object(
                            {"level": LEVEL, "message": _MESSAGE},
                            {"locations": _list(_object(_PLACE), least=1, most=1)},
                        ),
                        most=25_000,
                    ),
                }
            ),
            least=1,
            most=1,
        ),
        "automationDetails": _object({"id": _text(r"^vmlint/.+/$")}),
        "columnKind": {"const": "unicodeCodePoints"},
        "results": _list(_RESULT, most=25_000),
    }
)

SHAPE = _object(
    {
        "$schema": {"const": "https://json.schemastore.org/sarif-2.1.0.json"},
        "version": {"const": "2.1.0"},
        "runs": _list(_RUN, least=1, most=1),
    }
)
