"""Keys by which a server knows its own sessions, and who may have one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import panel as pn
from bokeh.settings import settings
from bokeh.util.token import generate_secret_key

__all__ = ["sign_in"]


def sign_in(basic_auth: str | Path | None, oauth_provider: str | None) -> dict[str, Any]:
    """Give what a server needs so that nobody makes up a session, or who he is.

    Parameters
    ----------
    basic_auth : str or path-like, optional
        A password, or a JSON file of passwords by the name of the user.
    oauth_provider : str, optional
        Who is asked for users instead.

    Returns
    -------
    dict of str to object
        Options of `panel.io.server.get_server`.

    Raises
    ------
    ValueError
        If both are given.
    """
    if basic_auth is not None and oauth_provider is not None:
        raise ValueError("give a password or somebody who is asked for users, not both")
    key = settings.secret_key_bytes() or generate_secret_key().encode()
    found: dict[str, Any] = {"sign_sessions": True, "secret_key": key}
    if basic_auth is not None or oauth_provider is not None:
        # Without one that lasts, users sign in again after a restart.
        found["cookie_secret"] = pn.config.cookie_secret or generate_secret_key()
    if basic_auth is not None:
        found["basic_auth"] = str(basic_auth)
    if oauth_provider is not None:
        found["oauth_provider"] = oauth_provider
    return found
