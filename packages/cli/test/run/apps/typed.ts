// TypeScript that Node.js can strip, as an ES module.
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const server = http.createServer((_request, response) => response.end('typed'));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  http.get({ port, path: '/typed', agent: false }, (response) => {
    response.resume().on('end', () => server.close());
  });
});
