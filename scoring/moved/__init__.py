"""What moved between two batches: which ranks changed, and what the change of each expected margin is made of."""
