"""Last stage: the command line and, later, the review page."""
