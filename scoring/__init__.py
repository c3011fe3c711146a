"""Fourth stage: ranked seats, with ranges and reasons."""
