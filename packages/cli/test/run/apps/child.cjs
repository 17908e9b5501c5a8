// Starts itself once more and ends as that does.
const { spawn } = require('node:child_process');

if (process.argv[2] === 'inner') {
  const http = require('node:http');
  const server = http.createServer((request, response) => response.end('inner'));
  server.listen(0, '127.0.0.1', () => {
    http.get({ port: server.address().port, path: '/inner', agent: false }, (response) => {
      response.resume().on('end', () => server.close());
    });
  });
} else {
  const child = spawn(process.execPath, [__filename, 'inner'], { stdio: 'inherit' });
  child.on('exit', (code) => process.exit(code));
}
