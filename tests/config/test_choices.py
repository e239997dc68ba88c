"""Each choice of the settings: refused where it is another word, and documented as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

import hubble_dash as hd
from hubble_dash.config import choices

SETTINGS = [hd.BuildSettings, hd.CatalogColumns, hd.CatalogPositions, hd.MapSettings, hd.Stretch]
PUBLIC = [*SETTINGS, hd.evaluate, hd.export, hd.fingerprint_image]


def choices_of(signature: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parameters that are choices, by their annotations, and their words."""
    for name, hint in get_type_hints(signature).items():
        for part in [hint, *get_args(hint)]:
            if get_origin(part) is Literal and name != "kind":
                yield name, get_args(part)


CASES = [(one, *found) for one in PUBLIC for found in choices_of(one)]


def test_all_choices_are_met() -> None:
    met = {words for _, _, words in CASES}
    # Of a network that runs; settings may leave these two to a measurement.
    inner = {"EngineName", "Precision"}
    assert met == {get_args(getattr(choices, name)) for name in {*choices.__all__} - inner}
    for name in inner:
        chosen = "EngineChoice" if name == "EngineName" else "PrecisionChoice"
        words = get_args(getattr(choices, name))
        assert get_args(getattr(choices, chosen)) == ("auto", *words)


@pytest.mark.parametrize(
    ("documented", "name", "words"), CASES, ids=[f"{one.__name__}.{name}" for one, name, _ in CASES]
)
def test_docstrings_offer_what_is_allowed(
    documented: Any, name: str, words: tuple[str, ...]
) -> None:
    line = re.search(rf"^ *{name} : \{{(.*?)\}}", documented.__doc__, re.MULTILINE)
    assert line is not None
    assert tuple(re.findall(r'"([^"]*)"', line[1])) == words


@pytest.mark.parametrize(
    ("settings", "name", "words"),
    [case for case in CASES if case[0] in SETTINGS],
    ids=[f"{one.__name__}.{name}" for one, name, _ in CASES if one in SETTINGS],
)
def test_other_words_are_refused(settings: Any, name: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=f"^{name} is 'nonsense'; allowed: {', '.join(words)}$"):
        settings(**{name: "nonsense"})
    if settings is not hd.BuildSettings:
        assert [getattr(settings(**{name: word}), name) for word in words] == list(words)
