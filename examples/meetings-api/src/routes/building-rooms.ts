import type { Cache } from '@spandrel/cache';
import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { roomsByIds, roomsOfBuilding } from '../repositories/rooms.ts';
import type { Room } from '../repositories/types.ts';
import { idOf } from '../request.ts';

/** The rooms of a building, from the cache. */
export function buildingRoomsRoutes(pool: Pool, cache: Cache): Router {
  const router = Router();
  router.get('/buildings/:id/rooms', listRooms);
  router.get('/buildings/:id/rooms/together', listRoomsTogether);
  return router;

  // Problem: the rooms are read from the cache one by one. With Redis each is a round trip.
  async function listRooms(request: Request, response: Response): Promise<void> {
    const cached = new Map<number, Room>();
    const missing: number[] = [];
    for (const roomId of await roomIdsOf(idOf(request))) {
      const room = await cache.get<Room>(`room:${roomId}`, { keyPattern: 'room:{id}' });
      if (room) cached.set(roomId, room);
      else missing.push(roomId);
    }
    const loaded = missing.length === 0 ? [] : await roomsByIds(pool, missing);
    for (const room of loaded) {
      await cache.set(`room:${room.id}`, room, { ttl: 'long', tags: [`room:${room.id}`] });
    }
    const rooms = [...cached.values(), ...loaded].sort((a, b) => a.id - b.id);
    response.json({ rooms });
  }

  function roomIdsOf(buildingId: number): Promise<number[]> {
    return cache.getOrCompute(
      `building:${buildingId}:room-ids`,
      async () => (await roomsOfBuilding(pool, buildingId)).map(({ id }) => id),
      { keyPattern: 'building:{id}:room-ids', ttl: 'veryLong' },
    );
  }

  // Repaired: what is always read together is one entry.
  async function listRoomsTogether(request: Request, response: Response): Promise<void> {
    const buildingId = idOf(request);
    const rooms = await cache.getOrCompute(
      `building:${buildingId}:rooms`,
      () => roomsOfBuilding(pool, buildingId),
      { keyPattern: 'building:{id}:rooms', ttl: 'long', tags: ['rooms'] },
    );
    response.json({ rooms });
  }
}
