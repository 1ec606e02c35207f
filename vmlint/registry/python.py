"""Python packs: a file, a folder or an installed package whose modules are rules, as those of `rules/` are.

Their code is run. That is why somebody has to ask for it: by naming the pack to the command, or by installing it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from vmlint.errors import PackError
from vmlint.registry.made import made
from vmlint.rule import Doubt, Effect, Fault, Meta, Rule, RuleModule
from vmlint.world import World

__all__ = ["folder_of", "from_module", "from_path"]


def from_path(path: Path, pack: str) -> tuple[Rule, ...]:
    """The rules of a file, or of a folder of files, as they are now. PackError tells all mistakes at once."""
    folder = path if path.is_dir() else path.parent
    root = _package(folder.resolve(), runs=path.is_dir())
    return _rules(root, [path.stem] if path.is_file() else None, pack)


def from_module(name: str, pack: str) -> tuple[Rule, ...]:
    """The rules of an installed module or package. PackError tells all mistakes at once."""
    try:
        root = import_module(name)
    except (Exception, SystemExit) as error:
        raise PackError([_not_imported(name, pack, error)]) from error
    if hasattr(root, "__path__"):
        return _rules(root, None, pack)
    if flaws := list(_flaws(root)):
        raise PackError([f"{_file(root)}: {flaw}" for flaw in flaws])
    return (_guarded(made(cast(RuleModule, root), pack)),)


def folder_of(name: str) -> Path:
    """The folder of an installed package, or that in which a module lies. PackError where there is none."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    places = list(spec.submodule_search_locations or ()) if spec else []
    if spec and (places or spec.origin):
        return Path(places[0]) if places else Path(str(spec.origin)).parent
    raise PackError([_no_module(name)])


# Modules


def _package(folder: Path, *, runs: bool) -> ModuleType:
    """A folder as a package under a name that no other module has; `runs` is whether its `__init__.py` does.

    What an earlier run made of it is forgotten: the files may have changed.
    """
    above = f"vmlint_pack_{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    for name in [name for name in sys.modules if name.partition(".")[0] == above]:
        del sys.modules[name]
    importlib.invalidate_caches()
    outer = ModuleType(above)
    outer.__path__ = []
    sys.modules[above] = outer
    name = f"{above}.{folder.name.replace('.', '-')}"
    init = folder / "__init__.py"
    if runs and init.is_file():
        spec = importlib.util.spec_from_file_location(name, init, submodule_search_locations=[str(folder)])
    else:
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(folder)]
    assert spec is not None
    root = importlib.util.module_from_spec(spec)
    sys.modules[name] = root
    return root


def _rules(root: ModuleType, names: Iterable[str] | None, pack: str) -> tuple[Rule, ...]:
    """The rules of a package: of the modules that are named, else of its `RULES`, else of all."""
    rules: list[Rule] = []
    mistakes: list[str] = []
    causes: list[BaseException] = []

    def attempt(name: str, load: Callable[[], Any]) -> bool:
        try:
            load()
        except (Exception, SystemExit) as error:
            causes.append(error)
            mistakes.append(_not_imported(name, pack, error))
            return False
        return True

    loader = root.__spec__.loader if root.__spec__ else None
    fresh = root.__name__.startswith("vmlint_pack_") and loader is not None
    if fresh and loader is not None and not attempt("__init__", lambda: loader.exec_module(root)):
        names = []
    for name in _listed(root, mistakes) if names is None else names:
        if not attempt(name, lambda name=name: import_module(f"{root.__name__}.{name}")):  # type: ignore[misc]
            continue
        module = sys.modules[f"{root.__name__}.{name}"]
        if flaws := list(_flaws(module)):
            mistakes += [f"{_file(module)}: {flaw}" for flaw in flaws]
        else:
            rules.append(_guarded(made(cast(RuleModule, module), pack)))
    if not rules and not mistakes:
        mistakes.append(f"{pack}: it contains no rule: a rule is a module with a docstring, `META` and `check`")
    if mistakes:
        raise PackError(mistakes) from (BaseExceptionGroup(f"in {pack}", causes) if causes else None)
    return tuple(sorted(rules, key=lambda rule: rule.id))


def _listed(root: ModuleType, mistakes: list[str]) -> list[str]:
    """The modules of a package that are rules: those of its `RULES`, else all whose names don't begin with `_`."""
    listed = getattr(root, "RULES", None)
    if listed is None:
        return sorted(set(_found(root)))
    if isinstance(listed, list | tuple) and all(isinstance(name, str) and name for name in listed):
        return list(listed)
    mistakes.append(f'{_file(root)}: `RULES` must name modules: write `RULES = ("storage.disk_too_small",)`')
    return []


def _found(root: ModuleType) -> Iterator[str]:
    for place in root.__path__:
        for file in Path(place).rglob("*.py"):
            parts = file.relative_to(place).with_suffix("").parts
            if not any(part.startswith(("_", ".")) or part == "fixtures" for part in parts):
                yield ".".join(parts)


def _not_imported(name: str, pack: str, error: BaseException) -> str:
    """Why a module can't be imported, with the last line of the pack's code that was run."""
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, ModuleNotFoundError) and error.name and f".{error.name}".endswith(f".{name}"):
        return _no_module(name) if name == pack else f"{pack}: the module `{name}` does not exist"
    if isinstance(error, SyntaxError) and error.filename:
        return f"{os.path.relpath(error.filename)}:{error.lineno or 1}: this is not valid Python: {error.msg}"
    return f"{_last_line(error) or pack}: module `{name}` can't be imported: {what}"


def _no_module(name: str) -> str:
    hint = f"; for the folder write `./{name}`" if Path(name).is_dir() else "; for a file or folder write its path"
    return f"{name}: no module of this name is installed{hint}"


def _last_line(error: BaseException) -> str:
    """Where the pack's code was when it failed; "" where it did not run."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    return f"{os.path.relpath(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""


def _is_ours(file: str) -> bool:
    return file.startswith("<") or Path(file) == Path(__file__)


def _file(module: ModuleType) -> str:
    return os.path.relpath(module.__file__) if module.__file__ else module.__name__


# What a module must hold


_ID = re.compile(r"[A-Z][A-Z0-9-]*[0-9]")
_OWN = re.compile(r"VM\d")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _flaws(module: ModuleType) -> Iterator[str]:
    """What is missing or wrong in a module that is to be a rule."""
    name = module.__name__.rpartition(".")[2]
    if not _NAME.fullmatch(name):
        yield (
            "the name of a rule's file must consist of lower-case letters, digits and `_`, such as `disk_too_small.py`"
        )
    if not (module.__doc__ or "").strip():
        yield "it has no docstring, which is the rule's documentation: begin with a line that names the fault"
    if not callable(getattr(module, "check", None)):
        yield "it has no `check`: write `def check(vm: VirtualMachine, world: World) -> Iterator[Fault]`"
    meta = getattr(module, "META", None)
    if isinstance(meta, Meta):
        yield from _flaws_of(meta)
    elif meta is None:
        also = " (the names of other modules begin with `_`)"
        yield f'it has no `META`: write `META = Meta("ACME1", effect=Effect.RISK, since="1", subject=…)`{also}'
    else:
        yield f"`META` must be a `vmlint.rule.Meta`, not {type(meta).__name__}"


def number_flaw(number: Any) -> str:
    """What is wrong with the number of a pack's rule; "" for nothing."""
    if not isinstance(number, str) or not _ID.fullmatch(number):
        return f"the number `{number}` must be capital letters and digits with a digit at the end, such as `ACME1`"
    if _OWN.match(number):
        return f"the number `{number}` is reserved for vmlint, as it begins with `VM` and a digit: choose another"
    return ""


def _flaws_of(meta: Meta) -> Iterator[str]:
    if wrong := number_flaw(meta.id):
        yield wrong
    if not isinstance(meta.effect, Effect):
        yield f"`effect` of META must be a `vmlint.rule.Effect`, such as `Effect.RISK`, not {meta.effect!r}"
    if not isinstance(meta.since, str):
        yield f'`since` of META must be the version of the pack as text, such as `"1.0"`, not {meta.since!r}'
    subjects = meta.subject if isinstance(meta.subject, tuple) else (meta.subject,)
    for subject in subjects:
        if not isinstance(subject, type):
            yield f"`subject` of META must be a class of `vmlint.model.subjects`, or several, not {subject!r}"


# What a rule does in a run


def _guarded(rule: Rule) -> Rule:
    """The rule, held to what a rule may say."""
    return rule._replace(check=partial(_checked, rule))


def _checked(rule: Rule, subject: Any, world: World) -> Iterator[Fault | Doubt]:
    for result in rule.check(subject, world):
        if not isinstance(result, Fault | Doubt):
            raise TypeError(
                f"`check` yields {type(result).__name__}; it must yield what `META.at` or `META.doubt` returns"
            )
        yield result
