import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { HttpError } from '../errors.ts';
import { searchByPattern, searchByWords } from '../repositories/note-search.ts';
import { pageOf } from '../request.ts';

/** Notes that contain the words of `?q=`, newest first, by pages. */
export function noteSearchRoutes(pool: Pool): Router {
  const router = Router();
  router.get('/notes/search', searchNotes);
  router.get('/notes/search/indexed', searchNotesIndexed);
  return router;

  // Problem: a search without an index. Nobody notices while there are few notes.
  async function searchNotes(request: Request, response: Response): Promise<void> {
    const { page, size, offset } = pageOf(request);
    response.json({ page, ...(await searchByPattern(pool, wordsOf(request), size, offset)) });
  }

  // Repaired: by the index on the words.
  async function searchNotesIndexed(request: Request, response: Response): Promise<void> {
    const { page, size, offset } = pageOf(request);
    response.json({ page, ...(await searchByWords(pool, wordsOf(request), size, offset)) });
  }
}

function wordsOf(request: Request): string {
  const { q } = request.query;
  if (typeof q === 'string' && q.trim() !== '' && q.length <= 200) return q.trim();
  throw new HttpError(400, 'q must be 1 to 200 characters');
}
