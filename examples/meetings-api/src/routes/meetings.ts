import type { Cache } from '@spandrel/cache';
import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { getMeeting, pageOfMeetings } from '../repositories/meetings.ts';
import { countView } from '../repositories/views.ts';
import { idOf, pageOf } from '../request.ts';

/** Healthy routes: a page of meetings, and one meeting from the cache, whose views are counted. */
export function meetingsRoutes(pool: Pool, cache: Cache, report: (error: Error) => void): Router {
  const router = Router();
  router.get('/meetings', listMeetings);
  router.get('/meetings/:id', showMeeting);
  return router;

  async function listMeetings(request: Request, response: Response): Promise<void> {
    const { page, size, offset } = pageOf(request);
    response.json({ page, ...(await pageOfMeetings(pool, size, offset)) });
  }

  async function showMeeting(request: Request, response: Response): Promise<void> {
    const id = idOf(request);
    const meeting = await cache.getOrCompute(`meeting:${id}`, () => getMeeting(pool, id), {
      keyPattern: 'meeting:{id}',
      ttl: 'medium',
      tags: [`meeting:${id}`],
    });
    response.json(meeting);
    // Nobody waits for it: the query ends after the request.
    countView(pool, id).catch(report);
  }
}
