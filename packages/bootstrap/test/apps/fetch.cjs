// Asks itself once by Node's own fetch, and ends.
const http = require('node:http');

const server = http.createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', async () => {
  await (await fetch(`http://127.0.0.1:${server.address().port}/hello/7`)).text();
  server.close();
  process.disconnect();
});
