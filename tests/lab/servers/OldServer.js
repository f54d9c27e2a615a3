// TLS by Node.js 0.10.0 (March 2013), which holds OpenSSL 1.0.1e. Usage: ADDRESS PORT CERTIFICATE KEY CIPHERS METHOD
var tls = require('tls'), fs = require('fs'), words = process.argv.slice(2);
tls.createServer({
  cert: fs.readFileSync(words[2]), key: fs.readFileSync(words[3]), ciphers: words[4], secureProtocol: words[5]
}, function (visit) {
  visit.on('error', function () {});
  visit.on('data', function () { visit.end('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'); });
}).on('clientError', function () {}).listen(+words[1], words[0]);
process.on('uncaughtException', function (error) { console.error(error.message); });
