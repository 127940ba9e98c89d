import os

from bench.cost import Cost, Meter, resident


async def test_what_a_step_costs() -> None:
    async def work() -> int:
        return sum(range(200_000))

    cost = Cost()
    assert await Meter(os.getpid()).run(work, cost) == sum(range(200_000))
    assert len(cost.wall) == len(cost.cpu) == len(cost.broker) == 1
    assert cost.cpu[0] > 0
    assert cost.wall[0] > 0


def test_sums_and_medians() -> None:
    cost = Cost([1.0, 3.0, 2.0], [4.0], [6.0])
    assert cost.middle() == Cost([2.0], [4.0], [6.0])
    cost.add(Cost([9.0], [8.0], [7.0]))
    assert cost == Cost([1.0, 3.0, 2.0, 9.0], [4.0, 8.0], [6.0, 7.0])


def test_this_process_is_in_memory() -> None:
    assert resident() > 1
