"""Signatures against the vector of the Standard Webhooks specification."""

import base64

import pytest

from slamon.sinks.signature import signature_headers, signing_key

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def _signed(*secrets: str) -> dict[str, str]:
    return signature_headers(
        [signing_key(secret) for secret in secrets],
        notice_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )


def test_the_vector_of_the_specification() -> None:
    assert _signed(SECRET) == VECTOR


def test_while_a_secret_is_changed_both_sign() -> None:
    old, new = _signed(SECRET, "another")["webhook-signature"].split(" ")
    assert old == VECTOR["webhook-signature"]
    assert new == _signed("another")["webhook-signature"]
    assert new != old


def test_a_secret_is_base64_after_its_prefix_or_plain_text() -> None:
    assert signing_key(SECRET) == base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signing_key("plain téxt\n") == "plain téxt".encode()


@pytest.mark.parametrize("secret", ["", " \n", "whsec_", "whsec_not base64", "whsec_AAA"])
def test_an_unusable_secret_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_ followed by base64") as refused:
        signing_key(secret)
    assert "not base64" not in str(refused.value)
    assert refused.value.__cause__ is None
