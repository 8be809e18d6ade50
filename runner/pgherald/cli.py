"""The command `pgherald`: one group, each command in a module of its own under `commands/`."""

from importlib import import_module
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """Imports a command's module only when that command is wanted, so that an extra is needed only where it is used."""

    modules: ClassVar[tuple[str, ...]] = (
        "demo", "doctor", "explain", "export", "healthcheck", "migrate", "preview", "run", "schedule", "serve",
        "simulate", "status", "user",
    )  # fmt: skip

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Name the commands without importing any."""
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module that holds the command; None if there is no such command."""
        if cmd_name not in self.modules:
            return None
        command: click.Command = getattr(import_module(f"pgherald.commands.{cmd_name}"), cmd_name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pgherald")
def main() -> None:
    """Your Postgres sends the text: migrations, the runner, and what helps to develop without an account."""
