"""`vmlint context`: how to collect the objects of a live cluster that vmlint can make use of."""

from __future__ import annotations

from collections.abc import Sequence

from vmlint.cli.arguments import Parser
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import write
from vmlint.errors import UsageError

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Prints the command that collects from a live cluster what manifests refer to: storage classes and profiles, "
    "DataSources, instancetypes, claims, networks, the settings of KubeVirt and CDI, and the names of Secrets and "
    "ConfigMaps without their content. vmlint itself never connects to a cluster."
)
_EXAMPLES = (
    ("vmlint context --print-command", "the command to run where `kubectl` reaches the cluster"),
    ("vmlint check --context cluster.yaml", "use what it collected"),
)

_KINDS = (
    "storageclasses.storage.k8s.io",
    "storageprofiles.cdi.kubevirt.io",
    "cdis.cdi.kubevirt.io",
    "cdiconfigs.cdi.kubevirt.io",
    "kubevirts.kubevirt.io",
    "virtualmachineclusterinstancetypes.instancetype.kubevirt.io",
    "virtualmachineclusterpreferences.instancetype.kubevirt.io",
    "virtualmachineinstancetypes.instancetype.kubevirt.io",
    "virtualmachinepreferences.instancetype.kubevirt.io",
    "datasources.cdi.kubevirt.io",
    "dataimportcrons.cdi.kubevirt.io",
    "datavolumes.cdi.kubevirt.io",
    "persistentvolumeclaims",
    "network-attachment-definitions.k8s.cni.cncf.io",
    "volumesnapshots.snapshot.storage.k8s.io",
    "namespaces",
)
_NAMES = {
    "secrets": "Secret",
    "configmaps": "ConfigMap",
    "serviceaccounts": "ServiceAccount",
    "priorityclasses": "PriorityClass",
}
"""Kinds of which no more than the names is collected."""

_ITEM = "---{{'\\n'}}apiVersion: v1{{'\\n'}}kind: {kind}{{'\\n'}}metadata:{{'\\n'}}  name: {{.metadata.name}}{{'\\n'}}"
_ITEM += "  namespace: {{.metadata.namespace}}{{'\\n'}}"


def make_parser() -> Parser:
    parser = Parser("context", _DESCRIPTION, _EXAMPLES, PLAIN_EXITS)
    parser.add_argument("--print-command", action="store_true", help="print the command")
    add_options(parser, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    if not make_parser().read(words).print_command:
        raise UsageError("name an action: `vmlint context --print-command` prints the command")
    write(_command())
    return Exit.CLEAN


def _command() -> str:
    """A script for a shell: a kind that the cluster does not know is passed over."""
    kinds = " \\\n    ".join(_KINDS)
    names = "\n".join(f'  kubectl get {plural} -A -o jsonpath="{_items(kind)}"' for plural, kind in _NAMES.items())
    return (
        "{\n"
        f"  for kind in \\\n    {kinds}\n"
        '  do\n    kubectl get "$kind" -A -o yaml 2>/dev/null && echo ---\n  done\n'
        f"{names}\n"
        "} > cluster.yaml\n"
    )


def _items(kind: str) -> str:
    return f"{{range .items[*]}}{_ITEM.format(kind=kind)}{{end}}"
