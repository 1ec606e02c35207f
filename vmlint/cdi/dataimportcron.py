"""Why a DataImportCron is refused. Source: CDI `pkg/apiserver/webhooks/dataimportcron-validate.go`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.cdi.check import Check, check_name
from vmlint.cdi.datavolume import check_spec
from vmlint.model.access import get, mapping, text
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.source.span import Path

__all__ = ["check"]

_MAX_NAME = 63
_TEMPLATE: Path = ("spec", "template", "spec")
_GARBAGE_COLLECT = ("Never", "Outdated")
# CDI sets these itself; a value that counts as absent is let through.
_FORBIDDEN = ("sourceRef", "contentType", "checkpoints", "finalCheckpoint")


def check(data: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """The first refusal, in the webhook's order; nothing for an object that is accepted."""
    template = mapping(data, *_TEMPLATE)
    return (
        check_name(data, _MAX_NAME)
        or tuple(_template(template))
        or check_spec(template, _TEMPLATE)
        or tuple(_settings(mapping(data, "spec")))[:1]
    )


def _template(template: Mapping[str, Any]) -> Iterator[Refusal]:
    if all(get(template, "source", member) is None for member in ("registry", "pvc")):
        yield Refusal(Check.CRON_SOURCE_MISSING, (*_TEMPLATE, "source"))
        return
    set_fields = (field for field in _FORBIDDEN if template.get(field) not in (None, "", [], False))
    if (field := next(set_fields, None)) is not None:
        yield Refusal(Check.CRON_FIELD_FORBIDDEN, (*_TEMPLATE, field))


def _settings(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    from vmlint.cdi.cron import is_schedule

    schedule = text(spec, "schedule")
    if schedule and not is_unknown(schedule) and not is_schedule(schedule):
        yield Refusal(Check.CRON_SCHEDULE, ("spec", "schedule"))
    keep = spec.get("importsToKeep")
    if isinstance(keep, int) and not isinstance(keep, bool) and keep < 0:
        yield Refusal(Check.CRON_IMPORTS_TO_KEEP, ("spec", "importsToKeep"))
    collect = spec.get("garbageCollect")
    if isinstance(collect, str) and collect not in _GARBAGE_COLLECT and not is_unknown(collect):
        yield Refusal(Check.CRON_GARBAGE_COLLECT, ("spec", "garbageCollect"))
    managed, path = spec.get("managedDataSource"), ("spec", "managedDataSource")
    absent = managed is None or managed == ""
    if absent or (isinstance(managed, str) and _is_too_long(managed)):
        yield Refusal(Check.CRON_MANAGED_DATA_SOURCE, path)


def _is_too_long(name: str) -> bool:
    return len(name.encode(errors="replace")) > _MAX_NAME and not is_unknown(name)
