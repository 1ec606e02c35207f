"""The admission checks of DataVolumes: a refused manifest for each, with the field and the message."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from vmlint.cdi.check import Check
from vmlint.cdi.datavolume import check, check_clone_rights, check_spec, check_template
from vmlint.cdi.storageworld import Gap, Reason, Undecided
from vmlint.explain.cdi_messages import message_of
from vmlint.model.refusal import Refusal, Refuser

from .strategies import JSON

ELSEWHERE = Reason(Gap.OBJECT_OUTSIDE, ("", "elsewhere"))
GOOD_PVC = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
GOOD_STORAGE = {"resources": {"requests": {"storage": "1Gi"}}}
BLANK: dict[str, Any] = {"blank": {}}
HASH = "a" * 64
IMAGEIO = {"url": "https://e.com", "diskId": "1", "secretRef": "s", "certConfigMap": "c"}
VDDK = {"url": "https://e.com", "uuid": "u", "backingFile": "b", "thumbprint": "t", "secretRef": "s"}
EXTERNAL = {"apiGroup": "cdi.kubevirt.io", "kind": "VolumeImportSource", "name": "x"}


def pvc(**fields: Any) -> dict[str, Any]:
    return {"source": BLANK, "pvc": GOOD_PVC | fields}


def sized(section: str, size: Any) -> dict[str, Any]:
    return {"source": BLANK, section: GOOD_PVC | {"resources": {"requests": {"storage": size}}}}


def storage(**fields: Any) -> dict[str, Any]:
    return {"source": BLANK, "storage": GOOD_STORAGE | fields}


def source(content_type: str | None = None, **members: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"source": members, "storage": GOOD_STORAGE}
    return spec | ({"contentType": content_type} if content_type is not None else {})


def reference(**fields: Any) -> dict[str, Any]:
    return {"sourceRef": fields, "storage": GOOD_STORAGE}


ACCEPTED: list[dict[str, Any]] = [
    pvc(),
    storage(),
    storage(accessModes=["ReadWriteOnce", "ReadWriteOncePod"]),
    sized("pvc", 1048576),
    sized("storage", "${SIZE}"),
    sized("storage", True),
    pvc(accessModes=["${MODE}"]),
    {"source": {"pvc": {"name": "a", "namespace": "b"}}, "storage": {}},
    {"source": {"snapshot": {"name": "a", "namespace": "b"}}, "storage": {"accessModes": ["ReadOnlyMany"]}},
    {"sourceRef": {"kind": "DataSource", "name": "x"}, "storage": {}},
    {"storage": GOOD_STORAGE | {"dataSourceRef": EXTERNAL}},
    {"pvc": GOOD_PVC | {"dataSource": {"kind": "PersistentVolumeClaim", "name": "x"}}},
    source(upload={}),
    source(upload={}, http=None),
    source("archive", upload={}),
    source("kubevirt", registry={"url": "docker://e.com/x"}),
    source(registry={"url": "oci-archive:/x"}),
    source(registry={"url": "${URL}"}),
    source(registry={"imageStream": "x", "pullMethod": "node"}),
    source(http={"url": "HTTPS://e.com/x", "checksum": f" SHA256: {HASH} "}),
    source(http={"url": "${URL}"}),
    source(gcs={"url": "gs://bucket/x"}),
    source(imageio=IMAGEIO),
    source(imageio=IMAGEIO | {"certConfigMap": "", "insecureSkipVerify": True}),
    source(vddk=VDDK),
    # Of the wrong type: the API server's schema has the word.
    {"source": [], "storage": GOOD_STORAGE},
    {"source": BLANK, "storage": "x"},
]

REFUSED: list[tuple[dict[str, Any], str, Check, str]] = [
    ({}, "pvc", Check.STORAGE_MISSING, "Missing Data volume PVC"),
    (pvc() | {"storage": {}}, "storage", Check.STORAGE_TWICE, "Duplicate storage definition, both target storage"),
    (
        sized("pvc", "0"),
        "pvc.resources.requests.storage",
        Check.SIZE_NOT_POSITIVE,
        "PVC size can't be equal or less than zero",
    ),
    (
        sized("storage", -1),
        "storage.resources.requests.storage",
        Check.SIZE_NOT_POSITIVE,
        "Storage size can't be equal or less than zero",
    ),
    (
        sized("storage", "1048575"),
        "storage.resources.requests.storage",
        Check.SIZE_TOO_SMALL,
        "Storage size should be at least 1MiB",
    ),
    (pvc(resources={}), "pvc.resources.requests.storage", Check.SIZE_MISSING, "PVC size is missing"),
    (
        {"source": {"pvc": {"name": "a", "namespace": "b"}}, "pvc": {}},
        "pvc.resources.requests.storage",
        Check.SIZE_MISSING,
        "PVC size is missing",
    ),
    (
        {"source": BLANK, "storage": {}},
        "storage.resources.requests.storage",
        Check.SIZE_MISSING,
        "Storage size is missing",
    ),
    (
        storage(storageClassName="x" * 254),
        "storage.storageClassName",
        Check.CLASS_NAME_TOO_LONG,
        "Name cannot be longer than 253 characters",
    ),
    (
        pvc(accessModes=[]),
        "pvc.accessModes",
        Check.ACCESS_MODE_MISSING,
        "Required value: at least 1 access mode is required",
    ),
    (
        pvc(accessModes=["ReadWriteOnce", "ReadOnlyMany"]),
        "pvc.accessModes",
        Check.ACCESS_MODES_SEVERAL,
        "PVC multiple accessModes",
    ),
    (pvc(accessModes=["RWX"]), "pvc.accessModes.0", Check.ACCESS_MODE_UNKNOWN, 'Unsupported value: "RWX"'),
    (
        storage(accessModes=["ReadWriteOnce", "RWX"]),
        "storage.accessModes.1",
        Check.ACCESS_MODE_UNKNOWN,
        'Unsupported value: "RWX"',
    ),
    (
        storage(dataSourceRef=EXTERNAL),
        "source",
        Check.EXTERNAL_WITH_SOURCE,
        "External population is incompatible with Source and SourceRef",
    ),
    (
        {"storage": GOOD_STORAGE | {"dataSource": EXTERNAL, "dataSourceRef": EXTERNAL}},
        "storage.dataSourceRef",
        Check.EXTERNAL_TWICE,
        "DataSourceRef and DataSource must match",
    ),
    (
        {"pvc": GOOD_PVC | {"dataSourceRef": EXTERNAL | {"namespace": "n"}}},
        "pvc.dataSourceRef.namespace",
        Check.EXTERNAL_NAMESPACE,
        "Invalid value: DataSourceRef namespace not supported",
    ),
    (
        {"pvc": GOOD_PVC | {"dataSource": EXTERNAL | {"name": ""}}},
        "pvc.dataSource.name",
        Check.EXTERNAL_INCOMPLETE,
        "Required value: DataSource name",
    ),
    (
        {"pvc": GOOD_PVC | {"dataSource": {"kind": "VolumeSnapshot", "name": "x"}}},
        "pvc.dataSource.apiGroup",
        Check.EXTERNAL_INCOMPLETE,
        "Required value: DataSource apiGroup when kind is not 'PersistentVolumeClaim'",
    ),
    ({"pvc": GOOD_PVC}, "source", Check.SOURCE_CHOICE, "Data volume should have either Source or SourceRef"),
    (
        pvc() | {"sourceRef": {"kind": "DataSource", "name": "x"}},
        "source",
        Check.SOURCE_CHOICE,
        "Data volume should have either Source or SourceRef",
    ),
    (reference(name="x"), "sourceRef.kind", Check.SOURCE_REF_INVALID, "Missing sourceRef kind"),
    (
        reference(kind="Secret", name="x"),
        "sourceRef.kind",
        Check.SOURCE_REF_INVALID,
        "Unsupported sourceRef kind Secret, currently only DataSource is supported",
    ),
    (reference(kind="DataSource"), "sourceRef.name", Check.SOURCE_REF_INVALID, "Missing sourceRef name"),
    (source(), "source", Check.SOURCE_MISSING, "Missing Data volume source"),
    (source(unheard={}), "source", Check.SOURCE_MISSING, "Missing Data volume source"),
    (source(blank={}, upload={}), "source", Check.SOURCES_SEVERAL, "Multiple Data volume sources"),
    (
        source("tar", upload={}),
        "contentType",
        Check.CONTENT_TYPE_UNKNOWN,
        "ContentType not one of: kubevirt, archive",
    ),
    (source(http={}), "source.http.url", Check.URL_INVALID, "spec.source source URL is empty"),
    (source(s3={"url": "e.com/x"}), "source.s3.url", Check.URL_INVALID, "spec.source Invalid source URL: e.com/x"),
    (
        source(gcs={"url": "ftp://e.com"}),
        "source.gcs.url",
        Check.URL_INVALID,
        "spec.source Invalid source URL scheme: ftp://e.com",
    ),
    (
        source(http={"url": "http://e.com", "checksum": HASH}),
        "source.http.checksum",
        Check.CHECKSUM_INVALID,
        "Invalid checksum format: invalid checksum format",
    ),
    (
        source(http={"url": "http://e.com", "checksum": "sha3:a"}),
        "source.http.checksum",
        Check.CHECKSUM_INVALID,
        "Invalid checksum format: unsupported hash algorithm 'sha3'",
    ),
    (
        source(http={"url": "http://e.com", "checksum": "md5:abc"}),
        "source.http.checksum",
        Check.CHECKSUM_INVALID,
        "Invalid checksum format: invalid md5 hash length: expected 32 hex characters, got 3",
    ),
    (
        source(http={"url": "http://e.com", "checksum": f"sha256:{'g' * 64}"}),
        "source.http.checksum",
        Check.CHECKSUM_INVALID,
        "Invalid checksum format: checksum hash is not valid hexadecimal",
    ),
    (
        source("archive", blank={}),
        "contentType",
        Check.CONTENT_TYPE_UNFIT,
        "SourceType cannot be blank and the contentType be archive",
    ),
    (
        source("archive", registry={"url": "docker://x"}),
        "contentType",
        Check.CONTENT_TYPE_UNFIT,
        "ContentType must be kubevirt when Source is Registry",
    ),
    (
        source(registry={}),
        "source.registry",
        Check.REGISTRY_CHOICE,
        "Source registry should have either URL or ImageStream",
    ),
    (
        source(registry={"url": "docker://x", "imageStream": "y"}),
        "source.registry",
        Check.REGISTRY_CHOICE,
        "Source registry should have either URL or ImageStream",
    ),
    (
        source(registry={"url": "docker://a b"}),
        "source.registry.url",
        Check.REGISTRY_URL_INVALID,
        "Illegal registry source URL docker://a b",
    ),
    (
        source(registry={"url": "e.com/x"}),
        "source.registry.url",
        Check.REGISTRY_URL_INVALID,
        "Illegal registry source URL scheme e.com/x",
    ),
    (
        source(registry={"url": "docker://x", "pullMethod": "vm"}),
        "source.registry.pullMethod",
        Check.REGISTRY_PULL_METHOD,
        'ImportMethod vm is neither pod, node or ""',
    ),
    (
        source(registry={"imageStream": "", "pullMethod": "node"}),
        "source.registry",
        Check.REGISTRY_IMAGE_STREAM,
        "Source registry ImageStream is not valid",
    ),
    (
        source(registry={"imageStream": "x"}),
        "source.registry.pullMethod",
        Check.REGISTRY_IMAGE_STREAM,
        "Source registry ImageStream is supported only with node pull import method",
    ),
    (
        source(imageio=IMAGEIO | {"secretRef": ""}),
        "source.imageio.secretRef",
        Check.IMAGEIO_INCOMPLETE,
        "spec.source.Imageio source Imageio is not valid",
    ),
    (
        source(imageio=IMAGEIO | {"certConfigMap": "", "insecureSkipVerify": False}),
        "source.imageio.certConfigMap",
        Check.IMAGEIO_INCOMPLETE,
        "spec.source.Imageio source Imageio requires CertConfigMap or InsecureSkipVerify",
    ),
    (source(imageio=IMAGEIO | {"url": "x"}), "source.imageio.url", Check.URL_INVALID, "spec.source Invalid source URL"),
    (
        source(vddk={key: value for key, value in VDDK.items() if key != "uuid"}),
        "source.vddk.uuid",
        Check.VDDK_INCOMPLETE,
        "spec.source.VDDK source VDDK is not valid",
    ),
    (
        source(pvc={"name": "x"}),
        "source.pvc.namespace",
        Check.CLONE_SOURCE_INCOMPLETE,
        "spec.source.PVC source PVC is not valid",
    ),
    (
        source(snapshot={"namespace": "x", "name": ""}),
        "source.snapshot.name",
        Check.CLONE_SOURCE_INCOMPLETE,
        "spec.source.Snapshot source snapshot is not valid",
    ),
]


@pytest.mark.parametrize("spec", ACCEPTED)
def test_accepted(spec: dict[str, Any]) -> None:
    assert check_spec(spec) == ()


@pytest.mark.parametrize(("spec", "field", "kind", "message"), REFUSED)
def test_refused(spec: dict[str, Any], field: str, kind: Check, message: str) -> None:
    path = tuple(int(step) if step.isdigit() else step for step in f"template.{field}".split("."))
    (refusal,) = check_spec(spec, ("template",))
    assert (refusal.path, refusal.code, refusal.by) == (path, kind, Refuser.VALIDATING_WEBHOOK)
    assert message_of(refusal).startswith(message)


def test_the_faults_of_an_outside_population_come_together() -> None:
    spec = {"source": BLANK, "storage": GOOD_STORAGE | {"dataSource": {}, "dataSourceRef": {"namespace": "n"}}}
    assert [refusal.code for refusal in check_spec(spec)] == [
        Check.EXTERNAL_WITH_SOURCE,
        Check.EXTERNAL_TWICE,
        Check.EXTERNAL_INCOMPLETE,
        Check.EXTERNAL_INCOMPLETE,
        Check.EXTERNAL_INCOMPLETE,
        Check.EXTERNAL_NAMESPACE,
        Check.EXTERNAL_INCOMPLETE,
        Check.EXTERNAL_INCOMPLETE,
        Check.EXTERNAL_INCOMPLETE,
    ]


def named(name: str, spec: dict[str, Any], **annotations: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "annotations": annotations}, "spec": spec}


def nothing(namespace: str, name: str) -> None:
    return None


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        ({"name": "a.b-c"}, None),
        ({"name": "${NAME}_"}, None),
        ({"generateName": "A-"}, None),
        ({"name": "Bad_Name"}, Check.NAME_INVALID),
        ({"name": "a..b"}, Check.NAME_INVALID),
        ({"name": "a\n"}, Check.NAME_INVALID),
        ({"name": "x" * 254}, Check.NAME_TOO_LONG),
        ({}, Check.NAME_MISSING),
    ],
)
def test_names(metadata: dict[str, str], kind: Check | None) -> None:
    refusals = check({"metadata": metadata, "spec": pvc()}, "ns", nothing)
    assert [(refusal.path, refusal.code) for refusal in refusals] == ([(("metadata", "name"), kind)] if kind else [])


def test_a_missing_data_source_comes_before_the_other_checks() -> None:
    spec = {"sourceRef": {"kind": "DataSource", "name": "gone"}}
    (refusal,) = check(named("dv", spec), "ns", nothing)
    path, by = ("spec", "sourceRef", "name"), Refuser.MUTATING_WEBHOOK
    assert refusal == Refusal(Check.SOURCE_REF_NOT_FOUND, path, {"name": "gone"}, by)
    assert message_of(refusal) == 'datasources.cdi.kubevirt.io "gone" not found'
    populated = named("dv", spec, **{"cdi.kubevirt.io/storage.prePopulated": "dv"})
    assert [refusal.code for refusal in check(populated, "ns", nothing)] == [Check.STORAGE_MISSING]
    assert [refusal.code for refusal in check(named("dv", spec), "ns", lambda a, b: Undecided("", ELSEWHERE))] == [
        Check.STORAGE_MISSING
    ]


def test_the_namespace_of_the_source_must_exist() -> None:
    copied = {"pvc": {"name": "x", "namespace": "images"}}
    direct = named("dv", {"source": copied})
    through = named("dv", {"sourceRef": {"kind": "DataSource", "name": "ds", "namespace": "other"}})

    def rights(data: dict[str, Any], exists: bool | None) -> Any:
        return check_clone_rights(data, "ns", lambda a, b: {"spec": {"source": copied}}, lambda name: exists)

    for data, path in ((direct, ("spec", "source", "pvc", "namespace")), (through, ("spec", "sourceRef", "name"))):
        assert rights(data, True) is None
        assert rights(data, None) is None
        refused = rights(data, False)
        assert (refused.path, refused.code) == (path, Check.SOURCE_NAMESPACE_NOT_FOUND)
        assert message_of(refused) == 'namespaces "images" not found'


@pytest.mark.parametrize(
    ("claim", "annotations", "adoption", "refused"),
    [
        ({}, {}, False, True),
        ({}, {}, True, False),
        ({}, {"cdi.kubevirt.io/allowClaimAdoption": "true"}, False, False),
        ({}, {"cdi.kubevirt.io/allowClaimAdoption": "no"}, True, True),
        ({"annotations": {"cdi.kubevirt.io/storage.populatedFor": "dv"}}, {}, False, False),
        ({"annotations": {"cdi.kubevirt.io/storage.populatedFor": "other"}}, {}, False, True),
        ({"ownerReferences": [{"kind": "DataVolume", "controller": True}]}, {}, False, False),
        ({"ownerReferences": [{"kind": "DataVolume"}]}, {}, False, True),
        ({"ownerReferences": [{"kind": "VirtualMachine", "controller": True}]}, {}, False, True),
    ],
)
def test_a_claim_of_that_name(
    claim: dict[str, Any], annotations: dict[str, str], adoption: bool, refused: bool
) -> None:
    data = named("dv", pvc(), **annotations)
    refusals = check(data, "ns", nothing, existing_claim={"metadata": claim}, claim_adoption=adoption)
    assert [message_of(refusal) for refusal in refusals] == (
        ["Destination PVC ns/dv already exists"] if refused else []
    )


VOLUMES = [{"dataVolume": {"name": "dv"}}]
PATH = ("spec", "dataVolumeTemplates", 0)


@pytest.mark.parametrize(
    ("metadata", "spec", "field", "message"),
    [
        ({"name": "dv"}, storage(), None, ""),
        ({"name": "dv"}, storage() | {"sourceRef": {"kind": "x"}}, None, ""),
        ({"name": "dv"}, {"source": BLANK, "storage": {}}, None, ""),
        ({"name": "dv", "namespace": "vm"}, storage(), None, ""),
        ({"name": "${NAME}"}, storage(), None, ""),
        ({}, storage(), ("metadata", "name"), "'name' field must not be empty for DataVolumeTemplate entry"),
        ({"name": "dv"}, {"source": BLANK}, ("spec", "storage"), "Missing Data volume PVC or Storage"),
        ({"name": "dv"}, storage() | pvc(), ("spec", "storage"), "Duplicate storage definition"),
        (
            {"name": "dv"},
            storage(dataSourceRef=EXTERNAL),
            ("spec", "source"),
            "External population is incompatible with Source and SourceRef",
        ),
        (
            {"name": "dv"},
            {"pvc": GOOD_PVC},
            ("spec", "sourceRef"),
            "Data volume should have either Source, SourceRef, or be externally populated",
        ),
        ({"name": "dv"}, source(), ("spec", "source"), "Missing dataVolume valid source"),
        ({"name": "dv"}, source(blank={}, upload={}), ("spec", "source"), "Multiple dataVolume sources"),
        ({"name": "other"}, storage(), ("metadata", "name"), "DataVolumeTemplate entry must be referenced"),
        (
            {"name": "dv", "namespace": "n"},
            storage(),
            ("metadata", "namespace"),
            "Embedded DataVolume namespace n differs from VM namespace vm",
        ),
    ],
)
def test_templates(metadata: dict[str, str], spec: dict[str, Any], field: tuple[str, ...] | None, message: str) -> None:
    refusals = check_template({"metadata": metadata, "spec": spec}, PATH, "vm", VOLUMES)
    assert [refusal.path for refusal in refusals] == ([(*PATH, *field)] if field else [])
    assert all(message_of(refusal).startswith(message) for refusal in refusals)


def test_a_template_may_be_used_as_a_claim() -> None:
    template = {"metadata": {"name": "dv"}, "spec": storage()}
    assert check_template(template, PATH, "vm", [{"persistentVolumeClaim": {"claimName": "dv"}}]) == ()
    assert check_template(template, PATH, "vm", [{"dataVolume": {"name": "${NAME}"}}]) == ()


@pytest.mark.parametrize("volumes", ["${VOLUMES}", ["${VOLUME}"], [{"dataVolume": "${DISK}"}]])
def test_a_variable_may_use_any_template(volumes: Any) -> None:
    assert check_template({"metadata": {"name": "dv"}, "spec": storage()}, PATH, "vm", volumes) == ()


def _always(manifest: dict[str, Any]) -> Any:
    return lambda namespace, name: manifest


@given(JSON)
def test_strange_manifests_do_no_harm(data: Any) -> None:
    for spec in (data, {"storage": data, "source": data}, {"pvc": GOOD_PVC, "source": {"http": data, "imageio": data}}):
        manifest = {"metadata": data, "spec": spec}
        check(manifest, "ns", _always(manifest), existing_claim=manifest)
        check_template(manifest, PATH, "vm", [manifest])
