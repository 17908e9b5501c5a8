import type { Cache } from '@spandrel/cache';
import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { allRooms, setCapacity } from '../repositories/rooms.ts';
import { idOf, wholeNumber } from '../request.ts';

/** Healthy routes: read often, changed seldom, so the list is cached until a room changes. */
export function roomsRoutes(pool: Pool, cache: Cache): Router {
  const router = Router();
  router.get('/rooms', listRooms);
  router.patch('/rooms/:id', changeRoom);
  return router;

  async function listRooms(_request: Request, response: Response): Promise<void> {
    const rooms = await cache.getOrCompute('rooms', () => allRooms(pool), {
      ttl: 'long',
      tags: ['rooms'],
    });
    response.json({ rooms });
  }

  async function changeRoom(request: Request, response: Response): Promise<void> {
    const capacity = wholeNumber('capacity', request.body?.capacity, 1, 1_000);
    const room = await setCapacity(pool, idOf(request), capacity);
    await cache.invalidateTags(['rooms', `room:${room.id}`]);
    response.json(room);
  }
}
