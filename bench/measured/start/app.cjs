// An application with http, express and pg, from the folder it is given, until it listens.
const { createRequire } = require('node:module');
const { join } = require('node:path');
const http = require('node:http');
const tell = require('./tell.cjs');

const requireThere = createRequire(join(process.argv[2], 'app.cjs'));
const express = requireThere('express');
const pg = requireThere('pg');

const pool = new pg.Pool({ max: 1 });
const app = express();
app.get('/users/:id', async (request, response) => {
  response.json(await pool.query('SELECT 1'));
});
const server = http.createServer(app).listen(0, '127.0.0.1', () => {
  setImmediate(() => {
    tell();
    server.close();
    process.exit();
  });
});
