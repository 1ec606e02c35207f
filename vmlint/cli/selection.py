"""`--vm`: the VMs that a command is about."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vmlint.errors import UsageError
from vmlint.model.spelling import nearest

if TYPE_CHECKING:
    from vmlint.explain.expand import Expanded

__all__ = ["add_vm", "chosen"]


def add_vm(group: argparse._ActionsContainer) -> None:
    group.add_argument("--vm", metavar="NS/NAME", help="only one VM; the namespace is optional (default: every VM)")


def chosen(vms: Sequence[Expanded], wanted: str | None) -> list[Expanded]:
    """Those of the VMs that are meant: all without a wish, several where files hold alternatives of one VM.

    UsageError where the wish names none, or VMs of several namespaces.
    """
    if wanted is None:
        return list(vms)
    namespace, slash, name = wanted.rpartition("/")
    found = [vm for vm in vms if vm.resource.name == name and (not slash or vm.resource.namespace == namespace)]
    if not found:
        known = _names(vms)
        elsewhere = [one for one in known if one.rpartition("/")[2] == name]
        near = nearest(wanted, [*known, *(vm.resource.name for vm in vms)])
        hint = f"; did you mean `{elsewhere[0]}`?" if elsewhere else near
        raise UsageError(f"no VM is called `{wanted}`{hint or _listed(known)}")
    if len(same := _names(found)) > 1:
        raise UsageError(f"`{wanted}` names several VMs: write {' or '.join(f'`--vm {one}`' for one in same)}")
    return found


def _names(vms: Sequence[Expanded]) -> list[str]:
    return sorted({f"{vm.resource.namespace}/{vm.resource.name}" for vm in vms})


_LISTED = 5


def _listed(known: Sequence[str]) -> str:
    if not known:
        return ": the files contain no VM"
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    return f": there are {', '.join(f'`{name}`' for name in known[:_LISTED])}{more}"
