"""Records are named tuples, and lists of codes are enumerations, in all that vmlint does with them."""

from __future__ import annotations

import copy
import enum
import json
import pickle
from typing import NamedTuple, get_type_hints

import pytest

from tests.project.test_structure import files
from vmlint.record import Codes, Record, by_identity


class Theirs(NamedTuple):
    """A named tuple."""

    name: str
    number: int = 1
    others: tuple[int, ...] = ()

    @property
    def twice(self) -> int:
        return 2 * self.number


class Ours(Record):
    """A named tuple."""

    name: str
    number: int = 1
    others: tuple[int, ...] = ()

    @property
    def twice(self) -> int:
        return 2 * self.number


PAIRS = [(Theirs("a"), Ours("a")), (Theirs(name="b", others=(1,)), Ours(name="b", others=(1,)))]


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_a_record_is_a_named_tuple(theirs: Theirs, ours: Ours) -> None:
    assert isinstance(ours, tuple) and type(Ours) is type
    assert tuple(ours) == theirs and hash(ours) == hash(theirs) and ours[0] == ours.name
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert (ours.name, ours.number, ours.twice) == (theirs.name, theirs.number, theirs.twice)
    assert tuple(ours._replace(number=3)) == theirs._replace(number=3)
    assert type(ours._replace(number=3)) is Ours
    assert ours._asdict() == theirs._asdict()
    assert pickle.loads(pickle.dumps(ours)) == ours == copy.deepcopy(ours)
    assert not hasattr(ours, "__dict__")


def test_the_class_of_a_record_is_that_of_a_named_tuple() -> None:
    assert Ours._fields == Theirs._fields == Ours.__match_args__
    assert Ours._field_defaults == Theirs._field_defaults
    assert get_type_hints(Ours) == get_type_hints(Theirs)
    assert (Ours.__doc__, Ours.__qualname__, Ours.__module__) == (Theirs.__doc__, "Ours", __name__)
    assert Ours._make(("a", 2, ())) == Ours("a", 2)


def test_a_call_with_other_fields_says_which() -> None:
    with pytest.raises(TypeError, match=r"Ours\.__new__\(\) missing 1 required positional argument: 'name'"):
        Ours()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'size'"):
        Ours("a", size=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Ours has no field size"):
        Ours("a")._replace(size=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="expected 3 values, got 1"):
        Ours._make(("a",))


def test_fields_with_defaults_come_last() -> None:
    with pytest.raises(TypeError, match="a field without a default follows one with a default"):

        class Wrong(Record):
            name: str = ""
            number: int  # type: ignore[misc]


def test_the_types_of_records_are_not_evaluated() -> None:
    """From Python 3.14 on, a class has its types as texts only where its module asks for it."""
    texts = {name: file.read_text("utf-8") for name, file in files().items()}
    written = [name for name, text in texts.items() if "(Record):" in text]
    assert [name for name in written if "\nfrom __future__ import annotations\n" not in texts[name]] == []


def test_a_record_may_be_equal_to_itself_alone() -> None:
    @by_identity
    class Alone(Record):
        name: str

    one, other = Alone("a"), Alone("a")
    assert one == one and one != other and len({one, other}) == 2
    with pytest.raises(TypeError, match="not supported"):
        assert sorted([one, other])


class TheirCodes(enum.StrEnum):
    """Codes."""

    FULL = "disk/full"
    GONE = "disk/gone"
    AWAY = "disk/gone"


class OurCodes(Codes):
    """Codes."""

    FULL = "disk/full"
    GONE = "disk/gone"
    AWAY = "disk/gone"


def test_codes_are_those_of_an_enumeration() -> None:
    assert [*OurCodes] == [*TheirCodes] == ["disk/full", "disk/gone"] and len(OurCodes) == len(TheirCodes)
    assert [*reversed(OurCodes)] == ["disk/gone", "disk/full"] == [*reversed(TheirCodes)]
    assert OurCodes.__doc__ == TheirCodes.__doc__ and {*vars(OurCodes)} > {"AWAY", "GONE"}
    for ours, theirs in zip(OurCodes, TheirCodes, strict=True):
        assert isinstance(ours, OurCodes) and not isinstance(ours, TheirCodes)
        assert str(ours) == str(theirs) == f"{ours}" == f"{theirs}" == ours.value and type(ours.value) is str
        assert (ours.name, hash(ours)) == (theirs.name, hash(theirs)) and json.dumps(ours) == json.dumps(theirs)
        assert repr(ours) == repr(theirs).replace("Their", "Our")
        assert OurCodes(theirs.value) is ours is pickle.loads(pickle.dumps(ours)) is copy.deepcopy(ours)
        assert theirs.value in OurCodes


def test_a_text_that_is_no_code() -> None:
    with pytest.raises(ValueError, match="'disk/new' is not a valid OurCodes"):
        OurCodes("disk/new")
