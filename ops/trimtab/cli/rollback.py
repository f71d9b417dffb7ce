"""`trimtab rollback`: takes back actions on campaigns, or (with --schema) migrations."""

from __future__ import annotations

import click

from trimtab.cli.actions import rollback_actions
from trimtab.cli.context import Settings, confirm, json_option, org_option, pass_settings, yes_option


@click.command()
@click.argument("action_ids", nargs=-1, metavar="[ACTION_ID]...")
@org_option()
@click.option("--reason", help="Why, for the ledger.")
@click.option("--schema", is_flag=True, help="Roll back migrations instead. Their tables go, with their data.")
@click.option("--to", "to", metavar="MIGRATION", help="With --schema: the migration that stays as the last one.")
@click.option("--steps", type=click.IntRange(1), help="With --schema: how many migrations go (default 1).")
@yes_option
@json_option
@pass_settings
def rollback(
    settings: Settings,
    action_ids: tuple[str, ...],
    org: str | None,
    reason: str | None,
    schema: bool,
    to: str | None,
    steps: int | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Take back actions, or roll back the schema.

    \b
    trimtab rollback ACTION_ID...           what these actions wrote is restored where it still stands
    trimtab rollback --schema --to NAME     migrations newer than NAME are undone
    """
    if schema:
        if action_ids or org or reason or as_json:
            raise click.UsageError("--schema takes no actions, no --org, --reason or --json")
        if to and steps:
            raise click.UsageError("give --to or --steps, not both")
        from trimtab.database.undo import rollback_schema

        rollback_schema(
            settings.conninfo("deploy"),
            to=to,
            steps=steps,
            ask=lambda question: confirm(question, yes=yes),
            say=lambda line: click.echo(line, err=True),
        )
        return
    if to or steps:
        raise click.UsageError("--to and --steps need --schema")
    if not action_ids:
        raise click.UsageError("name the actions (`trimtab actions` lists them), or give --schema")
    rollback_actions(settings, action_ids, org, reason=reason, as_json=as_json)


COMMANDS = (rollback,)
