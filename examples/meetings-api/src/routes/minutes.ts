import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import {
  findAuthor,
  findResponse,
  notesOf,
  type NoteWithAuthor,
  notesWithAuthors,
} from '../repositories/notes.ts';
import { idOf } from '../request.ts';

/** The notes of a meeting with their authors. */
export function minutesRoutes(pool: Pool): Router {
  const router = Router();
  router.get('/meetings/:id/minutes', readMinutes);
  router.get('/meetings/:id/minutes/joined', readMinutesJoined);
  return router;

  // Problem: two queries per note, in turns: A B A B …
  async function readMinutes(request: Request, response: Response): Promise<void> {
    const minutes: NoteWithAuthor[] = [];
    for (const note of await notesOf(pool, idOf(request))) {
      const author = await findAuthor(pool, note.author_id);
      const answer = await findResponse(pool, note.meeting_id, note.author_id);
      minutes.push({ ...note, author, response: answer });
    }
    response.json({ minutes });
  }

  // Repaired: one query with two joins.
  async function readMinutesJoined(request: Request, response: Response): Promise<void> {
    response.json({ minutes: await notesWithAuthors(pool, idOf(request)) });
  }
}
