"""The aiohttp receiver, as aiohttp's own command wants it."""

from aiohttp import web
from hooks.aiohttp_app import app  # type: ignore[import-not-found] # written by the tests


def main(_arguments: list[str]) -> web.Application:
    application: web.Application = app
    return application
