"""Golden images that platforms bring: the DataSources of their image namespaces, and the defaults on them.

Sources: kubevirt/ssp-operator `data/common-templates-bundle` (each DATA_SOURCE_NAME), `internal/constants.go`;
kubevirt/hyperconverged-cluster-operator `assets/dataImportCronTemplates` (labels up to 1.12; since then they come with
the image); OpenShift Virtualization, "Creating virtual machines from instance types".
"""

from __future__ import annotations

from vmlint.record import Record

__all__ = ["IMAGES", "Image", "Images", "catalog_of"]


class Image(Record):
    """A DataSource: its name, and the instancetype and preference that it defaults to ("" where that is not known)."""

    name: str
    instancetype: str = ""
    preference: str = ""


class Images(Record):
    """The namespace of a platform's images, and the images."""

    namespace: str
    images: tuple[Image, ...]


_COMMON = (
    Image("centos-stream8", "u1.medium", "centos.stream8"),
    Image("centos-stream9", "u1.medium", "centos.stream9"),
    Image("centos-stream10"),
    Image("centos6"),
    Image("centos7", "u1.medium", "centos.7"),
    Image("fedora", "u1.medium", "fedora"),
    Image("opensuse"),
    Image("rhel7"),
    Image("rhel10"),
    Image("ubuntu"),
    Image("win10"),
    Image("win11"),
    Image("win2k12r2"),
    Image("win2k16"),
    Image("win2k19"),
    Image("win2k22"),
    Image("win2k25"),
)

IMAGES: dict[str, Images] = {
    "openshift-virtualization": Images(
        "openshift-virtualization-os-images",
        (*_COMMON, Image("rhel8"), Image("rhel9", "u1.medium", "rhel.9")),
    ),
    "kubevirt-os-images": Images("kubevirt-os-images", (*_COMMON, Image("rhel8"), Image("rhel9"))),
}
"""By the name of the catalog."""


def catalog_of(namespace: str, name: str) -> str:
    """The catalog that holds an image, "" for none."""
    return next(
        (
            catalog
            for catalog, content in IMAGES.items()
            if content.namespace == namespace and any(image.name == name for image in content.images)
        ),
        "",
    )
