"""What every answer carries and every form must bring: headers, tokens against forged requests, local redirects."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSRF_FIELD: Final = "csrf"
ANONYMOUS_COOKIE: Final = "khaka_anonymous"
_BYTES: Final = 16

HEADERS: Final = {
    # no inline script or style, nothing from elsewhere; SVG stands in the page itself
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_CACHE: Final = "no-store"  # a page of the committee stays in no cache


class SecurityHeaders:
    """Adds the headers to every answer, errors included.

    Parameters
    ----------
    app : ASGI application
        That answers.
    tls : bool
        Whether a proxy in front speaks TLS: then browsers are told to insist on it.
    """

    def __init__(self, app: ASGIApp, *, tls: bool = False) -> None:
        self._app = app
        headers = {**HEADERS, **({"strict-transport-security": "max-age=31536000"} if tls else {})}
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                if not any(name == b"cache-control" for name, _ in given):
                    given.append((b"cache-control", _CACHE.encode()))
                message = {**message, "headers": [*given, *self._headers]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


def new_secret() -> str:
    """Return a secret for the tokens of one browser, 32 hexadecimal digits."""
    return secrets.token_hex(_BYTES)


def mask(secret: str) -> str:
    """Return a token for one form: the secret under a fresh mask, so that compressed pages don't leak it."""
    pad, plain = secrets.token_bytes(_BYTES), bytes.fromhex(secret)
    return (pad + bytes(a ^ b for a, b in zip(pad, plain, strict=True))).hex()


def token_fits(token: str, secret: str) -> bool:
    """Tell whether a form's token was made from the secret.

    Examples
    --------
    >>> secret = new_secret()
    >>> token_fits(mask(secret), secret), token_fits(mask(new_secret()), secret), token_fits("", secret)
    (True, False, False)
    """
    try:
        raw, plain = bytes.fromhex(token), bytes.fromhex(secret)
    except ValueError:
        return False
    if len(raw) != 2 * _BYTES or len(plain) != _BYTES:
        return False
    return secrets.compare_digest(bytes(a ^ b for a, b in zip(raw[:_BYTES], raw[_BYTES:], strict=True)), plain)


def same_origin(request: Request) -> bool:
    """Tell whether a form comes from this page, as far as the browser says."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin in (None, "null") or urlsplit(origin).netloc == request.headers.get("host", "")


def local_path(path: str, otherwise: str = "/") -> str:
    """Return a path of this page, never an address elsewhere.

    Examples
    --------
    >>> local_path("/seat/S24-2008-1?a=2"), local_path("//elsewhere.example"), local_path("https://elsewhere.example")
    ('/seat/S24-2008-1?a=2', '/', '/')
    """
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if plain else otherwise
