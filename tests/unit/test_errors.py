import pytest

from slamon import errors
from slamon.errors import ConfigError, DecodeError, SinkError, SlamonError


def test_a_wrong_configuration_names_every_problem_a_line_each() -> None:
    error = ConfigError(["a: is missing", "b: is 3, allowed is 4"])
    assert error.problems == ["a: is missing", "b: is 3, allowed is 4"]
    assert str(error) == "a: is missing\nb: is 3, allowed is 4"


def test_a_record_that_can_not_be_used_has_a_label_and_words_for_a_person() -> None:
    error = DecodeError("too_large", "300000 bytes, allowed are 262144")
    assert (error.reason, str(error)) == ("too_large", "300000 bytes, allowed are 262144")


def test_a_refused_notice_tells_whether_repeating_helps() -> None:
    limited = SinkError("rate_limited", "HTTP 429", permanent=False, retry_after=2.5)
    gone = SinkError("not_found", "HTTP 404", permanent=True)
    assert (limited.reason, str(limited)) == ("rate_limited", "HTTP 429")
    assert (limited.permanent, limited.retry_after) == (False, 2.5)
    assert (gone.permanent, gone.retry_after) == (True, None)


@pytest.mark.parametrize(
    "name", ["ConfigError", "DecodeError", "InputError", "SourceError", "SinkError", "EngineError"]
)
def test_one_root_catches_every_error_and_none_catches_another(name: str) -> None:
    kind = getattr(errors, name)
    assert kind.__bases__ == (SlamonError,)
    assert name in (errors.__doc__ or "")
