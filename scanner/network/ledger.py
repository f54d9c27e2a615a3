"""What names resolved to in this inspection, and what that entitles to (R2, R3). It paces nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from scanner.catalogue.ports import load_ports
from scanner.model.errors import NetworkError, NotAdmitted
from scanner.model.network import Resolution
from scanner.model.scope import SMTP, Scope, Standing, is_special
from scanner.model.verdict import Reason
from scanner.network.question import BOUND_ACTS, Act, Party, Question

UNTOLD_FOR = 30.0
"""Seconds before a resolution that failed is tried again."""

THIRD_PARTY_PORTS = {Party.RDAP: frozenset({80, 443}), Party.OCSP: frozenset({80})}
"""Of HTTP (RFC 6960, RFC 5280) and RFC 7480: a certificate that names another port is no reason to knock there."""

Resolve = Callable[[str], Awaitable[Resolution]]


class Ledger:
    """Judges one question against the scope, and remembers every resolution for this scan.

    A name is resolved once, so that it cannot lead elsewhere the second time.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._resolve: Resolve | None = None
        self._known: dict[str, asyncio.Future[Resolution]] = {}
        self._tried: dict[str, float] = {}
        self._on: dict[str, set[str]] = {}
        self._mail_hosts: dict[str, set[str]] = {}
        self._servers: dict[tuple[str, str], set[str]] = {}

    def resolve_by(self, resolve: Resolve) -> None:
        """How names are resolved, set once the resolver stands."""
        self._resolve = resolve

    async def resolution(self, name: str) -> Resolution:
        """What a name resolves to: asked once; one that could not be told is asked again after a while."""
        known = self._known.get(name)
        stale = known is not None and known.done() and known.result().exists is None
        cut = stale and known is not None and known.result().reason is Reason.INTERRUPTED
        if known is None or cut or (stale and time.monotonic() - self._tried[name] > UNTOLD_FOR):
            known = self._known[name] = asyncio.ensure_future(self._ask(name))
            self._tried[name] = time.monotonic()
        return await asyncio.shield(known)

    async def _ask(self, name: str) -> Resolution:
        if self._resolve is None:
            return Resolution(name, reason=Reason.NO_VANTAGE)
        try:
            resolution = await self._resolve(name)
        except NetworkError as error:
            return Resolution(name, reason=error.reason)
        for address in resolution.addresses:
            self._on.setdefault(address, set()).add(name)
        return resolution

    def known_addresses(self, name: str) -> tuple[str, ...]:
        """What a name has resolved to so far; asks nothing."""
        known = self._known.get(name)
        return known.result().addresses if known is not None and known.done() and not known.cancelled() else ()

    def names_on(self, unit: str, address: str) -> tuple[str, ...]:
        """The unit's names that resolved to this address so far, in the file's order."""
        places = {name: self.scope.place_of(unit, name) for name in self._on.get(address, ())}
        listed = {name: place for name, place in places.items() if place is not None}
        return tuple(sorted(listed, key=listed.__getitem__))

    def found_mail_hosts(self, domain: str, hosts: Iterable[str]) -> None:
        """MX records were seen: a listed domain's hosts may be asked for their SMTP greeting."""
        for unit in self.scope.units:
            if self.scope.place_of(unit, domain) is not None:
                self._mail_hosts.setdefault(unit, set()).update(hosts)

    def found_server(self, zone: str, address: str) -> None:
        """NS records were seen: ordinary questions about a zone of ours may go there."""
        for unit in self.scope.units:
            if self.scope.names_in_zone(unit, zone):
                self._servers.setdefault((unit, zone), set()).add(address)

    async def survey(self) -> None:
        """Resolve every listed and excluded name once, so that what names concern does not depend on order."""
        names = [name for unit in self.scope.units for name in self.scope.names(unit)]
        for start in range(0, len(names), 16):
            await asyncio.gather(*(self.resolution(name) for name in names[start : start + 16]))
        await self._barred()

    async def refuses(self, question: Question) -> tuple[Reason, str] | None:
        """Why a question to an inspected target is refused, with a word on it; None where it may be sent."""
        scope, unit, address = self.scope, question.unit, question.address
        if unit not in scope.units:
            return Reason.NOT_PERMITTED, "the unit is not in the inspection"
        if question.name is not None and (reason := scope.bars_name(question.name)) is not None:
            return reason, f"{question.name} is excluded"
        if (reason := scope.bars_address(address)) is not None:
            return reason, f"{address} is excluded"
        standing = scope.standing(unit, address)
        if standing is Standing.LISTED:
            return None
        try:
            barred = await self._barred()
        except NotAdmitted as error:
            return error.reason, str(error)
        if address in barred:
            return Reason.EXCLUDED, f"an excluded name resolves to {address}"
        if is_special(address):
            return Reason.OUT_OF_SCOPE, f"{address} is a special address and is not listed"
        if standing is Standing.CONFIRMED:
            return await self._refuses_confirmed(unit, address)
        return await self._refuses_foreign(question, barred)

    async def refuses_third_party(self, question: Question) -> tuple[Reason, str] | None:
        """Why infrastructure of an admitted kind is not asked all the same, or None (R1).

        The resolver is the operator's choice. A certificate's responder is the inspected side's: it leads to no
        excluded address, to none that only an inside has, and to no port but its protocol's. An address that the
        file lists literally may be any of that, save excluded.
        """
        if question.party is Party.DNS:
            return None
        scope, address = self.scope, question.address
        if question.name is not None and (reason := scope.bars_name(question.name)) is not None:
            return reason, f"{question.name} is excluded"
        if (reason := scope.bars_address(address)) is not None:
            return reason, f"{address} is excluded"
        if question.port in load_ports().never_spoken_to:
            return Reason.NOT_PERMITTED, f"port {question.port} is never spoken to"
        if any(scope.standing(unit, address) is Standing.LISTED for unit in scope.units):
            return None
        if is_special(address):
            return Reason.OUT_OF_SCOPE, f"{address} is a special address and is not listed"
        if question.name is None:
            return Reason.OUT_OF_SCOPE, f"{address} is named by its address alone, and is not listed"
        if question.port not in THIRD_PARTY_PORTS[question.party]:
            return Reason.NOT_PERMITTED, f"port {question.port} is none of {question.party}'s"
        try:
            barred = await self._barred()
        except NotAdmitted as error:
            return error.reason, str(error)
        return (Reason.EXCLUDED, f"an excluded name resolves to {address}") if address in barred else None

    def owns_by_now(self, unit: str, address: str) -> Reason | None:
        """None where address-bound questions are allowed, as far as is known already; asks nothing."""
        barred = {found for name in self.scope.excluded_names for found in self.known_addresses(name)}
        return self.scope.owns(unit, address, barred)

    async def _barred(self) -> frozenset[str]:
        """The addresses of excluded names. Fails closed: one that cannot be resolved bars everything unlisted."""
        found: set[str] = set()
        for name in self.scope.excluded_names:
            resolution = await self.resolution(name)
            if resolution.exists is None:
                raise NotAdmitted(f"the excluded name {name} could not be resolved", Reason.EXCLUDED)
            found.update(resolution.addresses)
        return frozenset(found)

    async def _refuses_confirmed(self, unit: str, address: str) -> tuple[Reason, str] | None:
        """A confirmed address was confirmed as a name's: where every name has moved away, it is nobody's we know."""
        names = self.scope.names(unit)
        if not names or self.names_on(unit, address):
            return None
        hosts = sorted(self._mail_hosts.get(unit, ()))
        for name in (*names, *hosts):
            resolution = await self.resolution(name)
            if address in resolution.addresses or resolution.exists is None:
                return None
        return Reason.SCOPE_CHANGED, f"no name of the unit resolves to {address} any more"

    async def _refuses_foreign(self, question: Question, barred: frozenset[str]) -> tuple[Reason, str] | None:
        unit, address, name = question.unit, question.address, question.name
        if question.act is Act.QUERY and question.zone is not None:
            if address in self._servers.get((unit, question.zone), ()):
                return None
            return Reason.OUT_OF_SCOPE, f"{address} is no server of {question.zone}"
        known = bool(self.names_on(unit, address))
        if question.bound or question.act in BOUND_ACTS or name is None:
            return (
                Reason.NOT_CONFIRMED if known else Reason.OUT_OF_SCOPE
            ), f"{address} is neither listed nor confirmed"
        if name in self._mail_hosts.get(unit, ()) and question.port == SMTP:
            reason = None
        else:
            reason = self.scope.allows_by_name(unit, name, address, question.port, barred)
        if reason is not None:
            return reason, f"{name} may not be asked by name on port {question.port}"
        resolution = await self.resolution(name)
        if address in resolution.addresses:
            return None
        if resolution.exists is None:
            return resolution.reason or Reason.UNREACHABLE, f"{name} could not be resolved"
        return Reason.SCOPE_CHANGED, f"{name} does not resolve to {address}"
