"""The page of the Slack stand-in: the channels as Slack shows them, rendered on the server."""

import html
from collections.abc import Sequence

from slamon.demo.standins.slack.article import Article
from slamon.demo.standins.slack.channels import Channel
from slamon.demo.standins.slack.refused import Json

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"

_SHOWN = 200
_REFRESH_SECONDS = 2
_NOTHING = '<p class="empty">No messages yet. slamon is watching.</p>'

_STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; display: flex; min-height: 100vh; color: #1d1c1d; background: #fff;
       font: 15px/1.47 Lato, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
nav { width: 230px; flex: none; background: #3f0e40; color: #d9c7da; padding: 18px 0;
      position: sticky; top: 0; height: 100vh; }
nav h1 { font-size: 18px; color: #fff; margin: 0 18px 4px; }
nav p { font-size: 12px; margin: 0 18px 18px; }
nav a { display: flex; justify-content: space-between; padding: 4px 18px; color: inherit;
        text-decoration: none; }
nav a:hover { background: #350d36; }
nav .count { color: #fff; font-size: 12px; background: #6b3a6d; border-radius: 9px; padding: 1px 8px; }
main { flex: 1; min-width: 0; }
header { position: sticky; top: 0; background: #fffffff2; border-bottom: 1px solid #ddd; padding: 14px 24px; }
header h2 { margin: 0; font-size: 18px; }
header small { color: #616061; }
article { display: flex; gap: 12px; padding: 10px 24px; overflow-wrap: anywhere; }
article:hover { background: #f8f8f8; }
article.reply { margin-left: 48px; border-left: 3px solid #e8e8e8; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 6px 0; }
.actions form { margin: 0; }
.button { font: inherit; font-size: 13px; font-weight: 700; color: inherit; background: #fff; display: inline-block;
          border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; text-decoration: none; cursor: pointer; }
.button:hover { background: #f4f4f4; } .button:disabled { color: #888; cursor: default; }
.button.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
.button.danger { color: #c01343; border-color: #c01343; }
.button.primary:disabled { background: #8fbfb0; border-color: #8fbfb0; color: #fff; }
.modal { position: fixed; inset: 48px auto auto 50%; translate: -50%; width: min(480px, 92vw); background: #fff;
         padding: 18px 24px; border-radius: 8px; box-shadow: 0 0 0 100vmax #0007; z-index: 1; }
.modal h2 { margin: 0 0 10px; font-size: 18px; }
.modal label { display: block; margin: 10px 0; }
.modal input, .modal select, .modal textarea { display: block; font: inherit; width: 100%; padding: 6px;
         border: 1px solid #bbb; border-radius: 4px; margin-top: 4px; }
.error { color: #c01343; font-size: 13px; }
hr { border: 0; border-top: 1px solid #ddd; margin: 8px 0; }
.avatar { width: 38px; height: 38px; flex: none; border-radius: 8px; background: #1264a3; color: #fff;
          display: grid; place-items: center; font-weight: 700; }
.body { min-width: 0; max-width: 820px; }
.who { font-weight: 800; }
.app { font-size: 10px; background: #e8e8e8; color: #616061; border-radius: 3px; padding: 1px 4px;
       margin: 0 4px; }
.when, .context { color: #616061; font-size: 12.5px; }
.body p { margin: 2px 0; }
.context > span:not(:last-child)::after { content: "·"; margin: 0 7px; color: #aaa; }
.mention { background: #fdf0c2; color: #1264a3; border-radius: 3px; padding: 0 2px; }
i { display: inline-block; width: 11px; height: 11px; border-radius: 50%; vertical-align: -1px; }
i.red { background: #d32f2f; } i.orange { background: #f57c00; } i.yellow { background: #f2b705; }
i.green { background: #2e9e4f; } i.blue { background: #1e88e5; }
i.black { background: #333; } i.white { background: #fff; box-shadow: inset 0 0 0 2px #999; }
.link { color: #1264a3; }
code { color: #c01343; background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px; }
.empty { padding: 64px 24px; color: #616061; text-align: center; }
@media (max-width: 640px) { body { display: block; }
  nav { width: auto; height: auto; position: static; padding: 12px 0; }
  header, article { padding-left: 14px; padding-right: 14px; } }
"""


def channel_page(channels: Sequence[Channel], *, can_press: bool = False, modal: str = "") -> str:
    """Write the whole page: every channel, its newest messages first.

    `can_press`: buttons work. `modal`: HTML that stands before all; while it does, the page is not read again.
    """
    again = "" if modal else f'<meta http-equiv="refresh" content="{_REFRESH_SECONDS}">'
    sections = "".join(_section(channel, can_press=can_press) for channel in channels)
    links = "".join(
        f'<a href="#{html.escape(channel.channel_id)}">'
        f'<span># {html.escape(channel.name)}</span> <span class="count">{len(channel.messages)}</span></a>'
        for channel in channels
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{again}<title>Slack stand-in</title><style>{_STYLE}</style></head><body>"
        f"<nav><h1>slamon demo</h1><p>plays Slack on this machine</p>{links}</nav>"
        f"<main>{sections or _NOTHING}</main>{modal}</body></html>"
    )


def _section(channel: Channel, *, can_press: bool) -> str:
    # Newest thread on top; in a thread the message it hangs on, then the replies as they came
    newest = channel.messages[: -_SHOWN - 1 : -1]
    shown, there = len(newest), len(channel.messages)
    count = f"the newest {shown} of {there}" if shown < there else f"{there} messages, newest first"
    threads: dict[str, list[Json]] = {}
    for message in newest:
        threads.setdefault(str(message.get("thread_ts") or message["ts"]), []).insert(0, message)
    articles = "".join(
        Article(channel, message, can_press=can_press).html()
        for ts in sorted(threads, reverse=True)
        for message in _with_root(channel, ts, threads[ts])
    )
    return (
        f'<section id="{html.escape(channel.channel_id)}"><header><h2># {html.escape(channel.name)}</h2>'
        f"<small>{count}</small></header>{articles}</section>"
    )


def _with_root(channel: Channel, ts: str, thread: list[Json]) -> list[Json]:
    """A thread whose root is older than what is shown keeps it all the same."""
    root = channel.find(ts)
    return thread if root is None or thread[0]["ts"] == ts else [root, *thread]
