"""What each kind of life owes, by hand; tests/unit/demo/test_script.py holds the times against the oracle."""

import random
from collections import Counter

import pytest

from slamon.demo.cast import LIVES, OUTAGE, Life
from slamon.demo.passage import Passage
from slamon.demo.story import Story
from slamon.demo.tempo import Tempo

NOTHING: dict[str, int] = {}
NEVER_HEARD_OF_AGAIN = {"stage_overdue": 1, "at_risk": 1, "breached": 1}
OWED = {
    "on time": NOTHING,
    "on time, B2B": NOTHING,
    "shipped at the last moment": {"stage_overdue": 1, "at_risk": 1},
    "slow: price": {"stage_overdue": 1},
    "slow: approval": {"stage_overdue": 1},
    "slow: operator": {"stage_overdue": 1},
    "slow: shipping": {"stage_overdue": 1},
    "stuck: price never calculated": NEVER_HEARD_OF_AGAIN,
    "stuck: nobody approves": NEVER_HEARD_OF_AGAIN,
    "stuck: no operator": NEVER_HEARD_OF_AGAIN,
    "stuck: never completed": NEVER_HEARD_OF_AGAIN,
    "stuck: never shipped": NEVER_HEARD_OF_AGAIN,
    "lost between Shop and MES": NEVER_HEARD_OF_AGAIN,
    "lost between MES and CRM": NEVER_HEARD_OF_AGAIN,
    "lost between CRM and MES": NEVER_HEARD_OF_AGAIN,
    "message of shipping lost": NOTHING,
    "late": {"stage_overdue": 1, "at_risk": 1, "breached": 1, "finished_late": 1},
    "rushed and late": {"at_risk": 1, "breached": 1, "finished_late": 1},
    "moved in time": NOTHING,
    "moved after the warning": {"at_risk": 1},
    "moved too late": {"at_risk": 1, "breached": 1},
    "missed twice": {"stage_overdue": 1, "at_risk": 2, "breached": 2, "finished_late": 1},
    "called off": NOTHING,
    "called off at last": NEVER_HEARD_OF_AGAIN,
    "waits for the CRM, as many others": {"stage_overdue": 1},
    "cart": NOTHING,
    "late word of the start": {"stage_overdue": 1, "retracted": 1},
    "late word of shipping": {"stage_overdue": 1, "at_risk": 1, "breached": 1, "retracted": 2},
}


@pytest.mark.parametrize("life", [*LIVES, OUTAGE], ids=lambda life: life.name)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_life_owes_what_its_name_says(life: Life, seed: int) -> None:
    rng = random.Random(seed)
    story = Story("A-1", Tempo.of_play(60), rng, b2b=life.entry.is_b2b(rng))
    life.tell(Passage(story))
    assert Counter(str(due.kind) for due in story.told(0).dues) == OWED[life.name]
