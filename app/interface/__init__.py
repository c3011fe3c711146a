"""What analysts use from Python: a workspace, its tables and results, backtests and the ranker."""
