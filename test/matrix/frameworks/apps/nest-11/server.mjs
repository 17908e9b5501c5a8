import 'reflect-metadata';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });

class AuthorsController {
  async one(id) {
    const { rows } = await pool.query('SELECT name FROM authors WHERE id = $1', [id]);
    return rows[0];
  }

  async all() {
    const { rows: authors } = await pool.query('SELECT id FROM authors ORDER BY id');
    const titles = [];
    for (const { id } of authors) {
      const { rows } = await pool.query('SELECT title FROM books WHERE author_id = $1', [id]); // the loop
      titles.push(rows);
    }
    return titles;
  }
}

class AppModule {}

// What TypeScript makes of @Controller('authors'), @Get(':id'), @Param('id') and @Module().
const { prototype } = AuthorsController;
Param('id')(prototype, 'one', 0);
Get(':id')(prototype, 'one', Object.getOwnPropertyDescriptor(prototype, 'one'));
Get()(prototype, 'all', Object.getOwnPropertyDescriptor(prototype, 'all'));
Controller('authors')(AuthorsController);
Module({ controllers: [AuthorsController] })(AppModule);

NestFactory.create(AppModule, { logger: false }).then(async (app) => {
  await app.listen(0, '127.0.0.1');
  process.send({ port: app.getHttpServer().address().port });
});
