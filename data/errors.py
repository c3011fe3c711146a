"""The one error that a user is meant to read."""

from __future__ import annotations


class KhakaError(Exception):
    """The data or the rules make it impossible: shown as one clear sentence, exit code 1.

    The text names what was found, what was allowed and the way out; it never carries a traceback to the user.

    Examples
    --------
    >>> raise KhakaError("no election 'S24-2031-AE' in this workspace; there are: S24-2012-AE, S24-2017-AE")
    Traceback (most recent call last):
    ...
    khaka.data.errors.KhakaError: no election 'S24-2031-AE' in this workspace; there are: S24-2012-AE, S24-2017-AE
    """
