"""How looking can end: the closed lists of verdicts and of reasons for not having tested."""

from enum import StrEnum


class Verdict(StrEnum):
    """What a check says of an asset."""

    FAIL = "fail"
    PASS = "pass"
    NOT_APPLICABLE = "not-applicable"
    NOT_TESTED = "not-tested"


class Reason(StrEnum):
    """Why something was not tested. Closed: results files and reports know these and no others."""

    BLOCKED = "blocked"
    TIMED_OUT = "timed-out"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    BUDGET = "budget"
    OWN_LAG = "own-lag"
    MIDDLEBOX = "middlebox"
    NOT_RENDERED = "not-rendered"
    OUT_OF_SCOPE = "out-of-scope"
    NOT_PERMITTED = "not-permitted"
    NOT_SELECTED = "not-selected"
    EXCLUDED = "excluded"
    NOT_CONFIRMED = "not-confirmed"
    SCOPE_CHANGED = "scope-changed"
    NO_VANTAGE = "no-vantage"
    PROBE_FAULT = "probe-fault"
    INTERRUPTED = "interrupted"


class ClauseVerdict(StrEnum):
    """What all checks under a clause amount to, for one unit or system."""

    ISSUES_FOUND = "issues-found"
    NONE_FOUND = "none-found"
    PARTLY_TESTED = "partly-tested"
    NOT_TESTED = "not-tested"
    ON_SITE_ONLY = "on-site-only"
