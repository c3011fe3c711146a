"""Named faults of booths: what is odd about a row, why, and whether it stays out of totals."""
