"""Made-up states with known truth."""

from __future__ import annotations

from khaka.data.simulate.state import WorldInfo, simulate
from khaka.data.simulate.world import World, kinds, load_world

__all__ = ["World", "WorldInfo", "kinds", "load_world", "simulate"]
