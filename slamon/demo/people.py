"""Who orders, and who looks after them: the made-up people of the demo."""

import random
from dataclasses import dataclass
from typing import Final

_PRIVATE: Final = (
    "Anna Petrova",
    "Timur Akhmetov",
    "Elena Sokolova",
    "James O'Connor",
    "Mariam Grigoryan",
    "Lukas Weber",
    "Olga Smirnova",
    "Chloé Martin",
    "Ivan Kuznetsov",
    "Sofia Rossi",
    "Dmitry Volkov",
    "Priya Nair",
    "Ekaterina Belova",
    "Ahmed Hassan",
    "Natalia Orlova",
    "Jürgen Köhler",
)
_PARTNERS: Final = (
    "Aurora Jewellers",
    "Silberhof & Söhne",
    "Ювелирный дом «Янтарь»",
    "Maison Delacroix",
    "Northern Gold Ltd",
    "Gemma <Fine Rings>",  # a name that only careful escaping shows as it is
)
MANAGERS: Final = ("olga.ivanova", "pavel.romanov", "marina.kim")
_OPERATORS: Final = ("op-17", "op-23", "op-31", "op-42")


@dataclass(frozen=True, slots=True)
class Client:
    """One client: a person at the shop, or a jeweller who orders through the MES API (`b2b`)."""

    client_id: str
    name: str
    channel: str
    manager: str

    @property
    def shops(self) -> bool:
        """Whether they order at the shop; others come in at the MES."""
        return self.channel == "shop"


MARKETPLACE: Final = Client("m-1", "Stonebridge Marketplace", "marketplace", "pavel.romanov")
"""Sends many orders at once."""


def private_client(rng: random.Random) -> Client:
    """Somebody who orders at the shop."""
    return _client("c", _PRIVATE, "shop", rng)


def partner(rng: random.Random) -> Client:
    """A jeweller who orders for their own shop."""
    return _client("p", _PARTNERS, "b2b", rng)


def operator(rng: random.Random) -> str:
    """Somebody at a machine."""
    return rng.choice(_OPERATORS)


def _client(prefix: str, names: tuple[str, ...], channel: str, rng: random.Random) -> Client:
    number = rng.randrange(len(names))
    return Client(f"{prefix}-{100 + number}", names[number], channel, MANAGERS[number % len(MANAGERS)])
