"""The Slack stand-in: the Web API and Socket Mode over HTTP, a ledger on disk, and a page that shows the channels."""

from pathlib import Path

from aiohttp import web

from slamon.demo.standins.ledger import read_ledger
from slamon.demo.standins.script import Act, Call, Reply, Script
from slamon.demo.standins.server import Clock, Server, new_application, retry_after_header
from slamon.demo.standins.slack.api import WRITING, Answer, SlackApi, Tokens
from slamon.demo.standins.slack.arguments import read_arguments, read_token
from slamon.demo.standins.slack.channels import Workspace
from slamon.demo.standins.slack.control import add_controls
from slamon.demo.standins.slack.delivery import Delivery, RequestUrl
from slamon.demo.standins.slack.journal import Journal
from slamon.demo.standins.slack.memory import replay
from slamon.demo.standins.slack.pace import Pace
from slamon.demo.standins.slack.page import CONTENT_SECURITY_POLICY, channel_page
from slamon.demo.standins.slack.refused import Json
from slamon.demo.standins.slack.socket_mode import PATH, SocketMode


class SlackStandIn:
    """Slack on this machine. `api_url` is what `notify.slack.api_url` takes."""

    def __init__(
        self,
        ledger: Path,
        *,
        clock: Clock,
        token: str | None = None,
        app_token: str | None = None,
        channels: tuple[str, ...] = (),
        per_second: float | None = None,
        burst: int = 3,
        reads_per_minute: int | None = None,
        interactions: RequestUrl | None = None,
    ) -> None:
        """`token` None takes any; no `channels`: any; `interactions`: where a pressed button is posted to.

        429 beyond `per_second` chat.* calls to one channel, and beyond `reads_per_minute` (Slack's tier 3: 50) of one
        conversations.* method; None is no limit.

        What a ledger that is there already tells of is in the channels again: Slack forgets nothing.
        """
        self.script = Script()
        self.workspace = Workspace(channels)
        replay(read_ledger(ledger), self.workspace)
        self._clock = clock
        self._journal = Journal(ledger, clock)
        self.socket = SocketMode(self._journal.said)
        self._api = SlackApi(
            self.workspace,
            clock=clock,
            tokens=Tokens(token, app_token),
            pace=Pace(per_second, burst, reads_per_minute),
            connect=lambda: self.socket.new_link(self.url),
        )
        self.views = self._api.views
        self.delivery = Delivery(
            self.workspace, self.views, clock=clock, socket=self.socket, note=self._journal.delivered
        )
        self.delivery.target = interactions
        self._server = Server(self._application())
        self.url = ""

    @property
    def api_url(self) -> str:
        """Where the Web API is, once started."""
        return f"{self.url}/api/"

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Listen (0: on any free port); returns the URL of the page."""
        self.url = await self._server.start(port, host)
        self.delivery.response_url = f"{self.url}/actions/"
        return self.url

    async def stop(self) -> None:
        """End all connections, stop listening and close the ledger."""
        await self.socket.disconnect("link_disabled")
        await self._server.stop()
        await self._journal.close()

    def release(self) -> None:
        """Let the calls go that hang now."""
        self._server.release()

    async def say(self, channel: str, text: str, user: str = "U0HUMAN") -> Json:
        """Let a person write into a channel. Raises Refused."""
        message = self.workspace.say(channel, text, self._clock(), user)
        await self._journal.wrote(self.workspace.channel(channel), message)
        return message

    def _application(self) -> web.Application:
        app = new_application(self.script, self._clock)
        app.router.add_get("/", self._page)
        app.router.add_get(PATH, self.socket.serve)
        app.router.add_post("/actions/{channel}/{ts}", self._responded)
        app.router.add_route("*", "/api/{method}", self._call)
        add_controls(app, self.delivery, self.socket)
        return app

    async def _page(self, _request: web.Request) -> web.Response:
        page = channel_page(self.workspace.channels, can_press=self.delivery.is_possible)
        headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "X-Content-Type-Options": "nosniff"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await read_arguments(request)
        places = self.workspace.names_of(arguments.get("channel"))
        reply = self.script.next(Call(method, places, method in WRITING), self._clock())
        answer = self._api.answer(method, arguments, read_token(request, arguments), reply)
        await self._journal.called(method, arguments, answer.content, reply.act)
        if answer.is_limited:
            return web.json_response(answer.content, status=429, headers=retry_after_header(answer.retry_after))
        return await self._sent(request, reply, answer)

    async def _sent(self, request: web.Request, reply: Reply, answer: Answer) -> web.StreamResponse:
        match reply.act:
            case Act.SERVE | Act.REFUSE:
                return web.json_response(answer.content)
            case Act.ACCEPT_THEN_HANG if reply.seconds is not None:
                await self._server.hang(reply)
                return web.json_response(answer.content)
            case _:
                return await self._server.misbehave(request, reply)

    async def _responded(self, request: web.Request) -> web.Response:
        await self._journal.responded(request.match_info["channel"], request.match_info["ts"], await request.text())
        return web.Response(text="ok")
