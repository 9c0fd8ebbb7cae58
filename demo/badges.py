"""The demo's people sign in like anybody else: one badge an account, asked for when the door wants to see one."""

from collections.abc import AsyncGenerator

import httpx

HEADER = "X-Actor"
"""Says on whose behalf a request of the demo is sent; with open accounts dispatch goes by it, else by the badge."""
NOBODY_SAID = "operateur-1"
COOKIE = "vigie_badge"


class Badges(httpx.Auth):
    """Adds the badge of the account that the request names; other doors than dispatch's get none."""

    def __init__(self, dispatch: tuple[str, ...], pin: str) -> None:
        self._doors, self._pin = tuple(httpx.URL(url) for url in dispatch), pin
        self._badges: dict[str, str] = {}

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sends with the badge held; on 401 signs in once and sends again."""
        if not any(request.url.netloc == door.netloc for door in self._doors):
            yield request
            return
        # All share one client: a cookie would be whoever signed in last.
        request.headers.pop("Cookie", None)
        account = request.headers.get(HEADER, NOBODY_SAID)
        self._show(request, account)
        answer = yield request
        if answer.status_code != httpx.codes.UNAUTHORIZED:
            return
        body = {"account": account, "pin": self._pin}
        signed = yield httpx.Request("POST", request.url.copy_with(raw_path=b"/v1/session"), json=body)
        if signed.status_code == httpx.codes.OK:
            self._badges[account] = signed.cookies[COOKIE]
            self._show(request, account)
            yield request

    def _show(self, request: httpx.Request, account: str) -> None:
        if account in self._badges:
            request.headers["Authorization"] = f"Bearer {self._badges[account]}"
