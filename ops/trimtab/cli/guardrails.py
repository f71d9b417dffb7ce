"""`trimtab guardrails`: what bounds automation and spending; profiles, spend caps, the stop switch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import click
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from trimtab.cli.context import (
    Connection,
    Settings,
    enter_org,
    json_option,
    org_option,
    pass_settings,
    print_json,
    print_rows,
)

CAP_COLUMNS = ("level", "target", "period", "amount", "exposure", "free", "state", "why", "cap_id")
PROFILE_COLUMNS = ("profile", "figure", "value", "why")


@click.group()
def guardrails() -> None:
    """Guardrails: show, set, profiles, spend caps, the stop switch."""


@guardrails.command()
@org_option()
@json_option
@pass_settings
def show(settings: Settings, org: str | None, as_json: bool) -> None:
    """Show the figures, whether automation is stopped, and each spend cap with what may be spent under it at worst."""
    with settings.connect() as connection:
        enter_org(connection, org)
        figures = _figures(connection)
        caps = _caps(connection)
    if as_json:
        print_json({**figures, "caps": caps})
        return
    _print_figures(figures)
    click.echo()
    print_rows(
        [_cap_line(cap) for cap in caps], CAP_COLUMNS, nothing="no spend caps; `trimtab guardrails cap` sets one"
    )


@guardrails.command("set")
@click.argument("figures", metavar="NAME=VALUE...", nargs=-1, required=True)
@org_option()
@json_option
@pass_settings
def set_figures(settings: Settings, figures: tuple[str, ...], org: str | None, as_json: bool) -> None:
    """Change single figures, for example max_pause_share_percent=10. Nothing is changed when one of them is wrong."""
    given = dict(_figure(text) for text in figures)
    with settings.connect() as connection:
        enter_org(connection, org)
        connection.execute("select trimtab.change_guardrails(%s)", [Jsonb(given, dumps=_dumps)])
        found = _figures(connection)
    if as_json:
        print_json(found)
    else:
        _print_figures(found)


@guardrails.command()
@click.argument("code", required=False)
@org_option()
@json_option
@pass_settings
def profile(settings: Settings, code: str | None, org: str | None, as_json: bool) -> None:
    """List the profiles of the library with the reason of each figure; with CODE apply one of them."""
    with settings.connect() as connection:
        if code is not None:
            enter_org(connection, org)
            connection.execute("select trimtab.apply_guardrail_profile(%s)", [code])
            found = _figures(connection)
            if as_json:
                print_json(found)
            else:
                _print_figures(found)
            return
        rows = connection.execute(
            "select distinct on (l.document ->> 'position', l.code, f.place)"
            " l.code, f.key, f.value -> 'value', f.value ->> 'why'"
            " from trimtab.library l"
            " cross join lateral pg_catalog.jsonb_each(l.document -> 'figures') with ordinality f (key, value, place)"
            " where l.kind = 'guardrail_profile'"
            " order by l.document ->> 'position', l.code, f.place, l.version desc"
        ).fetchall()
    print_rows(rows, PROFILE_COLUMNS, as_json=as_json)


@guardrails.command()
@click.argument("period", type=click.Choice(["day", "month"]), required=False)
@click.argument("amount", required=False)
@click.option("--platform", metavar="CODE", help="Only the campaigns of a platform.")
@click.option("--group", metavar="ID|NAME", help="Only the campaigns of a group.")
@click.option("--campaign", metavar="ID|TITLE", help="Only this campaign.")
@click.option("--reason", metavar="TEXT", help="Why, for the audit log.")
@click.option("--remove", metavar="CAP_ID", type=click.UUID, help="Remove a cap instead.")
@org_option()
@json_option
@pass_settings
def cap(
    settings: Settings,
    period: str | None,
    amount: str | None,
    platform: str | None,
    group: str | None,
    campaign: str | None,
    reason: str | None,
    remove: object,
    org: str | None,
    as_json: bool,
) -> None:
    """Cap what may be spent at worst in a day or a month, in the organization's currency, or change that cap.

    Without --platform, --group or --campaign the cap is for all campaigns.
    """
    targets = {
        level: target
        for level, target in (("platform", platform), ("group", group), ("campaign", campaign))
        if target is not None
    }
    if len(targets) > 1:
        raise click.UsageError("one of --platform, --group and --campaign; caps of several levels nest")
    if (remove is None) == (period is None) or (remove is None) == (amount is None):
        raise click.UsageError("give a period and an amount, or --remove CAP_ID")
    level, target = next(iter(targets.items()), ("organization", None))
    with settings.connect() as connection:
        enter_org(connection, org)
        if remove is not None:
            connection.execute("select trimtab.remove_spend_cap(%s)", [remove])
        else:
            connection.execute(
                "select trimtab.set_spend_cap(%s, %s, %s, %s, %s)",
                [period, _number(amount or ""), level, target, reason],
            )
        caps = _caps(connection)
    if as_json:
        print_json(caps)
    else:
        print_rows([_cap_line(cap) for cap in caps], CAP_COLUMNS, nothing="no spend caps any more")


@guardrails.command()
@click.option("--system", is_flag=True, help="Stop all organizations; for operators.")
@click.option("--reason", metavar="TEXT", help="Why; with --system everybody reads it.")
@org_option()
@pass_settings
def stop(settings: Settings, system: bool, reason: str | None, org: str | None) -> None:
    """Stop automation: from now on nothing is decided and nothing is done. People go on."""
    if system:
        if not reason:
            raise click.UsageError("--system needs a --reason: it is what every organization reads")
        with settings.connect("deploy") as connection:
            row = connection.execute("select trimtab.stop_system(%s)", [reason]).fetchone()
        click.echo(row[0] if row else "")
        return
    if reason:
        raise click.UsageError("--reason goes with --system")
    _switch(settings, org, on=False)


@guardrails.command()
@click.option("--system", is_flag=True, help="End the stop of all organizations; for operators.")
@org_option()
@pass_settings
def start(settings: Settings, system: bool, org: str | None) -> None:
    """Let automation go on after a stop."""
    if system:
        with settings.connect("deploy") as connection:
            connection.execute("select trimtab.start_system()")
        click.echo("automation goes on, where organizations have not stopped it themselves", err=True)
        return
    _switch(settings, org, on=True)


def _switch(settings: Settings, org: str | None, *, on: bool) -> None:
    with settings.connect() as connection:
        org_id = enter_org(connection, org)
        connection.execute("select trimtab.change_guardrails(%s)", [Jsonb({"autopilot_enabled": on})])
        row = connection.execute("select trimtab.automation_stop(%s)", [org_id]).fetchone()
    click.echo((row and row[0]) or "automation goes on")


def _figures(connection: Connection) -> dict[str, Any]:
    row = (
        connection.cursor(row_factory=dict_row)
        .execute(
            "select g.*, trimtab.automation_stop(g.org_id) as stopped from trimtab.guardrails g"
            " where g.org_id = trimtab.current_org_id()"
        )
        .fetchone()
    )
    return dict(row or {})


def _caps(connection: Connection) -> list[dict[str, Any]]:
    return (
        connection.cursor(row_factory=dict_row)
        .execute("select * from trimtab.envelope(trimtab.current_org_id())")
        .fetchall()
    )


def _cap_line(cap: Mapping[str, Any]) -> dict[str, Any]:
    def money(amount: Decimal | None) -> str | None:
        return None if amount is None else f"{amount:.2f}"

    return {
        **{key: cap[key] for key in ("level", "target", "period", "cap_id")},
        **{key: money(cap[key]) for key in ("amount", "exposure", "free")},
        "state": cap["code"] or ("exceeded" if cap["free"] < 0 else "ok"),
        "why": cap["reason"] if cap["code"] or cap["free"] < 0 else None,
    }


def _print_figures(figures: Mapping[str, Any]) -> None:
    for name, value in figures.items():
        if name != "org_id" and value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            click.echo(f"{name.replace('_', ' '):<30}{text}")


def _figure(text: str) -> tuple[str, object]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE")
    name, value = name.strip().replace("-", "_"), value.strip()
    if value.lower() in ("true", "false"):
        return name, value.lower() == "true"
    return name, _number(value)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise click.BadParameter(f"{text!r} is no number") from error
    if not number.is_finite():
        raise click.BadParameter(f"{text!r} is no number")
    return number


def _dumps(value: object) -> str:
    return json.dumps(value, default=_exact)


def _exact(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


COMMANDS = (guardrails,)
