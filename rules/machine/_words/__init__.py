"""The words for what KubeVirt's admission refuses: a module for each module of `vmlint/kubevirt/admission`."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.model.refusal import Refusal

from ..._wording import Wording, Words, in_words
from . import (
    access_credentials,
    architecture,
    claims,
    cloud_init,
    cpu,
    devices,
    disks,
    dns,
    enums,
    features,
    firmware,
    grace,
    hyperv,
    identity,
    interfaces,
    labels,
    launch_security,
    memory,
    metadata,
    networks,
    probes,
    run_state,
    scheduling,
    sets,
    volumes,
)

__all__ = ["WORDS", "words_of"]

WORDS: Mapping[str, Wording] = {
    code: words
    for module in (
        access_credentials,
        architecture,
        claims,
        cloud_init,
        cpu,
        devices,
        disks,
        dns,
        enums,
        features,
        firmware,
        grace,
        hyperv,
        identity,
        interfaces,
        labels,
        launch_security,
        memory,
        metadata,
        networks,
        probes,
        run_state,
        scheduling,
        sets,
        volumes,
    )
    for code, words in module.WORDS.items()
}
"""By the code of a refusal."""


def words_of(refusal: Refusal) -> Words:
    """The words of a refusal by admission: the message ends with a full stop."""
    return in_words(WORDS, refusal)
