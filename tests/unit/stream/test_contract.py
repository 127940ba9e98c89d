from slamon.stream.contract import Effects, Outgoing, PartitionLostError


def test_every_step_has_effects_of_its_own() -> None:
    first = Effects()
    first.after.append(Outgoing("t", b"k", b"v"))
    assert Effects() == Effects(before=[], after=[])


def test_a_record_to_produce_goes_by_its_key_unless_told_otherwise() -> None:
    assert Outgoing("t", b"k", b"v") == ("t", b"k", b"v", None, ())


def test_a_lost_partition_is_no_reason_to_end_the_process() -> None:
    assert [error.__name__ for error in PartitionLostError.__mro__[1:2]] == ["SlamonError"]
