// A small application: answers GET /hello/:id, tells its address over IPC, ends as it is told.
import http from 'node:http';

const server = http.createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}` });
});
if (process.env.OWN_HANDLER === 'yes') {
  process.on('SIGTERM', () => process.send({ handled: true }));
}
process.on('message', (what) => {
  if (what === 'end') {
    server.close();
    server.closeAllConnections();
    process.disconnect();
  }
});
