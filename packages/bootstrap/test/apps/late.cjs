// Starts us when it has loaded http, and takes a provider of its own if it is told to.
const http = require('node:http');
const { start } = require('@spandrel/bootstrap');

start({ quiet: true });
const server = http.createServer((request, response) => response.end('hello'));
server.listen(0, '127.0.0.1', async () => {
  await fetch(`http://127.0.0.1:${server.address().port}/`);
  setTimeout(() => (server.close(), server.closeAllConnections()), 1300);
});
