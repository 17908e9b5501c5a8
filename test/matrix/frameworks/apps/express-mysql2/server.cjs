const express = require('express');
const mysql = require('mysql2/promise');

const pool = mysql.createPool(process.env.MYSQL_URL);
const app = express();

app.get('/authors/:id', async (request, response) => {
  const [rows] = await pool.execute('SELECT name FROM authors WHERE id = ?', [request.params.id]);
  response.json(rows[0]);
});

app.get('/authors', async (request, response) => {
  const [authors] = await pool.query('SELECT id FROM authors ORDER BY id');
  const titles = [];
  for (const { id } of authors) {
    const [rows] = await pool.query('SELECT title FROM books WHERE author_id = ?', [id]); // the loop
    titles.push(rows);
  }
  response.json(titles);
});

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
