"""What a person wrote, read with suspicion."""

import pytest

from deqi.errors import InputError
from deqi.people.files.yaml_text import read_document


@pytest.mark.parametrize("text", ['{"minutes": "\\ud800"}', '{"a\\udfff": 1}', '{"a": [{"b": "x\\ud83d"}]}'])
def test_half_a_character_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="half of a character"):
        read_document(text.encode(), "plan")
    assert read_document(b'{"a": "\\ud83d\\ude00"}', "plan") == {"a": "\U0001f600"}
