"""The server with all that it answers, and how it is reached."""

from __future__ import annotations

import logging
from typing import Any

from lsprotocol import types

from vmlint.runtime.few_arenas import few_arenas
from vmlint.runtime.gc_control import expect_answers
from vmlint.server.app import Server
from vmlint.server.features import register
from vmlint.server.items import TRIGGERS, Taking
from vmlint.server.options import Options
from vmlint.server.session import READ
from vmlint.server.uris import path_of_uri

__all__ = ["make_server", "serve", "serve_tcp"]

_WATCH_ID = "vmlint-files"

_log = logging.getLogger(__name__)


def make_server() -> Server:
    """A server with all that it answers."""
    server = Server()

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.options = Options.of(params.initialization_options)
        server.taking = Taking(params.capabilities, params.client_info)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        folders = server.workspace.folders.values()
        uris = [folder.uri for folder in folders] or [uri for uri in (server.workspace.root_uri,) if uri]
        server.configure(server.options)
        await _configure(server)
        await _watch(server)
        for uri in uris:
            if (path := path_of_uri(uri)) is not None:
                server.add_folder(path)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.opened(document.uri, document.text, document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        server.edited(params.text_document.uri, params.content_changes, params.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        server.touched([params.text_document.uri])

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=list(TRIGGERS)))
    async def completion(params: types.CompletionParams) -> types.CompletionList | None:
        return await server.complete(params.text_document.uri, params.position)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(params: types.DidChangeWatchedFilesParams) -> None:
        server.touched([change.uri for change in params.changes])

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        await _configure(server, params.settings)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        for removed in params.event.removed:
            if (path := path_of_uri(removed.uri)) is not None:
                server.remove_folder(path)
        for added in params.event.added:
            if (path := path_of_uri(added.uri)) is not None:
                server.add_folder(path)

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.stop()

    register(server)
    return server


async def _configure(server: Server, sent: Any = None) -> None:
    """Take over the client's settings: those it answers with, else those it has sent."""
    workspace = server.client_capabilities.workspace
    if workspace is not None and workspace.configuration:
        try:
            item = types.ConfigurationItem(section="vmlint")
            answer = await server.workspace_configuration_async(types.ConfigurationParams([item]))
        except Exception as error:
            _log.warning("the client does not answer for its configuration: %s", error)
        else:
            if answer and answer[0] is not None:
                server.configure(Options.of(answer[0]))
            return
    if sent:
        server.configure(Options.of(sent))


async def _watch(server: Server) -> None:
    """Have the client report changes of files on disk, where it can."""
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace is not None else None
    if watched is None or not watched.dynamic_registration:
        server.background(server.watch())
        return
    watchers = [types.FileSystemWatcher(f"**/{pattern}") for pattern in READ]
    watchers.append(types.FileSystemWatcher("**/*", types.WatchKind.Delete))  # a folder with all that is in it
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = types.Registration(_WATCH_ID, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    try:
        await server.client_register_capability_async(types.RegistrationParams([registration]))
    except Exception as error:
        _log.warning("the client does not watch files: %s", error)


def serve() -> None:
    """Serve the editor that started this process, over standard input and output, until it ends."""
    few_arenas()
    expect_answers()
    make_server().start_io()


def serve_tcp(host: str, port: int) -> None:
    """Serve one editor that connects to an address; for development."""
    make_server().start_tcp(host, port)
