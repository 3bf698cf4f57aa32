"""The command line, on typer and rich: loaded when a command is run, and not before."""
