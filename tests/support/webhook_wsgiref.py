"""Runs the WSGI receiver in the server of the standard library, at the port that is the first argument."""

import sys
from wsgiref.simple_server import make_server

from hooks.wsgi_app import app  # type: ignore[import-not-found] # written by the tests

if __name__ == "__main__":
    with make_server("127.0.0.1", int(sys.argv[1]), app) as server:
        server.serve_forever()
