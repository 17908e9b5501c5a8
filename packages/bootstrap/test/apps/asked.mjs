// Is asked REQUESTS times, over bare sockets that no instrumentation sees, waits for the watchdog's
// grace, and ends.
import http from 'node:http';
import net from 'node:net';

const { REQUESTS = '1', TRACEPARENT } = process.env;
const header = TRACEPARENT ? `traceparent: ${TRACEPARENT}\r\n` : '';
const server = http.createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', async () => {
  for (let n = 0; n < Number(REQUESTS); n++) {
    await new Promise((resolve) => {
      const socket = net.connect(server.address().port, '127.0.0.1');
      socket.end(`GET / HTTP/1.1\r\nhost: here\r\n${header}connection: close\r\n\r\n`);
      socket.resume().on('close', resolve);
    });
  }
  setTimeout(() => server.close(), 1300);
});
