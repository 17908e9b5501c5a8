// A server as it stands under a process manager: says nothing, ends as it is told.
require('node:http')
  .createServer((request, response) => response.end(String(process.pid)))
  .listen(Number(process.env.PORT), '127.0.0.1');
