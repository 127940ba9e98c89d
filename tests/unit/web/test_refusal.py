from slamon.errors import SlamonError
from slamon.web.refusal import Refusal, quoted


def test_a_refusal_is_one_of_slamons_errors_and_reads_as_its_sentence() -> None:
    refusal = Refusal(503, "not now", retry_after=5)
    assert isinstance(refusal, SlamonError)
    assert (str(refusal), refusal.status, refusal.retry_after) == ("not now", 503, 5)


def test_what_clients_sent_comes_back_short_and_in_ascii() -> None:
    assert quoted("é\ud800\n") == r"'\xe9\ud800\n'"
    assert len(quoted("x" * 1000)) < 100
