"""Aid for Form C-7: drafts from facts recorded before the selection, clocks, and a check of every word.

A party that selects someone with pending cases or a past conviction publishes the cases and its reasons within 48
hours (Supreme Court, 13 February 2020 and 10 August 2021). This is an aid: the party's counsel has the last word.
"""
