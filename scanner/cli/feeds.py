"""`yuanjian feeds`: newer tables of ended versions and exploited flaws, taken in, signed and shown."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from scanner.catalogue.feed import load_exploited, load_releases
from scanner.cli.language import say
from scanner.cli.options import Lang, option
from scanner.feeding.keeping import AUDIT, journal, keep, made
from scanner.feeding.signature import SUFFIX, sign, signer
from scanner.feeding.taking import take
from scanner.model.errors import InputError
from scanner.network.allowed import Purpose, operators_file, read_allowed
from scanner.network.outward import Outward
from scanner.sealing import fingerprint, known_fingerprint, own_fingerprint, own_key

LARGEST = 64 * 1024 * 1024
Key = Annotated[list[str] | None, option("feed-key", "--key")]
Sources = Annotated[list[str], typer.Argument()]


def register(app: typer.Typer) -> None:
    feeds = typer.Typer(help=say("help.feeds"), no_args_is_help=True, rich_markup_mode=None)
    feeds.command("update", help=say("help.feeds-update"))(update)
    feeds.command("sign", help=say("help.feeds-sign"))(sign_file)
    feeds.command("list", help=say("help.feeds-list"))(show)
    app.add_typer(feeds, name="feeds")


def update(sources: Sources, key: Key = None, lang: Lang = None) -> int:
    """Each file or URL is taken in whole or refused; what was taken before a refusal stays."""
    trusted = {known_fingerprint(one) for one in key or ()} or {one for one in (own_fingerprint(),) if one}
    if not trusted:
        raise InputError(say("feeds.no-key"))
    for source in sources:
        content, signature = _read(source)
        who = signer(content, signature) if signature else None
        if who is None:
            raise InputError(say("feeds.unsigned", source=source, signature=source + SUFFIX))
        if who not in trusted:
            raise InputError(say("feeds.stranger", source=source, fingerprint=who))
        taken = take(content, source, datetime.now(UTC).date())
        path = keep(taken, content, source=source, signer=who, at=datetime.now(UTC))
        typer.echo(say("feeds.taken", source=source, changed=taken.changed, table=path), err=True)
    return 0


def sign_file(file: Path, lang: Lang = None) -> int:
    """Sign a table with this installation's key, so that others who trust it may take it in."""
    private = own_key()
    beside = file.with_name(file.name + SUFFIX)
    try:
        beside.write_bytes(sign(file.read_bytes(), private))
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from error
    typer.echo(say("feeds.signed", file=beside, fingerprint=fingerprint(private.public_key())), err=True)
    return 0


def show(lang: Lang = None) -> int:
    """Of which day the tables in use are, and what was taken in."""
    releases, exploited = load_releases(), load_exploited()
    typer.echo(say("feeds.releases", day=releases.seen, products=len(releases.products)))
    typer.echo(say("feeds.exploited", day=exploited.seen, flaws=len(exploited.flaws)))
    for line in journal():
        typer.echo(say("feeds.line", **{name: line.get(name, "") for name in ("at", "source", "signer", "changed")}))
    return 0


def _read(source: str) -> tuple[bytes, bytes | None]:
    """A source and its signature, None where there is none. Raises InputError where it cannot be had."""
    if "://" in source:
        return asyncio.run(_fetched(source))
    path = Path(source)
    beside = path.with_name(path.name + SUFFIX)
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(say("feeds.large", source=source, most=LARGEST // 2**20))
        return path.read_bytes(), beside.read_bytes() if beside.exists() else None
    except OSError as error:
        raise InputError(f"{source}: {error.strerror}") from error


async def _fetched(url: str) -> tuple[bytes, bytes | None]:
    """By the operator's own door: only from where the operator's list allows feeds."""
    async with Outward(read_allowed(operators_file()), made() / AUDIT) as outward:
        answers = [await outward.get(Purpose.FEED, one, most=LARGEST) for one in (url, url + SUFFIX)]
    if answers[0].status != 200:
        raise InputError(say("feeds.status", source=url, status=answers[0].status))
    return answers[0].body, answers[1].body if answers[1].status == 200 else None
