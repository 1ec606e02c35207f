import pytest
from yaml.events import CollectionStartEvent

from vmlint.source.builder import build
from vmlint.source.built import MAX_DEPTH
from vmlint.source.libyaml import events
from vmlint.source.problems import Unreadable


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("{}", {}),
        ("[]", []),
        ("a", "a"),
        ("a: {b: [1, {c: ~}]}", {"a": {"b": [1, {"c": None}]}}),
        ("a:\n- b\n-\n- c: d\n  e: f", {"a": ["b", None, {"c": "d", "e": "f"}]}),
        ("a: |\n  x\n  y\nb: >-\n  x\n  y", {"a": "x\ny\n", "b": "x y"}),
        ("'a': \"b\"", {"a": "b"}),
        ("a:\t1\nb: 2\t# c", {"a": 1, "b": 2}),
        ("a: [b:c, d: e]", {"a": ["b:c", {"d": "e"}]}),
        ("a: {b:1}", {"a": {"b:1": None}}),
        ('{"a":1}', {"a": 1}),
        ("a: {b, c: d,}", {"a": {"b": None, "c": "d"}}),
        ("a: b#c", {"a": "b#c"}),
        ('a: "x\x85  y"', {"a": "x y"}),
        ("!!set {a, b}", {"a": None, "b": None}),
        ("a: !custom {b: !other [1]}", {"a": {"b": [1]}}),
        ("? a\n: b", {"a": "b"}),
        ("y: a\non: b", {"true": "b"}),
        ('"y": a', {"y": "a"}),
        ("1: a\n1.5: b", {"1": "a", "1.5": "b"}),
    ],
)
def test_structures(text: str, data: object) -> None:
    assert build(text).data == data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: &x 1\nb: *x", {"a": 1, "b": 1}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("a: &x [&x 1, *x]\nb: *x", {"a": [1, 1], "b": 1}),
        ("a: &x k\n*x : 1", {"a": "k", "k": 1}),
        ("a: &x 1e6\n*x : b", {"a": 1000000, "1e+06": "b"}),
        ("{&x a: 1, b: *x}", {"a": 1, "b": "a"}),
        ("{&x a: *x}", {"a": "a"}),
        ("<<: {a: 1}", {"a": 1}),
        ("a: 3\n<<: {a: 1, b: 2}", {"a": 1, "b": 2}),
        ("<<: {a: 1, b: 2}\na: 3", {"a": 3, "b": 2}),
        ("<<: [{a: 1}, {a: 2, b: 3}]", {"a": 1, "b": 3}),
        ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("a: &x {b: 1}\nc:\n  <<: [*x, {e: 3}]", {"a": {"b": 1}, "c": {"b": 1, "e": 3}}),
        ("!!merge <<: {a: 1}", {"a": 1}),
        ('"<<": {a: 1}', {"<<": {"a": 1}}),
        ("!!merge a: {b: 1}", {"a": {"b": 1}}),
        ("a: <<", {"a": "<<"}),
    ],
)
def test_anchors_and_merges(text: str, data: object) -> None:
    assert build(text).data == data


def test_two_aliases_are_two_objects() -> None:
    data = build("a: &x {b: [1]}\nc: *x\nd: {<<: *x}").data
    data["c"]["b"].append(2)
    assert data["a"] == {"b": [1]}
    assert data["d"] == {"b": [1]}


@pytest.mark.parametrize(
    ("text", "repeated"),
    [
        ("a: 1\nb: 2", False),
        ("a: 1\na: 2", True),
        ("a: [{b: {c: 1, c: 2}}]", True),
        ("1: a\n'1': b", True),
        ("<<: {a: 1}\na: 2", False),
        ("a: 1\n<<: {a: 2}", False),
        ("<<: {a: 1}\na: 2\na: 3", True),
        ("- a: 1\n- a: 1", False),
    ],
)
def test_a_repeated_key_is_noticed(text: str, repeated: bool) -> None:
    assert build(text).repeated is repeated


def test_the_last_of_two_keys_counts() -> None:
    assert build("a: 1\nb: 0\na: 2").data == {"a": 2, "b": 0}


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("a: &x {b: *x}", 10),
        ("a: *x", 3),
        ("*x : 1", 0),
        ("a: &x {b: 1}\n*x : 1", 13),
        ("? [a]\n: b", 2),
        ("? {a: b}\n: c", 2),
        ("a:\n  ~: 1", 5),
        ("a: &x ~\n*x : 1", 8),
        ("<<:", 3),
        ("<<: 1", 4),
        ("<<: [1]", 4),
        ("a: &x [1]\n<<: *x", 14),
        ("- 1\n- .nan", 6),
        ("&x .inf : 1\na: *x", 0),
        ("a: @b", 3),
        ("a: [b?]", 5),
        ("a: [http://host/path?query]", 20),
        ("a: {b: c ?}", 9),
        ("a: [b]\nc: [\n  d?]", 15),
        ("a: [[b], c?]", 10),
        ("a: [']', b?]", 10),
        ("a: [b, # ]\n  c?]", 14),
        ("a: &x [b?]", 8),
        ('a: "\\/"', 4),
        ('a: "\\\\\\/"', 6),
    ],
)
def test_what_kubectl_refuses_is_unreadable(text: str, index: int) -> None:
    with pytest.raises(Unreadable) as caught:
        build(text)
    assert caught.value.index == index


@pytest.mark.parametrize(
    "text", ["a: b?", "a: ['b?']", "- {a: b}\n- c?", 'a: "\\\\/"', "a: '\\/'", "a: \\/ # \\/", "a: [1] # ?"]
)
def test_the_same_characters_elsewhere_are_no_fault(text: str) -> None:
    assert build(text).data


@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ("{a: ", "}")])
def test_nesting_has_a_bound(open_: str, close: str) -> None:
    assert build(open_ * MAX_DEPTH + "1" + close * MAX_DEPTH).data
    with pytest.raises(Unreadable, match="nested deeper than 250 levels"):
        build(open_ * (MAX_DEPTH + 1) + "1" + close * (MAX_DEPTH + 1))


def block(levels: int) -> str:
    return "".join(f"{' ' * level}a:\n" for level in range(levels))


@pytest.mark.parametrize("levels", [251, 999, 1000, 1001, 1002, 5000])
@pytest.mark.parametrize("behind", ["", "1", "@", "]: : }"])
@pytest.mark.parametrize("opened", ["[", "{a: ", "- "])
def test_the_bound_is_the_same_whatever_libyaml_bounds(opened: str, behind: str, levels: int) -> None:
    """PyYAML 6.0.4 brings libyaml 0.2.6, which itself refuses more than 1,000 levels."""
    with pytest.raises(Unreadable, match="nested deeper than 250 levels") as caught:
        build("# é\n" + opened * levels + behind)
    assert caught.value.index == 4 + len(opened) * MAX_DEPTH


@pytest.mark.parametrize("levels", [252, 1002, 1500])
def test_the_bound_is_the_same_for_block_mappings(levels: int) -> None:
    with pytest.raises(Unreadable, match="nested deeper than 250 levels") as caught:
        build(block(levels))
    assert caught.value.index == len(block(MAX_DEPTH)) + MAX_DEPTH


def test_what_comes_first_is_reported_whatever_libyaml_bounds() -> None:
    with pytest.raises(Unreadable, match="quotes") as caught:
        build("[b?, " + "[" * 1500)
    assert caught.value.index == 2
    with pytest.raises(Unreadable, match="a mapping key can't be a mapping") as caught:
        build("{? " * 1500)
    assert caught.value.index == 3


def test_what_is_too_deep_behind_the_end_of_a_document_is_not_read() -> None:
    assert build("a: 1\n...\n" + "[" * 1500) == ({"a": 1}, False, 9, 0)


@pytest.mark.parametrize("opened", ["{a: ", "[", "{? "])
def test_no_pass_goes_on_behind_what_is_too_deep(opened: str) -> None:
    seen = list(events("x" + ": \n  " + opened * 5000))
    assert sum(isinstance(event, CollectionStartEvent) for event in seen) == MAX_DEPTH + 1
    assert isinstance(seen[-1], CollectionStartEvent)


def test_libyaml_does_not_get_to_see_many_directives(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = [f"%TAG !t{number}! tag:x,{number}:\n" for number in range(200)]
    reported = "kubectl can't read YAML directives such as `%YAML`: remove the line"
    with pytest.raises(Unreadable, match=reported):
        build("".join(tags[:50]))
    monkeypatch.delattr("vmlint.source.libyaml.CParser")
    with pytest.raises(Unreadable, match=reported):
        build("".join(tags))


def test_aliases_count_as_nesting() -> None:
    deep = "[" * 200 + "1" + "]" * 200
    with pytest.raises(Unreadable, match="nested deeper"):
        build(f"a: &a {deep}\nb: {'[' * 100}*a{']' * 100}")


def test_a_billion_laughs_are_refused_quickly() -> None:
    lines = ["a: &a [" + ", ".join(["lol"] * 9) + "]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]" for below, name in zip("abcdefg", "bcdefgh", strict=True)
    ]
    with pytest.raises(Unreadable, match="aliases"):
        build("\n".join(lines))


def test_many_aliases_of_small_values_are_fine() -> None:
    text = "a: &a {b: 1}\nc:\n" + "- *a\n" * 2000
    assert build(text).data["c"] == [{"b": 1}] * 2000


def test_aliases_that_make_up_nearly_everything_are_refused() -> None:
    many = ", ".join(f"k{number}: 1" for number in range(400))
    assert build(f"a: &a {{{many}}}\nb: [{', '.join(['*a'] * 20)}]").data
    with pytest.raises(Unreadable, match="aliases"):
        build(f"a: &a {{{many}}}\nb: [{', '.join(['*a'] * 400)}]")


def test_merges_count_as_the_aliases_that_they_are() -> None:
    many = ", ".join(f"k{number}: 1" for number in range(200))
    users = "- <<: *a\n  k0: 2\n"
    assert len(build(f"a: &a {{{many}}}\nb:\n{users * 400}").data["b"]) == 400
    with pytest.raises(Unreadable, match="aliases"):
        build(f"a: &a {{{many}}}\nb:\n{users * 1500}")


@pytest.mark.parametrize("text", ["", "\n", "# comment\n", "---\n", "---\n# comment\n", "~", "null", "---\n...\n"])
def test_nothing_is_nothing(text: str) -> None:
    assert build(text) == (None, False, None, 0)


@pytest.mark.parametrize(
    ("text", "data", "rest"),
    [
        ("a: 1\n...\n", {"a": 1}, None),
        ("a: 1\n...\nb: 2\n", {"a": 1}, 9),
        ("a: 1\n...\n- b: [\n", {"a": 1}, 9),
        ("{a: 1}\nb\n", {"a": 1}, 7),
        ("---\n%YAML 1.1\na: 1\n", None, 4),
    ],
)
def test_kubectl_reads_one_document_between_two_rules(text: str, data: object, rest: int | None) -> None:
    built = build(text)
    assert built.data == data
    assert built.rest == rest
