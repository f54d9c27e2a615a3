"""What a bare `yuanjian` asks at a terminal: the way to the command that one needs."""

import typer

from scanner.cli.language import say

COMMANDS = ("scan", "inspect", "plan", "demo", "verify")


def ask() -> list[str]:
    """The command line that the answers amount to."""
    typer.echo(say("menu.title"), err=True)
    for number, command in enumerate(COMMANDS, 1):
        typer.echo(f"  {number}  {say(f'menu.{command}')}", err=True)
    number = typer.prompt(say("menu.choice"), type=int, err=True)
    if not 1 <= number <= len(COMMANDS):
        return []
    command = COMMANDS[number - 1]
    if command == "demo":
        return [command]
    return [command, *typer.prompt(say("menu.which"), err=True).split()]
