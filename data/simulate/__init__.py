"""Made-up states with known truth."""
