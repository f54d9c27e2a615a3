"""From the file's forms to the nouns of the model, with every default made definite."""

from dataclasses import replace

from scanner.inspection_file.form import (
    ApprovalForm,
    AuthorityForm,
    ContactForm,
    EventForm,
    FileForm,
    LimitsForm,
    NoticeForm,
)
from scanner.inspection_file.unit_form import FilingsForm, SystemForm, UnitForm
from scanner.model.authority import Approval, Authority, Contact, Entrusted, Notice, Person, Window
from scanner.model.inspection import (
    Callbacks,
    Confirmed,
    Event,
    Inspection,
    Limits,
    ListedTarget,
    Suspended,
    System,
    Unit,
)


def inspection_of(form: FileForm, units: tuple[UnitForm, ...]) -> Inspection:
    """The whole order; whose right it is to give it is asked elsewhere."""
    notice = _notice(form.notice, None)
    stop_contact = _contact(form.stop_contact)
    return Inspection(
        id=form.id,
        title=form.title,
        kind=form.kind,
        authority=_authority(form.authority),
        window=Window(form.window.start, form.window.end, form.window.timezone, tuple(form.window.daily)),
        units=tuple(_unit(unit, notice) for unit in units),
        notice=notice,
        source_addresses=tuple(form.source_addresses),
        stop_contact=stop_contact,
        contact_url=form.contact_url,
        limits=limits_of(form.limits),
        allow_marked=form.allow_marked,
        third_parties=tuple(dict.fromkeys(form.third_parties)),
        callbacks=Callbacks(form.callbacks.listen, form.callbacks.mail_domain, form.callbacks.probe_zone),
        objections_to=_contact(form.objections_to) or stop_contact,
        event=_event(form.event),
        profile=form.profile,
        only=tuple(form.checks.only),
        skip=tuple(form.checks.skip),
    )


def limits_of(form: LimitsForm) -> Limits:
    return Limits(**form.model_dump())


def _authority(form: AuthorityForm) -> Authority:
    entrusted = form.entrusted
    return Authority(
        organs=tuple(organ.name for organ in form.organs),
        persons=tuple(Person(person.name, person.id) for person in form.persons),
        statement=form.statement,
        entrusted=Entrusted(entrusted.name, tuple(entrusted.staff), entrusted.contract) if entrusted else None,
    )


def _contact(form: ContactForm | None) -> Contact | None:
    return Contact(form.name, form.phone, form.email) if form else None


def _approval(form: ApprovalForm | None) -> Approval | None:
    return Approval(form.by, form.number, form.date) if form else None


def _event(form: EventForm | None) -> Event | None:
    return Event(form.name, form.start, form.end) if form else None


def _notice(form: NoticeForm | None, general: Notice | None) -> Notice | None:
    """A unit's own notice takes from the inspection's what it does not say itself."""
    if form is None:
        return None
    delivered = form.delivered
    return Notice(
        number=form.number or (general.number if general else None),
        issued=form.issued or (general.issued if general else None),
        form=form.form or (general.form if general else "delivered"),
        delivered_at=delivered.at if delivered else None,
        delivered_to=delivered.to if delivered else None,
        delivered_how=delivered.how if delivered else None,
    )


def _filings(form: FilingsForm) -> dict[str, str]:
    return {key: value for key, value in form.model_dump().items() if value is not None}


def _system(form: SystemForm) -> System:
    return System(form.name, form.mlps_level, form.mlps_filing, _filings(form.filings), form.maintainer)


def _targets(form: UnitForm) -> tuple[ListedTarget, ...]:
    """All lines in the file's order, each once; those of a system carry its name."""
    of_systems = (
        replace(target, system=system.name) for system in form.systems for found in system.targets for target in found
    )
    of_unit = (target for found in form.targets for target in found)
    return tuple(dict.fromkeys([*of_systems, *of_unit]))


def _unit(form: UnitForm, general: Notice | None) -> Unit:
    telecom = form.basic_telecom
    return Unit(
        key=form.key,
        name=form.name,
        credit_code=form.credit_code,
        service_types=tuple(form.service_types),
        critical_infrastructure=form.critical_infrastructure,
        basic_telecom=bool(telecom),
        telecom_report=_approval(telecom) if isinstance(telecom, ApprovalForm) else None,
        approval=_approval(form.approval),
        notice=_notice(form.notice, general),
        consent=_approval(form.consent),
        hosts_informed=form.hosts_informed,
        shared_with=tuple(form.shared_with),
        contact=_contact(form.contact),
        mainland=form.mainland,
        systems=tuple(_system(system) for system in form.systems),
        mlps_level=form.mlps_level,
        filings=_filings(form.filings),
        targets=_targets(form),
        exclude=tuple(form.exclude),
        confirmed=tuple(Confirmed(one.address, one.by, one.on) for one in form.confirmed),
        suspended=tuple(Suspended(one.target, one.start, one.end, one.by) for one in form.suspended),
    )
