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
