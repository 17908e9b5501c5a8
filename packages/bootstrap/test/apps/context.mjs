// Answers with what it knows of the request; says whom it is for by the ES module's and by the
// CommonJS copy of the package.
import { currentRequest, meter, setAttribute, setUser } from '@spandrel/bootstrap';
import http from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';

const other = createRequire(import.meta.url)('@spandrel/bootstrap');
const orders = meter('shop').createCounter('shop.orders');

const server = http.createServer(async (_request, response) => {
  setUser({ id: 'u-7' });
  await wait(1);
  other.setTenant('acme');
  setAttribute('order.kind', 'express');
  orders.add(1, { kind: 'express' });
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ own: currentRequest(), other: other.currentRequest() }));
});
server.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}` });
});
process.on('message', () => {
  setUser({ id: 'nobody' });
  server.close();
  server.closeAllConnections();
  process.disconnect();
});
