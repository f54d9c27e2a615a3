#!/bin/sh
# Installs the laboratory's servers from Debian's packages where it may (root, apt); else says what is left out.
set -u
packages="nginx apache2 openssh-server bind9 bind9-dnsutils redis-server memcached vsftpd inetutils-telnetd \
postfix postgresql mariadb-server mariadb-client socat rsync gnutls-bin openssl dropbear dovecot-core dovecot-imapd nmap chromium nftables iproute2 fonts-noto-cjk poppler-utils"
missing=""
for package in $packages; do
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "laboratory: this system has no apt-get; tests that need these packages are skipped by name:$missing" >&2
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "laboratory: not root, so nothing is installed; tests that need these packages are skipped by name:$missing" >&2
	exit 0
fi
# Their services must not start by themselves: the tests start their own, on addresses of their own.
policy=/usr/sbin/policy-rc.d
made=""
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && made=yes
fi
DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
status=$?
[ -n "$made" ] && rm -f "$policy"
[ "$status" -eq 0 ] || echo "laboratory: apt-get could not install:$missing; their tests are skipped by name" >&2
exit 0
