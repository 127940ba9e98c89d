"""Variables as keys."""

import pytest

from slamon.settings.environment import overlay
from slamon.settings.root import Settings
from tests.configurations import SMALLEST, problems_beside, problems_of, settings_of


def test_a_variable_goes_over_the_file() -> None:
    assert settings_of("web: {port: 1}\n", {"SLAMON_WEB__PORT": "9090"}).web.port == 9090


def test_a_configuration_of_variables_alone() -> None:
    environ = {
        "SLAMON_KAFKA__BOOTSTRAP_SERVERS": "kafka:9092",
        "SLAMON_SOURCES__ORDERS__TOPICS": '["a", "b"]',
        "SLAMON_SLA__PROMISE__DURATION": "PT1M",
        "SLAMON_SHUTDOWN_GRACE": "PT5S",
    }
    tree = overlay({}, environ, Settings).tree
    assert tree == {
        "kafka": {"bootstrap_servers": "kafka:9092"},
        "sources": {"orders": {"topics": ["a", "b"]}},
        "sla": {"promise": {"duration": "PT1M"}},
        "shutdown_grace": "PT5S",
    }
    assert problems_of("", environ) == []


@pytest.mark.parametrize(
    ("name", "text", "path", "value"),
    [
        ("SLAMON_WEB__PORT", "0", ("web", "port"), 0),
        ("SLAMON_WEB__PORT", " 8080", ("web", "port"), " 8080"),
        ("SLAMON_web__Port", "8080", ("web", "port"), 8080),
        ("SLAMON_NOTIFY__SLACK__PER_SECOND", "0.5", ("notify", "slack", "per_second"), 0.5),
        ("SLAMON_SLA__FORECAST__NOTIFY", "True", ("sla", "forecast", "notify"), True),
        ("SLAMON_SLA__FORECAST__NOTIFY", "on", ("sla", "forecast", "notify"), "on"),
        ("SLAMON_KAFKA__INSTANCE_ID", "", ("kafka", "instance_id"), None),
        ("SLAMON_KAFKA__INSTANCE_ID", "12", ("kafka", "instance_id"), "12"),
        ("SLAMON_SLA__PROMISE__STOP", '["SHIPPED"]', ("sla", "promise", "stop"), ["SHIPPED"]),
        ("SLAMON_SLA__PROMISE__STOP", "SHIPPED", ("sla", "promise", "stop"), "SHIPPED"),
        ("SLAMON_LAG", "{}", ("lag",), {}),
        ("SLAMON_SOURCES__ORDERS__SYSTEM", "shop", ("sources", "orders", "system"), "shop"),
        ("SLAMON_SOURCES__My_Shop__SYSTEM", "shop", ("sources", "My_Shop", "system"), "shop"),
        (
            "SLAMON_SOURCES__O__STATUS_MAP__NEW",
            "INITIATED",
            ("sources", "o", "status_map", "NEW"),
            "INITIATED",
        ),
        ("SLAMON_WEB__AUTH__TOKEN", "x", ("web", "auth", "TOKEN"), "x"),
    ],
)
def test_values_are_read_as_their_key_wants_them(name: str, text: str, path: tuple[str, ...], value: object) -> None:
    result = overlay({}, {name: text}, Settings)
    assert result.problems == []
    assert result.origins == {path: name}
    found: object = result.tree
    for key in path:
        assert isinstance(found, dict)
        found = found[key]
    assert found == value
    assert type(found) is type(value)


def test_names_of_the_file_are_meant_whatever_their_case_and_dashes() -> None:
    tree = {"services": {"mes-api": {"http": "http://a"}}, "notify": {"webhooks": {"CRM": {}}}}
    environ = {"SLAMON_SERVICES__MES_API__TIMEOUT": "PT1S", "SLAMON_NOTIFY__WEBHOOKS__crm__URL": "http://b"}
    result = overlay(tree, environ, Settings).tree
    assert result["services"] == {"mes-api": {"http": "http://a", "timeout": "PT1S"}}
    assert result["notify"]["webhooks"] == {"CRM": {"url": "http://b"}}


def test_the_tree_of_the_file_is_left_alone() -> None:
    tree = {"web": {"port": 1}}
    overlay(tree, {"SLAMON_WEB__PORT": "2"}, Settings)
    assert tree == {"web": {"port": 1}}


def test_a_deeper_variable_goes_over_a_shorter_one() -> None:
    environ = {"SLAMON_WEB__PORT": "2", "SLAMON_WEB": '{"port": 1, "host": "a"}'}
    assert overlay({}, environ, Settings).tree == {"web": {"port": 2, "host": "a"}}


def test_items_of_a_list_go_by_index() -> None:
    stages = "sla:\n  stages:\n    - {from: SUBMITTED, to: SHIPPED, budget: P1D}\n"
    settings = settings_of(
        stages,
        {
            "SLAMON_SLA__STAGES__0__BUDGET": "PT1H",
            "SLAMON_SLA__STAGES__1": '{"from": "SUBMITTED", "to": "CLOSED", "budget": "P2D"}',
        },
    )
    assert [(stage.to, str(stage.budget)) for stage in settings.sla.stages] == [
        ("SHIPPED", "PT1H"),
        ("CLOSED", "P2D"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("SLAMON_WEBB__PORT", "1", "SLAMON_WEBB__PORT: is no key, did you mean web? allowed are kafka,"),
        ("SLAMON_WEB__PORTS", "1", "SLAMON_WEB__PORTS: is no key, did you mean port? allowed are host,"),
        (
            "SLAMON_WEB__PORT__X",
            "1",
            "SLAMON_WEB__PORT__X: is no key: web.port takes a whole number from 0 to 65535",
        ),
        ("SLAMON_WEB__", "1", "SLAMON_WEB__: is no key"),
        ("SLAMON_DATADIR", "x", "SLAMON_DATADIR: is no key, did you mean data_dir?"),
        ("SLAMON_WEB__PORT", "many", "SLAMON_WEB__PORT: is text, allowed is a whole number from 0 to 65535"),
        ("SLAMON_WEB__PORT", "70000", "SLAMON_WEB__PORT: is out of range"),
        ("SLAMON_WEB__PORT", "80.0", "SLAMON_WEB__PORT: is a number, allowed is a whole number"),
        (
            "SLAMON_SOURCES__ORDERS__TOPICS",
            "a",
            "SLAMON_SOURCES__ORDERS__TOPICS: is text, allowed is a list of",
        ),
        (
            "SLAMON_SOURCES",
            '{"a": {"topic": ["x"]}}',
            "SLAMON_SOURCES: a.topic: is no key here, did you mean topics?",
        ),
        (
            "SLAMON_SLA__STAGES__5__TO",
            "x",
            "SLAMON_SLA__STAGES__5__TO: skips an item of a list at sla.stages.5.to",
        ),
        ("SLAMON_SLA__STAGES__5", "{}", "SLAMON_SLA__STAGES__5: skips an item of a list at sla.stages.5"),
        ("SLAMON_SLA__STAGES__X", "{}", "SLAMON_SLA__STAGES__X: is no key: sla.stages takes a list"),
    ],
)
def test_problems_name_the_variable(name: str, text: str, problem: str) -> None:
    assert problems_beside("", {name: text})[0].startswith(problem)


@pytest.mark.parametrize(
    "name",
    [
        "SLAMON_SERVICE_HOST",
        "SLAMON_SERVICE_PORT",
        "SLAMON_SERVICE_PORT_HTTP",
        "SLAMON_PORT",
        "SLAMON_PORT_8080_TCP",
        "SLAMON_PORT_8080_TCP_ADDR",
        "SLAMON_WEB_SERVICE_HOST",
        "SLAMON_CONFIG",
        "SLAMON_URL",
        "SLAMON_CACHE",
        "PATH",
        "slamon_web__port",
    ],
)
def test_variables_of_others_are_left_alone(name: str) -> None:
    assert problems_of(SMALLEST, {name: "tcp://10.0.0.1:8080"}) == []
