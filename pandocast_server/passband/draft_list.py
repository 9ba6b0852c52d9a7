"""Listing drafts: filters, order, cursors."""

from pandocast_server.routing import Call, Reply


def list_drafts(call: Call) -> Reply:
    raise NotImplementedError


def get_draft(call: Call) -> Reply:
    raise NotImplementedError
