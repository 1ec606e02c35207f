from __future__ import annotations

import pytest

from vmlint.cdi.url import registry_scheme, request_scheme


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("http://e.com/x", "http"),
        ("HTTPS://user:pa%20ss@e.com:8443/a b?x y#z", "https"),
        ("http:opaque", "http"),
        ("http:", "http"),
        ("http://", "http"),
        ("http://e.com:", "http"),
        ("http://[::1]:80/x", "http"),
        ("http://[fe80::1%25eth0]/", "http"),
        ("http://dömäin/", "http"),
        ("http://e%C3%A9.com/", "http"),
        ("gs://bucket/key", "gs"),
        ("/path", ""),
        ("//e.com/path", ""),
        ("*", ""),
        ("", None),
        ("e.com/x", None),
        ("e.com:80/x", "e.com"),
        ("1http://x", None),
        ("://x", None),
        ("http://e.com:port/", None),
        ("http://a b/", None),
        ("http://[::1", None),
        ("http://[::1]x/", None),
        ("http://e%41.com/", None),
        ("http://us er@e.com/", None),
        ("http://e.com/%zz", None),
        ("http://e.com/a\tb", None),
        ("http://e.com/?a=%zz", "http"),
    ],
)
def test_absolute_urls(url: str, scheme: str | None) -> None:
    assert request_scheme(url) == scheme


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("docker://quay.io/x:1", "docker"),
        ("oci-archive:/tmp/x.tar", "oci-archive"),
        ("", ""),
        ("quay.io/x", ""),
        ("a/b:c", ""),
        ("///x", ""),
        ("//e.com:x/", None),
        ("1st:part", None),
        ("docker://quay.io/x#%zz", None),
        ("docker://quay.io/x#part", "docker"),
        ("docker://quay.io/x?%zz", "docker"),
    ],
)
def test_references(url: str, scheme: str | None) -> None:
    assert registry_scheme(url) == scheme
