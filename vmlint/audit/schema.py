"""The tables of an audit: each column with its type and what it holds.

The schema has a version of its own. A new column raises it, and old runs then read as null there; a column that is
removed or changes its meaning gets another name.
"""

from __future__ import annotations

from typing import Any

from vmlint.record import Record

__all__ = ["COMMON", "SCHEMA_VERSION", "TABLES", "Column", "Row", "Table", "columns"]

Row = dict[str, Any]
"""The values of a row by column; what it does not have is null."""

SCHEMA_VERSION = 1
"""The version of the tables and of their folder."""


class Column(Record):
    """A column: its name, its type in the words of `TYPES` in `vmlint/audit/tables.py`, and what it holds."""

    name: str
    type: str
    meaning: str


class Table(Record):
    """A table: what one row is, and the columns behind the common ones."""

    row: str
    columns: tuple[Column, ...]


COMMON: tuple[Column, ...] = (
    Column("run", "word", "The run: when it began, in UTC, as `2026-11-28T21-30-00Z`"),
    Column("repository", "word", "The name of the repository in the audit"),
    Column("team", "word", "Its label `team`; empty without one"),
)
"""The columns that every table begins with."""

_OBJECT: tuple[Column, ...] = (
    Column("api_version", "word", "`apiVersion` of the object"),
    Column("kind", "word", "Kind of the object; empty for a whole file"),
    Column("namespace", "word", "Namespace of the object; empty for a cluster-wide one"),
    Column("name", "text", "Name of the object"),
)
_PLACE: tuple[Column, ...] = (
    Column("file", "text", "The file, relative to the root of the repository"),
    Column("line", "number", "The line, from 1; 0 where the object is in no file"),
)

TABLES: dict[str, Table] = {
    "repositories": Table(
        "a repository of the run",
        (
            Column("labels", "labels", "All labels that the audit file gives to the repository"),
            Column("source", "word", "What it is: `folder`, `clone`, `mirror`, `archive` or `url`"),
            Column("revision", "text", "The revision as the audit file names it; empty for folders and archives"),
            Column("commit", "text", "The commit that was checked; for folders and archives a hash of the content"),
            Column("link", "text", "Where the forge shows a file: an address with `{path}` and `{line}`, or empty"),
            Column("status", "word", "`checked`; `empty`: no manifests; `failed`: no result, see `reason`"),
            Column("reason", "text", "The reason for a missing result; empty if a result exists"),
            Column("target", "word", "The release of KubeVirt that it was checked for; empty for none"),
            Column("version", "word", "The version of vmlint"),
            Column("key", "word", "The content key: equal keys have equal results"),
            Column("files", "number", "Files read"),
            Column("documents", "number", "Documents in them"),
            Column("objects", "number", "Objects that vmlint knows"),
            Column("vms", "number", "VirtualMachines and pools, once for each deployment"),
            Column("deployments", "number", "Deployments: kustomizations, Applications and the like"),
            Column("errors", "number", "Findings with the level error"),
            Column("warnings", "number", "Findings with the level warning"),
            Column("notes", "number", "Findings with the level note"),
            Column("suppressed", "number", "Findings that a comment, the configuration or a baseline suppresses"),
            Column("undecided", "number", "Questions that the files do not answer"),
            Column("skipped", "number", "Files and documents that were not read"),
            Column("external", "number", "References to objects outside the repository"),
            Column("crashes", "number", "Rules that failed: faults of vmlint"),
        ),
    ),
    "objects": Table(
        "an object of KubeVirt or CDI, a claim or a storage class, in one deployment",
        (
            *_OBJECT,
            *_PLACE,
            Column("deployment", "word", "What applies it; empty for the folder tree"),
            Column("run_strategy", "word", "`runStrategy` of a VM, with `running` translated"),
            Column("instancetype", "word", "The instancetype it gets, as `Kind namespace/name`; null for none"),
            Column("preference", "word", "The preference that the VM gets; null for none"),
            Column("inferred", "flag", "Whether the instancetype or preference is inferred from a volume"),
            Column("vcpus", "number", "vCPUs of the guest, with instancetype and defaults applied"),
            Column("memory_bytes", "number", "Memory of the guest in bytes, likewise"),
            Column("disk_bytes", "number", "Bytes that its DataVolume templates request"),
            Column("architecture", "word", "Architecture of the guest"),
            Column("storage_classes", "words", "Storage classes of its disks, sorted"),
            Column("networks", "words", "`pod`, and the network attachments by name, sorted"),
            Column("migratable", "flag", "Whether it can be migrated live; null where the files do not decide it"),
            Column("obstacles", "words", "What keeps it from being migrated, as KubeVirt names it, sorted"),
            Column("eviction", "word", "The eviction strategy in effect; null where the files do not decide it"),
            Column("restart_settings", "labels", "Effective settings that only a restart changes, by their path"),
            Column("problem", "text", "Why KubeVirt could not start the VM; null where nothing is known"),
            Column("content", "word", "A hash of the object as it is written"),
        ),
    ),
    "references": Table(
        "a field that names another object, in one deployment",
        (
            *_OBJECT,
            *_PLACE,
            Column("deployment", "word", "What applies the object"),
            Column("field", "text", "The field of the reference"),
            Column("reference", "word", "What it is for: `instancetype`, `volume`, `storage class`, …"),
            Column("target_kind", "word", "Kind of the object that is named"),
            Column("target_namespace", "word", "Its namespace"),
            Column("target_name", "text", "Its name"),
            Column("state", "word", "`found`, `missing`, `outside` or `unknown`"),
            Column("inferred", "flag", "Whether KubeVirt infers it from a volume"),
        ),
    ),
    "findings": Table(
        "a finding",
        (
            Column("rule", "word", "Number of the rule"),
            Column("slug", "word", "Name of the rule"),
            Column("family", "word", "Family of the rule"),
            Column("effect", "word", "What happens in the cluster: `rejected`, `stuck`, `risk`, …"),
            Column("level", "word", "`error`, `warning` or `note`"),
            *_OBJECT,
            *_PLACE,
            Column("col", "number", "The column, from 1"),
            Column("field", "text", "The field; empty for a fault of a whole document"),
            Column("message", "text", "What is wrong"),
            Column("fix", "text", "What to do"),
            Column("fixable", "word", "`safe` or `unsafe` where `vmlint check --fix` has a fix; else null"),
            Column("also", "words", "Objects of other deployments with the same fault at the same place"),
            Column("chain", "words", "The steps that lead to the fault"),
            Column("fingerprint", "word", "The same from run to run, whichever line the finding moves to"),
        ),
    ),
    "undecided": Table(
        "a question that the files do not answer, or a part that was not read",
        (
            Column("sort", "word", "`question`, or `skipped` for a file or document that was not read"),
            *_OBJECT,
            *_PLACE,
            Column("reason", "text", "Why the question is open, or the part was skipped"),
        ),
    ),
    "updates": Table(
        "what changes for one object, between two runs or two releases of KubeVirt",
        (
            Column(
                "basis",
                "word",
                "`edit`: both commits were compared; `tables`: only the rows of the two runs; "
                "`upgrade`: one commit on two releases",
            ),
            Column("before", "word", "The commit or release that is compared with"),
            Column("after", "word", "The commit or release of this run"),
            *_OBJECT,
            *_PLACE,
            Column(
                "verdict",
                "word",
                "`deleted`, `refused`, `restart`, `live`, `created`, `nothing`; of `tables` "
                "`deleted`, `created` and `changed`",
            ),
            Column("topic", "word", "The heading under which `vmlint diff` lists it, such as `data loss`"),
            Column("message", "text", "What happens"),
            Column("fix", "text", "What to do"),
            Column("fields", "words", "The fields that decide it"),
        ),
    ),
}
"""The tables by name."""


def columns(table: str) -> tuple[Column, ...]:
    """All columns of a table, the common ones first."""
    return (*COMMON, *TABLES[table].columns)
