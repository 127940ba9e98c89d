"""The kinds of life that an order can have, each with its own truth: what happens, and which notices it owes."""
