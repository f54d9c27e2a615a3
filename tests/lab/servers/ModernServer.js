// TLS by Node.js 24 (OpenSSL 3.5), which knows X25519MLKEM768. Usage: ADDRESS PORT CERTIFICATE KEY
const tls = require('tls'), fs = require('fs'), words = process.argv.slice(2);
tls.createServer({ cert: fs.readFileSync(words[2]), key: fs.readFileSync(words[3]) }, (visit) => {
  visit.on('error', () => {});
  visit.on('data', () => visit.end('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'));
}).on('tlsClientError', () => {}).listen(+words[1], words[0]);
