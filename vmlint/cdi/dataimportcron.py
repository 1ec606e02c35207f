"""Why a DataImportCron is refused. Source: CDI `pkg/apiserver/webhooks/dataimportcron-validate.go`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.cdi.cause import Cause, Check, check_name
from vmlint.cdi.datavolume import check_spec
from vmlint.model.access import get, mapping, text
from vmlint.model.unknown import is_unknown
from vmlint.source.span import Path

__all__ = ["check"]

_MAX_NAME = 63
_TEMPLATE: Path = ("spec", "template", "spec")
_GARBAGE_COLLECT = ("Never", "Outdated")
# CDI sets these itself; a value that counts as absent is let through.
_FORBIDDEN = ("sourceRef", "contentType", "checkpoints", "finalCheckpoint")


def check(data: Mapping[str, Any]) -> tuple[Cause, ...]:
    """The first refusal, in the webhook's order; nothing for an object that is accepted."""
    template = mapping(data, *_TEMPLATE)
    return (
        check_name(data, _MAX_NAME)
        or tuple(_template(template))
        or check_spec(template, _TEMPLATE)
        or tuple(_settings(mapping(data, "spec")))[:1]
    )


def _template(template: Mapping[str, Any]) -> Iterator[Cause]:
    if all(get(template, "source", member) is None for member in ("registry", "pvc")):
        yield Cause((*_TEMPLATE, "source"), "Missing source", Check.CRON_SOURCE_MISSING)
        return
    set_fields = (field for field in _FORBIDDEN if template.get(field) not in (None, "", [], False))
    if (field := next(set_fields, None)) is not None:
        message = "Unsettable fields: SourceRef, ContentType, Checkpoints, FinalCheckpoint"
        yield Cause((*_TEMPLATE, field), message, Check.CRON_FIELD_FORBIDDEN)


def _settings(spec: Mapping[str, Any]) -> Iterator[Cause]:
    from vmlint.cdi.cron import is_schedule

    schedule = text(spec, "schedule")
    if schedule and not is_unknown(schedule) and not is_schedule(schedule):
        yield Cause(("spec", "schedule"), "Illegal cron schedule", Check.CRON_SCHEDULE)
    keep = spec.get("importsToKeep")
    if isinstance(keep, int) and not isinstance(keep, bool) and keep < 0:
        yield Cause(("spec", "importsToKeep"), "Illegal ImportsToKeep value", Check.CRON_IMPORTS_TO_KEEP)
    collect = spec.get("garbageCollect")
    if isinstance(collect, str) and collect not in _GARBAGE_COLLECT and not is_unknown(collect):
        yield Cause(("spec", "garbageCollect"), "Illegal GarbageCollect value", Check.CRON_GARBAGE_COLLECT)
    managed, path = spec.get("managedDataSource"), ("spec", "managedDataSource")
    if managed is None or managed == "":
        yield Cause(path, "Illegal ManagedDataSource value", Check.CRON_MANAGED_DATA_SOURCE)
    elif isinstance(managed, str) and len(managed.encode(errors="replace")) > _MAX_NAME and not is_unknown(managed):
        message = f"Name cannot be longer than {_MAX_NAME} characters"
        yield Cause(path, message, Check.CRON_MANAGED_DATA_SOURCE)
