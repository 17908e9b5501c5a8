import type { Cache } from '@spandrel/cache';
import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { countOrganized, type Organized } from '../repositories/dashboard.ts';
import { getMeeting } from '../repositories/meetings.ts';
import type { Meeting } from '../repositories/types.ts';
import { idOf } from '../request.ts';

type FiguresOf = (meeting: Meeting) => Promise<Organized>;

/**
 * The tiles of a meeting's page, made at the same time. Each needs what its organizer has organized
 * so far: figures that are worth a cache, because all meetings are counted for them.
 */
export function overviewRoutes(pool: Pool, cache: Cache): Router {
  const router = Router();
  router.get('/meetings/:id/overview', showOverview);
  router.get('/meetings/:id/overview/single-flight', showOverviewSingleFlight);
  return router;

  function showOverview(request: Request, response: Response): Promise<void> {
    return show(request, response, figuresReadThrough);
  }

  function showOverviewSingleFlight(request: Request, response: Response): Promise<void> {
    return show(request, response, figuresSingleFlight);
  }

  async function show(request: Request, response: Response, figuresOf: FiguresOf): Promise<void> {
    const meeting = await getMeeting(pool, idOf(request));
    const [headline, place, experience, badge] = await Promise.all([
      figuresOf(meeting).then(({ count }) => `${meeting.title}, one of ${count} by its organizer`),
      figuresOf(meeting).then(({ rank }) => rank),
      figuresOf(meeting).then(({ count }) => (count >= 5 ? 'experienced' : 'new')),
      figuresOf(meeting).then(({ rank }) => (rank !== null && rank <= 10 ? 'gold' : 'none')),
    ]);
    response.json({ headline, place, experience, badge });
  }

  // Problem: between the look and the entry, everybody who looks finds nothing and loads it too.
  async function figuresReadThrough({ organizer_id: id }: Meeting): Promise<Organized> {
    const cached = await cache.get<Organized>(`figures:${id}`, { keyPattern: 'figures:{user}' });
    if (cached) return cached;
    const figures = await countOrganized(pool, id);
    await cache.set(`figures:${id}`, figures, { ttl: 'short' });
    return figures;
  }

  // Repaired: the first one loads, the others wait for what it gets.
  function figuresSingleFlight({ organizer_id: id }: Meeting): Promise<Organized> {
    return cache.getOrCompute(`organized:${id}`, () => countOrganized(pool, id), {
      keyPattern: 'organized:{user}',
      ttl: 'short',
    });
  }
}
