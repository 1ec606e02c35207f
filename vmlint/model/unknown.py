"""Text whose value is filled in elsewhere: a Flux variable, a template expression, a placeholder for `sed`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from vmlint.runtime.pattern import late

__all__ = ["before_variable", "is_unknown", "may_be"]

_LONGEST_NAME = 253
"""In characters. A longer or a multi-line text (a script, user data) is code, in which `$(date)` is no placeholder."""

_VARIABLE = r"\$\{[^}]*\}|\{\{.*?\}\}"
"""What tools fill in everywhere: Flux, envsubst, OpenShift Templates, Helm, Jinja, Argo CD."""

_PLACEHOLDER = r"""
    \$\([A-Za-z_][\w.-]*\)                                # kustomize vars, Tekton: $(NAME)
  | \$[A-Z_][A-Z0-9_]*                                    # envsubst: $NAME
  | __[A-Za-z0-9](?:[\w.-]*?[A-Za-z0-9])?__               # __NAME__
  | <<?[%=\s]*[A-Za-z_][^<>\n]*>>?                        # <vm_name>, <%= name %>
  | %%[\w.-]+%% | %[A-Za-z_]{3}[\w.-]*%                   # %%NAME%%, %NAME%
  | @@?[A-Za-z_][\w.-]*@@?                                # @NAME@
  | \#\{[^{}\n]*\}\#? | \(\([\w.:-]+\)\) | \[\[[^\[\]\n]*\]\]   # #{NAME}#, ((name)), [[ name ]]
  | (?<![$#{])\{[A-Za-z_][\w.-]*\}                        # {name}
  | (?<![A-Za-z0-9])(?i:replace|change|fill|edit|insert)[-_ ]?(?i:me|this|it|here|in)(?![A-Za-z0-9])   # REPLACE_ME
  | (?<![A-Za-z0-9])(?i:your)[-_ ][\w-]+                  # your-storage-class
  | (?<![A-Za-z0-9])(?i:placeholder|todo|fixme|tbd)(?![A-Za-z0-9])
  | \A[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:NAME|NAMESPACE|CLASS|SIZE|URL|HERE|ID|KEY|IMAGE|IP)\Z         # VM_NAME
  | \A(?:\.\.\.|…)\Z
"""
"""What people replace by hand or with `sed`."""

_EVERYWHERE = late(_VARIABLE)
_IN_NAMES = late(f"{_VARIABLE} | {_PLACEHOLDER}", re.VERBOSE)


def is_unknown(value: Any) -> bool:
    """Whether a value holds a variable or a placeholder: it equals nothing and conflicts with nothing."""
    if not isinstance(value, str):
        return False
    return _is_unknown_name(value) if len(value) <= _LONGEST_NAME else _has_variable(value)


def _has_variable(value: str) -> bool:
    return "${" in value or "{{" in value


_SIGN = re.compile(r"[$%@#(\[<{_]|\A\.\.\.\Z")
_WORDS = ("replace", "change", "fill", "edit", "insert", "your", "placeholder", "todo", "fixme", "tbd")
"""In a variable or placeholder is one of these signs, or one of these words."""


@lru_cache(maxsize=65536)
def _is_unknown_name(value: str) -> bool:
    if value.isascii() and _SIGN.search(value) is None and not any(map(value.lower().__contains__, _WORDS)):
        return False  # nearly always, and cheap
    return _has_variable(value) or ("\n" not in value and _IN_NAMES.search(value) is not None)


def may_be(value: str, wanted: str) -> bool:
    """Whether a value may turn out to be the wanted text once its variables are filled in."""
    return value == wanted if not is_unknown(value) else _pattern(value).fullmatch(wanted) is not None


@lru_cache(maxsize=65536)
def _pattern(value: str) -> re.Pattern[str]:
    variable = _IN_NAMES if len(value) <= _LONGEST_NAME else _EVERYWHERE
    return re.compile(".*".join(re.escape(part) for part in variable.split(value)), re.DOTALL)


def before_variable(name: str) -> str:
    """The text in front of a name's first variable; the whole name where it holds none."""
    starts = [at for opening in ("${", "{{") if (at := name.find(opening)) >= 0]
    if len(name) <= _LONGEST_NAME and (found := _IN_NAMES.search(name)):
        starts.append(found.start())
    return name[: min(starts, default=len(name))]
