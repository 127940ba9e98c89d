"""The remote control of the Slack stand-in: press a button, submit a modal, push an envelope, cut Socket Mode."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from slamon.demo.standins.slack.delivery import Delivery, Heard, RequestUrl
from slamon.demo.standins.slack.interactions import ANN, Person
from slamon.demo.standins.slack.refused import Json
from slamon.demo.standins.slack.socket_mode import SocketMode


def add_controls(app: web.Application, delivery: Delivery, socket: SocketMode) -> None:
    """Add the routes; each takes JSON, `/-/press` also the form of the page."""
    controls = _Controls(delivery, socket)
    app.router.add_post("/-/press", controls.press)
    app.router.add_post("/-/submit", controls.submit)
    app.router.add_post("/-/interact", controls.interact)
    app.router.add_post("/-/interactions-url", controls.direct)
    app.router.add_post("/-/disconnect", controls.disconnect)


class _Controls:
    def __init__(self, delivery: Delivery, socket: SocketMode) -> None:
        self._delivery = delivery
        self._socket = socket

    async def press(self, request: web.Request) -> web.StreamResponse:
        """`{channel, ts, action_id, user?, name?}`; a form comes from the page and leads back to it."""
        if request.content_type == "application/json":
            content = await request.json()
            return await self._told(lambda: _pressed(self._delivery, content))
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return web.Response(status=403, text="only from the page itself")
        form = {key: str(value) for key, value in (await request.post()).items()}
        await self._told(lambda: _pressed(self._delivery, form))
        raise web.HTTPSeeOther("/")

    async def submit(self, request: web.Request) -> web.Response:
        """`{view_id, values: {action_id: value}, user?, name?}`."""
        content = await request.json()
        return await self._told(lambda: self._delivery.submit(content["view_id"], content["values"], _person(content)))

    async def interact(self, request: web.Request) -> web.Response:
        """Any payload, as it is: through the request URL or an envelope of Socket Mode."""
        content = await request.json()
        return await self._told(lambda: self._delivery.deliver({"type": "unknown", **content}))

    async def direct(self, request: web.Request) -> web.Response:
        """`{url, secret}`: where interactions are posted to from now on; `{}`: nowhere."""
        content = await request.json()
        self._delivery.target = RequestUrl(content["url"], content["secret"]) if content else None
        return web.json_response({})

    async def disconnect(self, _request: web.Request) -> web.Response:
        """End the connections of Socket Mode as Slack does to refresh them."""
        await self._socket.disconnect()
        return web.json_response({})

    @staticmethod
    async def _told(act: Callable[[], Awaitable[Heard]]) -> web.Response:
        try:
            heard = await act()
        except KeyError as error:
            return web.json_response({"accepted": False, "error": f"not found: {error}"}, status=404)
        content = {"accepted": heard.accepted, "error": heard.error, "answer": heard.content}
        return web.json_response(content)


async def _pressed(delivery: Delivery, content: Json) -> Heard:
    return await delivery.press(content["channel"], content["ts"], content["action_id"], _person(content))


def _person(content: Json) -> Person:
    return Person(content.get("user", ANN.user_id), content.get("name", ANN.name))
