"""Errors of an HTTP door as problem details (RFC 9457), one shape for every route."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

MEDIA_TYPE = "application/problem+json"
HUNG_UP = 499
"""In metrics and traces: the client closed the connection before it was answered."""


class Problem(Exception):
    """Raised by a route. `kind` is a stable slug; `detail` says what to do; `extra` adds members."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str = "",
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(title)
        self.status, self.kind, self.title, self.detail = status, kind, title, detail
        self.headers, self.extra = headers, extra

    def body(self) -> dict[str, Any]:
        """The JSON object."""
        return {
            "type": f"urn:vigie:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }


def install(app: FastAPI) -> None:
    """Makes every error of `app` a problem document; validation errors never repeat the input."""

    @app.exception_handler(Problem)
    async def of_problem(_: Request, problem: Problem) -> JSONResponse:
        return JSONResponse(problem.body(), problem.status, problem.headers, MEDIA_TYPE)

    @app.exception_handler(ClientDisconnect)
    async def of_disconnect(_: Request, __: ClientDisconnect) -> Response:
        # It hung up while it was still sending: nobody reads an answer, and it is no fault of ours.
        return Response(status_code=HUNG_UP)

    @app.exception_handler(RequestValidationError)
    async def of_validation(_: Request, error: RequestValidationError) -> JSONResponse:
        places = [{"place": ".".join(str(step) for step in e["loc"]), "reason": e["msg"]} for e in error.errors()[:20]]
        problem = Problem(422, "invalid", "Requête invalide / invalid request", errors=places)
        return JSONResponse(problem.body(), 422, media_type=MEDIA_TYPE)

    @app.exception_handler(HTTPException)
    async def of_http(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 400:  # FastAPI's own, for a body that is not even text; every other body gets 422
            problem = Problem(422, "invalid", "Corps illisible / unreadable body")
            return JSONResponse(problem.body(), 422, media_type=MEDIA_TYPE)
        problem = Problem(error.status_code, "http", str(error.detail))
        headers = dict(error.headers) if error.headers else None
        return JSONResponse(problem.body(), error.status_code, headers, MEDIA_TYPE)

    @app.exception_handler(Exception)
    async def of_fault(_: Request, error: Exception) -> JSONResponse:
        problem = Problem(500, "fault", "Erreur interne / internal error", "Réessayez / try again.")
        return JSONResponse(problem.body(), 500, media_type=MEDIA_TYPE)
