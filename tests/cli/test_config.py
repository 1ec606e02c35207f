"""`vmlint config`: what holds and who says so, and the schema for editors."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from vmlint import registry
from vmlint.cli.exits import Exit
from vmlint.config.file import load
from vmlint.config.schema import schema
from vmlint.config.settings import SETTINGS

from .conftest import Run

FILE = """\
closed-world: true
levels: {storage: "off"}
ignore: [VM101]
ignores:
- {rule: VM1, until: 2030-01-01, reason: "a: b"}
target: {kubevirt: "1.8"}
overrides: [{paths: [old/], levels: {VM4: note}}]
exclude: [charts/]
max-file-size: 1Ki
"""


def test_each_value_shows_where_it_comes_from(run: Run) -> None:
    Path(".vmlint.yaml").write_text(FILE)
    words = ("--ignore", "VM103", "--exclude", "x/", "--fail-on", "note", "--target", "1.7")
    code, out, err = run("config", "show", *words, "--format", "json")
    assert (code, err) == (Exit.CLEAN, "")
    reported = json.loads(out)
    assert list(reported) == [setting.key for setting in SETTINGS]
    assert {key: said for key, said in reported.items() if said["origin"] != "default"} == {
        "closed-world": {"value": True, "origin": ".vmlint.yaml:1"},
        "levels": {"value": {"storage": "off"}, "origin": ".vmlint.yaml:2"},
        "ignore": {"value": ["VM101", "VM103"], "origin": ".vmlint.yaml:3 and --ignore"},
        "ignores": {
            "value": [{"rule": "VM1", "reason": "a: b", "until": "2030-01-01"}],
            "origin": ".vmlint.yaml:4",
        },
        "target": {"value": {"kubevirt": "1.7"}, "origin": "--target"},
        "overrides": {"value": [{"paths": ["old/"], "levels": {"VM4": "note"}}], "origin": ".vmlint.yaml:7"},
        "exclude": {"value": ["charts/", "x/"], "origin": ".vmlint.yaml:8 and --exclude"},
        "max-file-size": {"value": 1024, "origin": ".vmlint.yaml:9"},
        "fail-on": {"value": "note", "origin": "--fail-on"},
    }


def test_the_text_is_a_configuration_with_comments(run: Run) -> None:
    Path("pyproject.toml").write_text('[tool.vmlint]\nclosed-world = ["a-*"]\ntarget.kubevirt = "1.8"\n')
    code, out, err = run("config", "show")
    assert (code, err) == (Exit.CLEAN, "")
    assert "closed-world:               # pyproject.toml:2\n- a-*\n" in out
    assert "target:                     # pyproject.toml:3\n  kubevirt: '1.8'\n" in out
    assert "fail-on: error              # default\n" in out
    shown = {key: value for key, value in yaml.safe_load(out).items() if value != ""}
    Path("again.yaml").write_text(json.dumps(shown))
    again = load(Path("again.yaml"))
    assert (again.closed_world, again.target_kubevirt) == (("a-*",), "1.8")


def test_configurations_of_folders_are_named(run: Run) -> None:
    Path("a/b").mkdir(parents=True)
    Path("a/b/vm.yaml").touch()
    Path("a/.vmlint.yaml").write_text("ignore: [storage]\n")
    reported = "for files in `a` and below, `a/.vmlint.yaml` applies\n"
    assert run("config", "show")[2] == reported
    assert run("config", "show", "a/b")[2] == ""
    Path("pin.yaml").touch()
    assert run("config", "show", "--config", "pin.yaml")[2] == ""


def test_a_mistake_is_reported_as_by_check(run: Run) -> None:
    Path(".vmlint.yaml").write_text("slect: []\n")
    code, out, err = run("config", "show")
    assert (code, out) == (Exit.USAGE, "")
    assert err.startswith(".vmlint.yaml:1: unknown key `slect`; did you mean `select`?\n")


def test_the_schema(run: Run) -> None:
    code, out, err = run("config", "schema")
    assert (code, json.loads(out), err) == (Exit.CLEAN, schema(registry.rules()), "")


def test_something_has_to_be_done(run: Run) -> None:
    assert run("config") == (
        Exit.USAGE,
        "",
        "vmlint config: name an action: `vmlint config show` or `vmlint config schema`\n",
    )
