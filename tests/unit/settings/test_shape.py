"""The shape of the configuration."""

from slamon.settings.root import Settings
from slamon.settings.shape import at, below, drop_vacant, keys_of, sections, slot_of, suggestion


def test_finds_what_stands_at_a_path() -> None:
    stage = at(Settings, ("sla", "stages", 3, "from"))
    assert stage is not None
    assert stage.type is str
    assert stage.allowed == "a status of orders.lifecycle"
    secret = at(Settings, ("notify", "webhooks", "crm", "secret"))
    assert secret is not None
    assert secret.is_secret
    assert secret.nullable


def test_finds_nothing_where_nothing_may_stand() -> None:
    for path in (("x",), ("web", "port", "x"), ("sla", "stages", "x"), ("sla", "stages", 0, "x", "y")):
        assert at(Settings, path) is None


def test_knows_lists_maps_and_sections() -> None:
    slots = dict(keys_of(Settings))
    assert slots["sources"].origin is dict
    assert slots["sources"].section is None
    assert slots["web"].section is not None
    assert slots["lag"].nullable
    assert slots["services"].later is not None
    assert slots["data_dir"].is_plain
    assert not slots["sources"].is_plain


def test_says_what_is_allowed() -> None:
    assert slot_of(int).allowed == "text"
    assert slot_of(dict[str, int]).allowed == "a mapping"
    assert slot_of(tuple[int, ...]).allowed == "a list"
    level = at(Settings, ("log", "level"))
    assert level is not None
    assert level.allowed == "one of debug, info, warning, error"
    log = at(Settings, ("log",))
    assert log is not None
    assert log.allowed == "a mapping with level, libraries, format"
    rounding = at(Settings, ("sla", "policies", 0, "promise", "round"))
    assert rounding is not None
    assert rounding.allowed == "one of end_of_day"


def test_below_a_plain_value_is_nothing() -> None:
    assert below(slot_of(int), "x") is None


def test_suggests_a_sibling_then_the_only_key_of_that_name() -> None:
    assert suggestion(Settings, ("kafka", "bootstrap-server")).startswith("did you mean bootstrap_servers? allowed are")
    assert suggestion(Settings, ("orders", "app_id")).startswith("did you mean kafka.app_id? ")
    assert suggestion(Settings, ("orders", "topics")).startswith("did you mean sources.NAME.topics? ")
    assert suggestion(Settings, ("orders", "name")).startswith("did you mean sla.policies.name? ") is False
    assert suggestion(Settings, ("web", "zzz")) == "allowed are host, port, advertise, public_url, auth"


def test_walks_every_section_of_a_tree() -> None:
    tree = {"web": {"port": 1}, "sla": {"stages": [{"to": "x"}, 5]}, "sources": {"a": {}}, "zzz": {"b": {}}}
    paths = [path for path, _, _ in sections(slot_of(Settings), tree, ())]
    assert paths == [(), ("web",), ("sla",), ("sla", "stages", 0), ("sources", "a")]


def test_vacant_sections_have_their_defaults_and_other_nulls_stay() -> None:
    tree = {
        "web": None,
        "sources": None,
        "lag": None,
        "kafka": None,
        "sla": {"stages": None, "promise": None},
    }
    drop_vacant(Settings, tree)
    assert tree == {"lag": None, "kafka": None, "sla": {}}
