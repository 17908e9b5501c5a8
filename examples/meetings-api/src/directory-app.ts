import express, { type Express, type Request, type Response } from 'express';
import type { Person } from './directory-client.ts';

const departments = ['Sales', 'Support', 'Research', 'Operations', 'Finance'];

/**
 * The directory's routes: `GET /people/:id` and `GET /people?ids=1,2,3`, whose people are
 * arithmetic, and `GET /people/:id/presence` and `GET /presence?ids=1,2,3`. Presence comes from the
 * badge readers at the doors. The demonstration has none, so these are answered as on a day when
 * the readers are out of order: 503.
 */
export function createDirectoryApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/people/:id', showPerson);
  app.get('/people', listPeople);
  app.get('/people/:id/presence', answerUnavailable);
  app.get('/presence', answerUnavailable);
  return app;

  function showPerson(request: Request, response: Response): void {
    const id = Number(request.params.id);
    if (isId(id)) response.json(person(id));
    else response.status(404).json({ error: 'there is no such person' });
  }

  function listPeople(request: Request, response: Response): void {
    const ids = String(request.query.ids ?? '')
      .split(',')
      .map(Number);
    if (ids.length <= 100 && ids.every(isId)) response.json({ people: ids.map(person) });
    else response.status(400).json({ error: 'ids must be 1 to 100 ids with commas between' });
  }

  function answerUnavailable(_request: Request, response: Response): void {
    response.set('retry-after', '60');
    response.status(503).json({ error: 'the badge readers cannot be reached' });
  }
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 1;
}

function person(id: number): Person {
  const department = departments[id % departments.length] ?? '';
  return { id, department, phone: `+00 000 ${String(id).padStart(6, '0')}` };
}
