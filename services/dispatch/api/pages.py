"""The three pages, built from web/: what is hashed is kept for good, the rest is asked for each time."""

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from services.dispatch.api.origins import doors_for
from services.dispatch.settings import DispatchSettings

NOT_BUILT = (
    "Les pages ne sont pas construites : lancez « make web ».\n"
    "The pages are not built: run `make web`. The API is at /openapi.json.\n"
)
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
PAGES = (".", "tablette", "equipe")


class Pages(StaticFiles):
    """The built files with the headers that a control room's screen should have."""

    def __init__(self, settings: DispatchSettings) -> None:
        super().__init__(directory=settings.vigie_pages_dir, html=True, check_dir=False)
        self._settings = settings

    async def check_config(self) -> None:
        """Nothing: a folder that is not there yet is answered by 404 or 503, and served once it is."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file. Raises HTTPException 404; where the pages are not built, says what to do."""
        if path in PAGES and not (self._settings.vigie_pages_dir / "index.html").is_file():
            return PlainTextResponse(NOT_BUILT, 503)
        response = await super().get_response(path, scope)
        response.headers.update(security_headers(Request(scope), self._settings))
        response.headers["Cache-Control"] = FOR_GOOD if path.startswith("assets/") else ASK_FIRST
        return response


def security_headers(request: Request, settings: DispatchSettings) -> dict[str, str]:
    """Nothing inline, nothing from another host; talking to the doors only."""
    connect = " ".join(["'self'", *doors_for(request, settings)])
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        f"connect-src {connect}; worker-src 'self' blob:; manifest-src 'self'; media-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    }


def serve_pages(app: FastAPI, settings: DispatchSettings) -> None:
    """Mounts the pages behind all other routes."""
    app.mount("/", Pages(settings), name="pages")
