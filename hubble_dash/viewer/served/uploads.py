"""Files that visitors send: bounded in size, number and time, and gone when they are answered."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bokeh.server.views.auth_request_handler import AuthRequestHandler
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, stream_request_body

from hubble_dash.errors import HubbleDashError, ImageError
from hubble_dash.guest import Guest
from hubble_dash.viewer.data.schema import MOST_GUEST_BYTES, GuestAnswer
from hubble_dash.viewer.guarded.guard import allowed_origins, is_from_own_page
from hubble_dash.viewer.served.builds import shared_by_key
from hubble_dash.viewer.served.guests import guest_answer, offer_by_key

__all__ = ["GuestHandler"]

# A file that comes more slowly than this is not waited for.
SECONDS_TO_SEND = 120.0
# Files that are here at a time: one is read, the others come, or wait for it.
MAX_HERE = 8

_here = threading.BoundedSemaphore(MAX_HERE)
_one = ThreadPoolExecutor(1, thread_name_prefix="hubble-dash-guests")


class _Upload:
    """A file that is coming, in a folder of its own, and its place among those that are here.

    Parameters
    ----------
    suffix : str
        How its name ends: what is packed says by it what is inside.
    place : threading.Semaphore
        Is released when the file is gone.
    """

    def __init__(self, suffix: str, place: threading.Semaphore) -> None:
        self._place, self._lock = place, threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="hubble-dash-guest-"))
        self.path = self._folder / f"image.{suffix}"
        self._file = self.path.open("wb")
        self.is_gone = False

    def write(self, chunk: bytes) -> None:
        """Add to it what has come."""
        if not self.is_gone:
            self._file.write(chunk)

    def close(self) -> None:
        """Let it be read."""
        self._file.close()

    def forget(self) -> None:
        """Leave nothing of it here, and give its place to others."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        with self._lock:
            was_gone, self.is_gone = self.is_gone, True
        if not was_gone:
            self._place.release()


@stream_request_body
class GuestHandler(AuthRequestHandler):  # type: ignore[misc]  # bokeh is untyped
    """Answers ``guest/<suffix>``: an image file comes in, a `GuestAnswer` goes out."""

    def initialize(self) -> None:
        """Let more come in than other requests bring."""
        self.request.connection.set_max_body_size(MOST_GUEST_BYTES)
        self.request.connection.set_body_timeout(SECONDS_TO_SEND)
        self._upload: _Upload | None = None
        self._read: Callable[[Path], Guest] | None = None

    def check_xsrf_cookie(self) -> None:
        """Nothing is changed, and where it comes from is looked at when it is here."""

    async def prepare(self) -> None:
        """Refuse at once, before a file has come, whatever can be refused."""
        await super().prepare()
        self._read = offer_by_key(self.path_args[0]).read
        refusal, places = self._refusal(), _here
        if refusal is not None:
            self._refuse(*refusal)
        elif not places.acquire(blocking=False):
            self._refuse(503, "Others have brought images as well; try again in a moment.")
        else:
            self._upload = _Upload(self.path_args[1], places)

    def _refusal(self) -> tuple[int, str] | None:
        if not is_from_own_page(self.request, allowed_origins(self.application)):
            return 403, "Only pages of this server may ask."
        if not self.current_user:
            return 403, "Sign in first: reload the page."
        if self._read is None:
            return 404, "Images cannot be brought here, or the collection was built anew: reload."
        length = self.request.headers.get("Content-Length", "")
        if length.isdecimal() and (len(length) > 15 or int(length) > MOST_GUEST_BYTES):
            return 413, f"A file may have {MOST_GUEST_BYTES / 1e6:.0f} MB at most."
        return None

    def data_received(self, chunk: bytes) -> None:
        """Write what has come to where it is read from."""
        if self._upload is not None:
            self._upload.write(chunk)

    async def post(self, key: str, _suffix: str) -> None:
        """Answer as JSON, by the atlas's key and how the file's name ends."""
        self.set_header("Cache-Control", "no-store")
        read, upload = self._read, self._upload
        assert read is not None
        assert upload is not None
        upload.close()
        try:
            self.write(await IOLoop.current().run_in_executor(_one, _answer, key, read, upload))
        except ImageError as err:
            self._refuse(400, err.reason)
        except LookupError as err:
            self._refuse(404, str(err))
        except ValueError as err:
            self._refuse(400, str(err))
        except HubbleDashError as err:
            raise HTTPError(500, str(err)) from err  # it may name files here; the log has it

    def on_finish(self) -> None:
        """Leave nothing of a file that was refused."""
        if self._upload is not None:
            self._upload.forget()

    def on_connection_close(self) -> None:
        """Leave nothing either where nobody waits for the answer any more."""
        super().on_connection_close()
        self.on_finish()

    def _refuse(self, status: int, why: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{why}\n")


def _answer(key: str, read: Callable[[Path], Guest], upload: _Upload) -> GuestAnswer | str:
    """Compare an image; nothing of it is here any more when that is known."""
    if upload.is_gone:
        return ""  # to nobody
    try:
        guest = read(upload.path)
    finally:
        upload.forget()
    return guest_answer(shared_by_key(key).atlas, guest)
