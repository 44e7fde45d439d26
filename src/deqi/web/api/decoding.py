"""From the bytes of a request to the struct of its address, or one sentence that quotes nothing of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from django.http import QueryDict

from deqi.web.api.bodies import Asked
from deqi.web.site.pages import words

T = TypeVar("T", bound=Asked)
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `(?P<place>[^`]*)`)?", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`.*", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<field>\w+)`", re.DOTALL)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")
_KNOWN = re.compile(r"\$?[\w.\[\]]{0,60}")


class FaultError(Exception):
    """What is wrong with a request: its status and a sentence."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


def body_of(data: bytes, kind: type[T]) -> T:
    """The body of a request.

    Raises
    ------
    FaultError
        400 where it is no JSON, 422 where it does not fit.
    """
    try:
        found = msgspec.json.decode(data, type=kind)
        json.loads(data.decode(), object_pairs_hook=_unique)
    except msgspec.ValidationError as error:
        raise FaultError(422, _sentence(str(error), kind)) from None
    except _TwiceError:
        raise FaultError(422, words("api.fault.twice")) from None
    except RecursionError:
        raise FaultError(422, words("api.fault.deep")) from None
    except ValueError:  # no JSON, not UTF-8, or a number of thousands of digits
        raise FaultError(400, words("api.fault.json")) from None
    return found


def query_of(given: QueryDict, kind: type[T]) -> T:
    """What stands behind the question mark.

    Raises
    ------
    FaultError
        422 where it does not fit.
    """
    if any(len(values) > 1 for _, values in given.lists()):
        raise FaultError(422, words("api.fault.twice"))
    try:
        return msgspec.convert({name: _number(value) for name, value in given.dict().items()}, kind)
    except msgspec.ValidationError as error:
        raise FaultError(422, _sentence(str(error), kind)) from None


def _number(written: str) -> str | int:
    """A whole number as one; what else stands in an address is text."""
    return int(written) if _WHOLE.fullmatch(written) else written


class _TwiceError(Exception):
    pass


def _unique(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError
    return found


def _sentence(message: str, kind: type[Asked]) -> str:
    """Where the fault is and what is wanted there."""
    match = _PLACE.fullmatch(message)
    what, place = (match["what"], match["place"] or "$") if match else (message, "$")
    where = place.removeprefix("$").removeprefix(".") if _KNOWN.fullmatch(place) else ""
    where = where or words("api.fault.request")
    if found := _MISSING.fullmatch(what):
        return words("api.fault.missing", {"where": where, "field": found["field"]})
    if "unknown field" in what:
        names = ", ".join(field.name for field in msgspec.structs.fields(kind)) or words("api.fault.none")
        return words("api.fault.unknown", {"where": where, "names": names})
    if found := _EXPECTED.fullmatch(what):
        return words("api.fault.expected", {"where": where, "wanted": found["wanted"]})
    return words("api.fault.value", {"where": where})
