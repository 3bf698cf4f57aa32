"""A gateway before the API that does what gateways should not do: `python -m gateway --help`, in `tools`."""
