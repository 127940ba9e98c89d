from aiokafka import TopicPartition

from slamon.stream.ledger import Ledger

TP = TopicPartition("orders", 0)
OTHER = TopicPartition("orders", 1)


def started(committed: int | None = 10) -> Ledger:
    ledger = Ledger()
    ledger.start({TP: committed})
    return ledger


def test_t5_an_offset_never_passes_a_batch_that_is_not_done() -> None:
    ledger = started()
    first, second, third = (ledger.take(TP, end) for end in (20, 30, 40))
    second.finish()
    third.finish()
    assert ledger.processed(TP) == 10
    assert ledger.committable() == {}
    first.finish()
    assert ledger.committable() == {TP: 40}
    assert ledger.waiting() == 0


def test_what_is_committed_is_not_committed_again() -> None:
    ledger = started()
    ledger.take(TP, 20).finish()
    ledger.note_committed({TP: 20, OTHER: 1})
    assert ledger.committable() == {}


def test_gaps_and_markers_count_once_the_consumer_has_passed_them() -> None:
    ledger = started()
    ledger.pass_to(TP, 15)
    assert ledger.committable() == {TP: 15}


def test_a_position_says_nothing_while_a_batch_is_on_its_way() -> None:
    ledger = started()
    ticket = ledger.take(TP, 20)
    ledger.pass_to(TP, 25)
    assert ledger.processed(TP) == 10
    ticket.finish()
    assert ledger.processed(TP) == 20


def test_t6_a_batch_of_a_former_assignment_counts_for_nothing() -> None:
    ledger = started()
    late = ledger.take(TP, 20)
    ledger.start({TP: 10, OTHER: None})
    late.finish()
    assert ledger.processed(TP) == 10
    stray = ledger.take(TopicPartition("gone", 0), 5)
    stray.finish()
    assert set(ledger) == {TP, OTHER}


def test_a_source_that_begins_anew_takes_the_offset_back() -> None:
    ledger = started(committed=1000)
    ledger.take(TP, 5).finish()
    assert ledger.committable() == {TP: 5}


def test_nothing_is_known_of_a_partition_without_a_position() -> None:
    ledger = started(committed=None)
    assert ledger.processed(TP) is None
    assert ledger.processed(OTHER) is None
    assert ledger.committable() == {}


def test_waiting_counts_batches_of_the_asked_partitions() -> None:
    ledger = Ledger()
    ledger.start({TP: 0, OTHER: 0})
    ledger.take(TP, 1)
    ledger.take(OTHER, 1)
    assert ledger.waiting() == 2
    assert ledger.waiting([TP]) == 1
    assert ledger.waiting([TopicPartition("unknown", 0)]) == 0
