// Receives over HTTP, HTTPS or gRPC and tells what it got over IPC. `statuses` are its answers, one
// after another, then 200. The key in localhost.pem is for this and nothing else.
const http = require('node:http');
const https = require('node:https');
const http2 = require('node:http2');
const { readFileSync } = require('node:fs');
const { gunzipSync } = require('node:zlib');

const pem = readFileSync(`${__dirname}/localhost.pem`, 'utf8');
const requests = [];

const read = (stream, path, headers, answer) => {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  stream.on('end', () => {
    let body = Buffer.concat(chunks);
    const isGrpc = headers['content-type'] === 'application/grpc';
    const isPacked = isGrpc ? body[0] === 1 : headers['content-encoding'] === 'gzip';
    if (isGrpc) {
      if (body.readUInt32BE(1) !== body.length - 5) throw new Error('the length is wrong');
      body = body.subarray(5);
    }
    requests.push({ path, headers, body: String(isPacked ? gunzipSync(body) : body) });
    answer();
  });
};

const start = ({ kind, statuses }) => {
  const answer = (request, response) =>
    read(request, request.url, request.headers, () => {
      response.statusCode = statuses.shift() ?? 200;
      response.end();
    });
  const servers = {
    http: () => http.createServer(answer),
    https: () => https.createServer({ key: pem, cert: pem }, answer),
    grpc: () =>
      http2.createServer().on('stream', (stream, headers) => {
        read(stream, headers[':path'], { ...headers }, () => {
          stream.respond(
            { ':status': 200, 'content-type': 'application/grpc' },
            { waitForTrailers: true },
          );
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
          stream.end(Buffer.alloc(5));
        });
      }),
  };
  const server = servers[kind]().listen(0, '127.0.0.1', () => {
    process.send({ port: server.address().port });
  });
};

process.on('message', (what) => {
  if (what === 'requests') process.send(requests);
  else if (what === 'certificate') process.send(/-----BEGIN CERT[^]*/.exec(pem)[0]);
  else start(what);
});
process.on('disconnect', () => process.exit());
