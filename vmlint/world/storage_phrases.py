"""The sentences about disks of which the files don't say everything, which rules, `expand` and `create pvc` share."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.cdi.datasource import End
from vmlint.cdi.render import Failure, FailureReason
from vmlint.cdi.storageclass import DEFAULT, VIRT_DEFAULT, Choice, ChoiceReason
from vmlint.cdi.storageworld import Gap, Reason

__all__ = ["CHOICES", "FAILURES", "GAPS", "NOT_READY", "failure_message", "why_chosen", "why_open"]

GAPS: Mapping[Gap, str] = {
    Gap.OBJECT_OUTSIDE: "{0} `{1}` is not in the files",
    Gap.CLASS_OUTSIDE: "storage class `{0}` is not in the files",
    Gap.CLASS_EMPTY: "`storageClassName` is empty, so CDI uses an existing volume, and none that fits is in the files",
    Gap.PREFERENCE_OUTSIDE: "the VM's preference, which may name a storage class, is not in the files",
    Gap.VARIABLE_IN_SOURCE: "the source contains a variable",
    Gap.VARIABLE_IN_SOURCE_REFERENCE: "the source reference contains a variable",
    Gap.VARIABLE_IN_DATA_SOURCE: "the DataSource's source contains a variable",
    Gap.VARIABLE_IN_DATA_SOURCE_REFERENCE: "the DataSource's reference contains a variable",
    Gap.VARIABLE_IN_MODES: "the modes contain a variable",
    Gap.VARIABLE_IN_PROFILE: "the modes of StorageProfile `{0}` contain a variable",
    Gap.VARIABLE_NAMES_CLASS: "a variable names the storage class",
    Gap.VARIABLE_IN_CLASS: "a variable decides what storage class `{0}` offers",
    Gap.NO_DEFAULT_CLASS: "no storage class in the files is the default",
    Gap.DEFAULT_CLASS_UNCERTAIN: "the default storage class is not certain",
    Gap.NEWEST_DEFAULT_UNKNOWN: "the files do not determine which default storage class is the newest",
    Gap.PROFILE_INCOMPLETE: "StorageProfile `{0}` has an incomplete set, so CDI keeps the profile's previous sets",
    Gap.MODES_WITHOUT_ORDER: "the volumes of storage class `{0}` offer several modes, in no fixed order",
    Gap.SIZE_OF_SOURCE: "the size comes from the source",
    Gap.SIZE_NOT_A_NUMBER: "the files do not determine the size",
    Gap.SIZE_OF_COPY: "the size of the copy depends on the volume mode",
    Gap.OVERHEAD: "the overhead depends on the storage class and the volume mode",
    Gap.SOURCE_MISSING: "the source `{0}` does not exist",
    Gap.SOURCE_NOT_READY: "{0}",
    Gap.IMAGE_NOT_MEASURED: "CDI measures the image in the source to know its size",
    Gap.CAPACITY_UNKNOWN: "the capacity of the source is known only once it is bound",
    Gap.RESTORE_SIZE_UNKNOWN: "the restore size of the snapshot is known only once it is ready",
    Gap.SNAPSHOT_MODE_UNKNOWN: "the volume mode of the source is in the snapshot's content, not in the files",
}

NOT_READY: Mapping[End, str] = {
    End.NO_SOURCE: "No source PVC set",
    End.NOT_FOUND: 'datasources.cdi.kubevirt.io "{0}" not found',
    End.CROSS_NAMESPACE: "DataSource cannot reference a DataSource in another namespace",
    End.SELF_REFERENCE: "DataSource cannot self-reference",
    End.TOO_DEEP: "DataSource reference chain exceeds maximum depth of 1",
}
"""CDI's own words for a DataSource that never becomes ready."""

CHOICES: Mapping[ChoiceReason, str] = {
    ChoiceReason.NAMED: "storage class `{0}` is named",
    ChoiceReason.VIRT_DEFAULT: f"storage class `{{0}}` is the default for virtual machines (`{VIRT_DEFAULT}`)",
    ChoiceReason.DEFAULT: f"storage class `{{0}}` is the default (`{DEFAULT}`)",
    ChoiceReason.NOT_FOUND: "the named storage class is not in the files",
    ChoiceReason.NO_DEFAULT: "no storage class is set, and none in the files is the default",
}


FAILURES: Mapping[FailureReason, str] = {
    FailureReason.NO_STORAGE: "datavolume one of {{pvc, storage}} field is required",
    FailureReason.ARCHIVE_BLOCK: "ContentType Archive cannot have block volumeMode",
    FailureReason.NO_CLASS: "PVC spec is missing accessMode and no storageClass to choose profile",
    FailureReason.NO_MODES: "no accessMode specified in StorageProfile {profile}",
    FailureReason.NO_MATCHING_MODES: "no matching accessMode specified in StorageProfile {profile}",
    FailureReason.NO_SIZE: "PVC Spec is not valid - missing storage size",
    FailureReason.TOO_SMALL: "PVC Spec is not valid - storage size should be at least 1MiB",
}
"""CDI's own words for a claim that it does not make."""


def why_open(reason: Reason) -> str:
    """Why the files don't answer a question: a sentence without its full stop."""
    if reason.gap is Gap.SOURCE_NOT_READY:
        end, name = reason.names
        return NOT_READY[End(end)].format(name)
    return GAPS[reason.gap].format(*reason.names).lstrip()


def why_chosen(choice: Choice) -> str:
    """Why a claim gets its storage class, or none."""
    return CHOICES[choice.why].format(choice.name)


def failure_message(failure: Failure) -> str:
    """CDI's message for a claim that it does not make."""
    return FAILURES[failure.why].format(profile=failure.profile.name if failure.profile is not None else "")
