// A service with one query per row. `--ask N`: asks itself N times, then ends with code 7;
// without, it serves until Ctrl-C, which it counts, and ends with code 5.
const express = require('express');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const app = express();
app.get('/teams/:id', async (request, response) => {
  const rows = [];
  for (let n = 0; n < 8; n++) rows.push((await pool.query('SELECT $1::int AS n', [n])).rows[0].n);
  response.json(rows);
});
app.get('/health', (request, response) => response.end('well'));

const asked = Number(process.argv[process.argv.indexOf('--ask') + 1]);
let interrupted = 0;
process.on('SIGINT', () => {
  interrupted += 1;
  console.log(`interrupted ${interrupted}`);
  setTimeout(() => end(5), 300);
});

const server = app.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(`listening ${url} ${process.argv.slice(2).join(' ')}`.trim());
  if (!process.argv.includes('--ask')) return;
  for (let n = 0; n < asked; n++) await (await fetch(`${url}/teams/${n}`)).json();
  end(7);
});

function end(code) {
  process.exitCode = code;
  process.removeAllListeners('SIGINT');
  server.close();
  server.closeAllConnections();
  pool.end();
}
