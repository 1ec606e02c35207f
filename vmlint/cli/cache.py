"""`vmlint cache`: show or clear what earlier runs have kept."""

from __future__ import annotations

from collections.abc import Sequence

from vmlint.cli.arguments import Parser, one_of
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import write
from vmlint.cli.reading import add_cache_folder, cache_folder
from vmlint.errors import UsageError

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Shows the folder and size of the cache of `vmlint check`, or clears it. A run without the cache gives the same "
    "report and takes longer. The cache contains findings, with names from the manifests."
)
_EXAMPLES = (
    ("vmlint cache info", "the folder, and how much is in it"),
    ("vmlint cache clear", "delete what is in it"),
)


def make_parser() -> Parser:
    parser = Parser("cache", _DESCRIPTION, _EXAMPLES, PLAIN_EXITS)
    parser.add_argument(
        "what", metavar="info|clear", nargs="?", type=one_of("info", "clear"), help="show or clear the cache"
    )
    add_cache_folder(parser)
    add_options(parser, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.what is None:
        raise UsageError("name an action: `vmlint cache info` or `vmlint cache clear`")

    from vmlint.cache.store import Store, default_folder

    folder = cache_folder(arguments) or default_folder()
    if folder is None:
        raise UsageError("this user has no folder for caches: name one with `--cache-dir` or VMLINT_CACHE_DIR")
    store = Store(folder)
    if arguments.what == "info":
        info = store.info()
        write(f"folder   {folder}\nentries  {info.entries}\nsize     {_size(info.size)}\n")
    else:
        gone = store.clear()
        write(f"{gone.entries} {'entry' if gone.entries == 1 else 'entries'} deleted, {_size(gone.size)}\n")
    return Exit.CLEAN


def _size(bytes: int) -> str:
    return f"{bytes / 2**20:.1f} MiB" if bytes >= 2**20 else f"{bytes / 2**10:.1f} KiB"
