"""Places: polygons of seats and districts, booths in them, neighbours, and figures brought from one map to another."""
