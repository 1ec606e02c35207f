"""A rule of vmlint crashed.

## What it does
Reports that a rule, or the reading of a file, failed with an internal error on an object. All other rules have checked
the object, and this rule all other objects. vmlint exits with code 70, whatever is selected.

## Why it matters
The rule's findings for the object are not known.

## Cluster message
vmlint only: the traceback is printed with `--verbose`.

## Bad
    # `vmlint check` shows the error, and with `--verbose` the traceback:
    #   infer-label-missing failed on it: KeyError: 'labels' at inference/infer_label_missing.py:41.
    kind: VirtualMachine
    metadata:
      name: web

## Good
    # To go on until it is fixed, ignore the rule for these files in `.vmlint.yaml`:
    overrides:
    - paths: [vms/web.yaml]
      ignore: [infer-label-missing]

## How to fix
Report the crash as a bug of vmlint. Until it is fixed, ignore the rule for these files, as shown above.

## Source
vmlint itself.
"""

from collections.abc import Iterator

from vmlint.model.crash import Crash
from vmlint.model.resource import Place
from vmlint.rule import Effect, Fault, Meta, Spot
from vmlint.source.span import Span
from vmlint.world import World

META = Meta("VM920", effect=Effect.UNREADABLE, since="0.1", subject=Crash)


def check(crash: Crash, world: World) -> Iterator[Fault]:
    document, line = crash.document, crash.document.line
    known = crash.resource is not None
    place = Place(crash.resource, ()) if crash.resource is not None else Spot(document, Span(line, 1, line, 1))
    yield META.at(
        place,
        f"{crash.work} failed on {'it' if known else 'this file'}: {crash.error}. "
        f"This is a fault in {f'`{crash.pack}`' if crash.pack else 'vmlint'}, not in the manifest.",
        fix=_fix(crash),
    )


def _fix(crash: Crash) -> str:
    if crash.pack:
        return f"fix the rule (`vmlint check --verbose` shows the traceback), or skip it with `--ignore {crash.rule}`"
    report = "report it with the traceback that `vmlint check --verbose` shows"
    return f"{report}; until it is fixed, skip `{crash.rule}` with `overrides`" if crash.rule else report
