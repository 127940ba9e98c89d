import pytest

from slamon.kafka.lag.watching import Names, Watch
from slamon.lag.observation import Isolation


@pytest.mark.parametrize(
    ("include", "exclude", "taken"),
    [
        ((".*",), (), {"mes", "mes-2", "crm"}),
        (("mes",), (), {"mes"}),
        (("mes.*",), (".*2",), {"mes"}),
        (("me|crm",), (), {"crm"}),
        (("(?i)MES",), (), {"mes"}),
        ((), (), set()),
    ],
)
def test_whole_names(include: tuple[str, ...], exclude: tuple[str, ...], taken: set[str]) -> None:
    names = Names(include, exclude)
    assert {name for name in ("mes", "mes-2", "crm") if names.take(name)} == taken


def test_isolation_of_each_group() -> None:
    watch = Watch(isolations={"hasty": Isolation.READ_UNCOMMITTED})
    assert watch.isolation_of("hasty") is Isolation.READ_UNCOMMITTED
    assert watch.isolation_of("other") is Isolation.READ_COMMITTED


def test_the_first_pattern_that_matches_says_how_a_group_reads() -> None:
    watch = Watch(isolations={"hasty-eu": Isolation.READ_COMMITTED, "hasty.*": Isolation.READ_UNCOMMITTED})
    read = {name: watch.isolation_of(name) for name in ("hasty-eu", "hasty-us", "not-hasty")}
    assert read == {
        "hasty-eu": Isolation.READ_COMMITTED,
        "hasty-us": Isolation.READ_UNCOMMITTED,
        "not-hasty": Isolation.READ_COMMITTED,
    }
