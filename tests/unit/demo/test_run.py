import pytest

from slamon.demo.run import REFUSED, main


def test_a_demo_too_short_to_judge_is_refused_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(24) == REFUSED == 2
    assert capsys.readouterr().err == "a demo takes 25 seconds or more, not 24\n"
