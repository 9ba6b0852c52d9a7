"""The pytest plugin: fixtures `pandocast_server` and `pandocast_client`."""
