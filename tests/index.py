"""What is known of the rules without their code: `rules/_index.py`, which vmlint reads instead of all their modules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from vmlint.registry.made import made
from vmlint.rule import Meta, Rule, RuleModule

__all__ = ["INDEX", "index", "modules"]

INDEX = Path(__file__).parents[1] / "rules/_index.py"

_HEAD = '''\
"""What is known of each rule without its code: its module, its title, its `META`. Nobody writes here.

`python -m tests.accept` takes it from the modules.
"""

# ruff: noqa: E501, I001
# fmt: off

from __future__ import annotations
'''


def modules() -> dict[str, Rule]:
    """The rules as their modules have them, by the names in `RULES`."""
    names: tuple[str, ...] = import_module("vmlint.rules").RULES
    return {name: made(cast(RuleModule, import_module(f"vmlint.rules.{name}"))) for name in names}


def index() -> str:
    """The text of the file."""
    found = modules()
    named = [thing for rule in found.values() for thing in _named(rule.meta)]
    levels = {"Level" for rule in found.values() if rule.meta.level is not None}
    wanted: dict[str, set[str]] = {"vmlint.rule": {"Effect", "Fix", "Meta", *levels}}
    for thing in named:
        wanted.setdefault(thing.__module__, set()).add(thing.__name__)
    imports = [f"from {_near(module)} import {', '.join(sorted(names))}" for module, names in sorted(wanted.items())]
    rows = [f"    {_written(name)}: ({_written(rule.title)}, {_meta(rule.meta)})," for name, rule in found.items()]
    return "\n".join((_HEAD, *imports, "", "INDEX = {", *rows, "}", ""))


def _near(module: str) -> str:
    """The name by which a module of the rules is imported among them."""
    return module.removeprefix("vmlint.rules") if module.startswith("vmlint.rules.") else module


def _subjects(meta: Meta) -> tuple[type[Any], ...]:
    return meta.subject if isinstance(meta.subject, tuple) else (meta.subject,)


def _named(meta: Meta) -> Iterator[Any]:
    yield from _subjects(meta)
    if meta.about is not None:
        yield meta.about


def _meta(meta: Meta) -> str:
    given = {field.name: getattr(meta, field.name) for field in fields(Meta)}
    defaults = {field.name: field.default for field in fields(Meta)}
    told = ", ".join(f"{name}={_written(value)}" for name, value in given.items() if value != defaults[name])
    return f"Meta({told})"


def _written(value: object) -> str:
    match value:
        case Enum():
            return f"{type(value).__name__}.{value.name}"
        case tuple():
            return f"({', '.join(map(_written, cast(Iterable[object], value)))},)"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value)
    return cast(str, cast(Any, value).__name__)
