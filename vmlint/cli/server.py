"""`vmlint server`: the language server for an editor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec

from vmlint.cli.arguments import Parser
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.errors import UsageError

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Runs the language server, which an editor starts: findings while manifests are written, hover, definitions, "
    "references, renaming and fixes. Nothing of the repository runs, and nothing is read from the network."
)
_EXAMPLES = (
    ("vmlint server", "serve the editor that started it, over standard input and output"),
    ("vmlint server --tcp 127.0.0.1:7777", "wait for one editor on a port; for development"),
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def make_parser() -> Parser:
    parser = Parser("server", _DESCRIPTION, _EXAMPLES, PLAIN_EXITS)
    parser.add_argument("--tcp", metavar="HOST:PORT", help="wait for one editor on a port of this machine")
    parser.add_argument(
        "--any-host", action="store_true", help="allow a HOST that other machines reach; the server has no passwords"
    )
    parser.add_argument("--stdio", action="store_true", help="use standard input and output (the default)")
    parser.add_argument("-h", "--help", action="help", help="show this help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    address = _address(arguments.tcp, any_host=arguments.any_host) if arguments.tcp is not None else None
    if find_spec("pygls") is None:
        raise UsageError("the language server needs further packages: install vmlint with its extra `server`")

    from vmlint.server.serving import serve, serve_tcp

    if address is None:
        serve()
    else:
        serve_tcp(*address)
    return Exit.CLEAN


def _address(text: str, *, any_host: bool) -> tuple[str, int]:
    found = re.fullmatch(r"\[?([^\s\[\]]+?)\]?:(\d{1,5})", text)
    if not found or int(found[2]) > 65535:
        raise UsageError(f"`--tcp {text}` is not an address: write HOST:PORT, such as 127.0.0.1:7777")
    if found[1] not in _LOOPBACK and not any_host:
        raise UsageError(
            f"`{found[1]}` may be reached from other machines, and whoever connects reads the manifests: use "
            "127.0.0.1, or add `--any-host`"
        )
    return found[1], int(found[2])
