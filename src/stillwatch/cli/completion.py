"""`stillwatch completion`: the script that teaches a shell to complete our commands."""

import click
from click.shell_completion import get_completion_class


@click.command(short_help="Print the completion script for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and campaigns in SHELL.

    \b
    bash: stillwatch completion bash > ~/.local/share/bash-completion/completions/stillwatch
    zsh:  stillwatch completion zsh > ~/.zfunc/_stillwatch     (with ~/.zfunc in $fpath)
    fish: stillwatch completion fish > ~/.config/fish/completions/stillwatch.fish
    """  # noqa: D301 -- \b is how click is told to keep the lines below
    from stillwatch.cli.main import COMPLETE_VARIABLE

    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    click.echo(script(ctx.find_root().command, {}, "stillwatch", COMPLETE_VARIABLE).source())
