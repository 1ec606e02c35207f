"""`vmlint new` and `vmlint test`: a rule that is begun holds, and a rule that does not hold is reported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from vmlint.cli import main
from vmlint.registry.scaffold import KINDS

from .conftest import Run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.parametrize(("option", "ending"), [([], "py"), (["--yaml"], "yaml")])
def test_a_new_rule_holds(run: Run, option: list[str], ending: str) -> None:
    name = "disk-odd" if option else "disk_odd"
    assert run("new", "rule", "disk-odd", *option) == (
        0,
        f"policies/{name}.{ending}\n"
        "policies/fixtures/disk-odd/bad/manifest.yaml\n"
        "policies/fixtures/disk-odd/good/manifest.yaml\n"
        "policies/fixtures/disk-odd/bad.json\n",
        "`vmlint test policies/` runs its cases; `vmlint check --rules policies/` uses it\n"
        "`exclude: [policies/fixtures/]` in the configuration keeps the cases from being linted\n",
    )
    (expected,) = json.loads(Path("policies/fixtures/disk-odd/bad.json").read_text("utf-8"))["findings"]
    assert {key: expected[key] for key in ("rule", "slug", "level", "message", "field", "line", "column")} == {
        "rule": "POLICIES1",
        "slug": "disk-odd",
        "level": "warning",
        "message": "it has the label `disk-odd`.",
        "field": "metadata.labels.disk-odd",
        "line": 4,
        "column": 22,
    }
    for kind in KINDS:
        assert run("new", "rule", f"about-{kind.lower()}", "--kind", kind, *option)[0] == 0
    assert run("test", "policies/") == (0, f"{2 + 2 * len(KINDS)} cases as expected\n", "")


def test_a_new_rule_gets_a_free_number_and_its_line(run: Run) -> None:
    assert run("new", "rule", "a", "--id", "ACME007", "--pack", "rules-of-acme")[0] == 0
    init = Path("rules-of-acme/__init__.py")
    init.write_text('RULES = (\n    "a",  # the first\n)\n', "utf-8")
    for name in ("storage/b", "c", "storage/d"):
        assert run("new", "rule", name, "--pack", "rules-of-acme")[0] == 0
    assert (
        init.read_text("utf-8") == 'RULES = (\n    "a",\n    "c",\n    "storage.b",\n    "storage.d",  # the first\n)\n'
    )
    out = run("rules", "--rules", "rules-of-acme/", "--format", "json")[1]
    assert [(row["id"], row["family"], row["slug"]) for row in json.loads(out) if row["pack"]] == [
        ("ACME007", "rules-of-acme", "a"),
        ("ACME008", "storage", "b"),
        ("ACME009", "rules-of-acme", "c"),
        ("ACME010", "storage", "d"),
    ]
    init.write_text("RULES = ()\n", "utf-8")
    shutil.rmtree("rules-of-acme/storage")
    assert run("test", "rules-of-acme/")[0] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name a rule, such as `vmlint new rule owner-missing`"),
        (["pack", "x"], "name a rule, such as `vmlint new rule owner-missing`"),
        (
            ["rule", "Odd"],
            "`Odd` is not a valid name of a rule: write lower-case letters, digits and `-`, such as `owner-missing`",
        ),
        (["rule", "storage"], "`VM401` already has the name `storage`: choose another"),
        (["rule", "memory-unset"], "`VM506` already has the name `memory-unset`: choose another"),
        (["rule", "a/b", "--yaml"], "a YAML file is a family itself: write `b` for `a/b`"),
        (["rule", "b", "--kind", "DataVolum"], "`DataVolum` has no example; did you mean `DataVolume`?"),
        (["rule", "b", "--id", "POLICIES1"], "`POLICIES1` is the number of `a`: choose another with `--id`"),
        (
            ["rule", "b", "--id", "x"],
            "the number `x` must be capital letters and digits with a digit at the end, such as `ACME1`",
        ),
        (
            ["rule", "b", "--yaml"],
            "`policies` contains rules in Python: write this one without `--yaml`, or name another `--pack`",
        ),
        (
            ["rule", "left-over"],
            "`policies/fixtures/left-over` exists already: choose another name, or remove it",
        ),
    ],
)
def test_what_makes_no_sense_writes_nothing(run: Run, words: list[str], message: str) -> None:
    run("new", "rule", "a")
    Path("policies/fixtures/left-over").mkdir()
    before = sorted(Path().rglob("*"))
    assert run("new", *words) == (2, "", f"vmlint new: {message}\n")
    assert [path for path in sorted(Path().rglob("*")) if "__pycache__" not in path.parts] == [
        path for path in before if "__pycache__" not in path.parts
    ]


FINDING = "manifest.yaml:4:17  warning  POLICIES1 odd: it has the label `odd`."


def test_every_difference_is_reported(run: Run) -> None:
    run("new", "rule", "odd", "--yaml")
    run("new", "rule", "odder", "--yaml")
    fixtures = Path("policies/fixtures")
    expected = fixtures / "odd" / "bad.json"
    text = expected.read_text("utf-8")

    def change(old: str, new: str) -> None:
        expected.write_text(text.replace(old, new), "utf-8")

    def reported(*words: str) -> tuple[int, str]:
        code, out, err = run("test", "policies/", *words)
        assert err == ""
        return code, out

    case = "policies/fixtures/odd/bad\n"
    change("it has the label", "there is a label")
    assert reported() == (
        1,
        f"{case}  {FINDING}\n"
        '    message expected: "there is a label `odd`."\n'
        '    message found: "it has the label `odd`."\n'
        "\n3 cases as expected, 1 not\n",
    )
    change('"line": 4', '"line": 5')
    assert reported("-q") == (
        1,
        f"{case}  not expected: {FINDING}\n"
        "  expected, and not there: manifest.yaml:5:17  warning  POLICIES1 odd: it has the label `odd`.\n\n",
    )
    assert reported("--select", "odder") == (0, "2 cases as expected\n")
    for text_of_none in (text.replace("{", ""), "[]", '{"findings": [1]}'):
        expected.write_text(text_of_none, "utf-8")
        assert reported("-q") == (1, f"{case}  `bad.json` can't be read: `--update` writes a new one\n\n")
    expected.write_text('{"findings": [{}]}', "utf-8")
    assert reported("-q") == (
        1,
        f"{case}  not expected: {FINDING}\n  expected, and not there: ?:?:?  ?  ? ?: ?\n\n",
    )
    expected.unlink()
    assert reported("-q") == (
        1,
        f"{case}  the expectation is missing: `--update` writes `bad.json`; then read it\n\n",
    )
    assert run("test", "policies/odd.yaml", "--update") == (
        0,
        "2 cases as expected\n",
        "policies/fixtures/odd/bad.json written: read it\n",
    )
    assert expected.read_text("utf-8") == text


def test_cases_hold_for_their_own_rule_and_under_all(run: Run) -> None:
    run("new", "rule", "odd", "--yaml")
    fixtures = Path("policies/fixtures/odd")
    bad, good = fixtures / "bad" / "manifest.yaml", fixtures / "good" / "manifest.yaml"
    manifest = bad.read_text("utf-8")
    bad.write_text(good.read_text("utf-8").replace("runStrategy: Always", "running: true"), "utf-8")
    good.write_text(manifest, "utf-8")
    (fixtures / "outside").mkdir()
    (fixtures / "worse").mkdir()
    (fixtures / "bad-old.json").touch()
    (Path("policies/fixtures/gone/bad")).mkdir(parents=True)
    deprecated = (
        "manifest.yaml:7:12  note  VM525 running-deprecated: `running` is deprecated; `runStrategy` replaces it."
    )
    assert run("test", "policies/") == (
        1,
        f"""\
policies/fixtures/odd/bad
  not expected: {deprecated}
  expected, and not there: {FINDING}

policies/fixtures/odd/good
  not expected: {FINDING}

policies/fixtures/odd/outside
  no YAML or JSON document in `.`

policies/fixtures
  `gone/` belongs to no rule of the pack
  `odd/worse/` is not a case: name it `bad`, `good` or `outside`, or `bad-…`
  `odd/bad-old.json` does not belong to any case

0 cases as expected, 3 not
""",
        "",
    )
    other = f"policies/fixtures/odd/bad\n  a finding of another rule than `odd`: {deprecated}\n\n"
    assert run("test", "policies/", "--update", "-q")[1].startswith(other)


def test_the_configuration_around_a_pack_is_not_that_of_its_cases(run: Run) -> None:
    """That of a case is."""
    run("new", "rule", "odd", "--yaml")
    Path(".vmlint.yaml").write_text("exclude: [policies/fixtures/]\nrules: [policies/]\nignore: [odd]\n", "utf-8")
    assert run("test", "policies/")[:2] == (0, "2 cases as expected\n")
    shutil.copytree("policies/fixtures/odd/bad", "policies/fixtures/odd/good-off")
    Path("policies/fixtures/odd/good-off/.vmlint.yaml").write_text("ignore: [odd]\n", "utf-8")
    assert run("test", "policies/")[:2] == (0, "3 cases as expected\n")


def test_a_rule_that_fails_is_reported_with_its_place(run: Run) -> None:
    run("new", "rule", "odd")
    rule = Path("policies/odd.py")
    rule.write_text(rule.read_text("utf-8").replace("get(subject.data", "get(subject.nothing"), "utf-8")
    code, out, _ = run("test", "policies/", "-q")
    assert code == 1
    assert out.splitlines()[1].startswith(
        "  not expected: manifest.yaml:1:1  error  VM920 rule-crashed: the rule `odd` failed on it: AttributeError: "
        "'VirtualMachine' object has no attribute 'nothing' at policies/odd.py:35."
    )


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], 2, "name a pack, such as `vmlint test policies/`"),
        (["p/"], 3, "no folder `p/fixtures` or `fixtures` with the cases of the pack"),
        (["p/", "--fixtures", "q"], 3, "no folder `q` with the cases of the pack"),
        (["p/", "--select", "nothing"], 2, "no rule or family is called `nothing`; `vmlint rules` lists them"),
    ],
)
def test_a_pack_that_can_not_be_tested(run: Run, words: list[str], code: int, message: str) -> None:
    run("new", "rule", "odd", "--pack", "p")
    shutil.rmtree("p/fixtures")
    assert run("test", *words) == (code, "", f"vmlint test: {message}\n")
    Path("p/fixtures").mkdir()
    nothing = "no case of a rule in `p/fixtures`: `vmlint new rule` writes a rule with its cases"
    assert run("test", "p/") == (3, "", f"vmlint test: {nothing}\n")


def test_vmlints_own_rules_are_a_pack_too(run: Run) -> None:
    assert run("test", "vmlint.rules", "--select", "running-deprecated") == (0, "4 cases as expected\n", "")
