"""Dovecot in the laboratory: IMAP, POP3 and ManageSieve, with TLS or without, without mailboxes."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running

OTHERS = """
service pop3-login {
  chroot =
  inet_listener pop3s {
    port = 0
  }
}
service managesieve-login {
  chroot =
}
"""


@contextlib.contextmanager
def dovecot(
    folder: Path,
    address: str,
    *,
    port: int = 143,
    greeting: str | None = None,
    certificate: tuple[Path, Path] | None = None,
    others: bool = False,
    syslog: bool = False,
) -> Iterator[None]:
    """Run dovecot in the foreground; with a certificate and its key it offers STARTTLS; `others` brings POP3 on 110 and
    ManageSieve on 4190 beside IMAP; `syslog` sends its log there. `folder` is made."""
    needs("dovecot")
    if os.geteuid() != 0:
        pytest.skip("laboratory: Dovecot wants to be started as root")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "dovecot.conf"
    config.write_text(
        f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {"syslog" if syslog else folder / "dovecot.log"}
protocols = {"imap pop3 sieve" if others else "imap"}
{f"ssl = yes{chr(10)}ssl_cert = <{certificate[0]}{chr(10)}ssl_key = <{certificate[1]}" if certificate else "ssl = no"}
listen = {address}
mail_location = maildir:{folder}/mail
{f"login_greeting = {greeting}" if greeting else ""}
passdb {{
  driver = static
  args = nopassword=no
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
{OTHERS if others else ""}
""",
        encoding="utf-8",
    )
    for above in (folder, *folder.parents):
        if above != Path("/") and above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o011)
    with running(
        ["/usr/sbin/dovecot", "-F", "-c", config],
        address=address,
        ports=[port, *([110, 4190] if others else [])],
        folder=folder,
    ):
        yield
