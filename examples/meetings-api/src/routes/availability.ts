import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { nextMeetingIn, nextMeetingInEach, roomsOfBuilding } from '../repositories/rooms.ts';
import { idOf, timeOf } from '../request.ts';

/** The rooms of a building, each with the next meeting in it. */
export function availabilityRoutes(pool: Pool): Router {
  const router = Router();
  router.get('/buildings/:id/availability', showAvailability);
  router.get('/buildings/:id/availability/batched', showAvailabilityBatched);
  return router;

  // Problem: a query per room, all at once. Faster than one after another, and it takes more than
  // half of the pool's connections from everybody else.
  async function showAvailability(request: Request, response: Response): Promise<void> {
    const at = timeOf(request, 'at');
    const rooms = await roomsOfBuilding(pool, idOf(request));
    const available = await Promise.all(
      rooms.map(async (room) => ({ ...room, next: await nextMeetingIn(pool, room.id, at) })),
    );
    response.json({ rooms: available });
  }

  // Repaired: the next meetings of all rooms in one query.
  async function showAvailabilityBatched(request: Request, response: Response): Promise<void> {
    const at = timeOf(request, 'at');
    const rooms = await roomsOfBuilding(pool, idOf(request));
    const roomIds = rooms.map((room) => room.id);
    const next = await nextMeetingInEach(pool, roomIds, at);
    response.json({ rooms: rooms.map((room) => ({ ...room, next: next.get(room.id) ?? null })) });
  }
}
