"""``python -m deqi`` is ``deqi``."""

from deqi.cli.main import run

run()
