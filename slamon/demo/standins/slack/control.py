"""The remote control of the Slack stand-in: press a button, submit a modal, push an envelope, cut Socket Mode."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from slamon.demo.standins.slack.delivery import Delivery, Heard, RequestUrl
from slamon.demo.standins.slack.interactions import ANN, Person
from slamon.demo.standins.slack.modal import values_of
from slamon.demo.standins.slack.refused import Json
from slamon.demo.standins.slack.socket_mode import SocketMode


def add_controls(app: web.Application, delivery: Delivery, socket: SocketMode) -> None:
    """Add the routes; each takes JSON; those of the page take its forms too."""
    controls = _Controls(delivery, socket)
    app.router.add_post("/-/press", controls.press)
    app.router.add_post("/-/submit", controls.submit)
    app.router.add_post("/-/close", controls.close)
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
        form = await _form(request)
        await self._told(lambda: _pressed(self._delivery, form))
        raise web.HTTPSeeOther("/")

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """`{view_id, values: {action_id: value}, user?, name?}`; or the form of a modal on the page."""
        if request.content_type == "application/json":
            content = await request.json()
            return await self._told(lambda: _submitted(self._delivery, content))
        form = await _form(request)
        if view := self._delivery.views.opened.get(form.get("view_id", "")):
            sent = {"view_id": view["id"], "values": values_of(form, view)}
            await self._told(lambda: _submitted(self._delivery, sent))
        raise web.HTTPSeeOther("/")

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Close the modal that is open."""
        await _form(request)
        self._delivery.views.close()
        raise web.HTTPSeeOther("/")

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


async def _submitted(delivery: Delivery, content: Json) -> Heard:
    return await delivery.submit(content["view_id"], content["values"], _person(content))


async def _form(request: web.Request) -> dict[str, str]:
    """Read a form of the page; one from elsewhere is turned away."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise web.HTTPForbidden(text="only from the page itself")
    return {key: str(value) for key, value in (await request.post()).items()}


def _person(content: Json) -> Person:
    return Person(content.get("user", ANN.user_id), content.get("name", ANN.name))
