import type { Cache } from '@spandrel/cache';
import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import type { DirectoryClient, Person } from '../directory-client.ts';
import { lockMeeting, setOrganizer } from '../repositories/organizer.ts';
import { idOf, wholeNumber } from '../request.ts';

/** Hands a meeting to another organizer, `{ "userId": 1 }`, whom the directory has to know. */
export function organizerRoutes(pool: Pool, cache: Cache, directory: DirectoryClient): Router {
  const router = Router();
  router.patch('/meetings/:id/organizer', handOver);
  router.patch('/meetings/:id/organizer/asked-first', handOverAskedFirst);
  return router;

  // Problem: the meeting stays locked, and the connection taken, until another service answers.
  async function handOver(request: Request, response: Response): Promise<void> {
    const { meetingId, userId } = whatIn(request);
    const [title, contact] = await inTransaction(pool, async (client) => {
      const meeting = await lockMeeting(client, meetingId);
      const person = await directory.person(userId);
      await setOrganizer(client, meetingId, userId);
      return [meeting.title, person] as const;
    });
    await answer(response, meetingId, title, contact);
  }

  // Repaired: the question comes before the transaction.
  async function handOverAskedFirst(request: Request, response: Response): Promise<void> {
    const { meetingId, userId } = whatIn(request);
    const contact = await directory.person(userId);
    const title = await inTransaction(pool, async (client) => {
      const meeting = await lockMeeting(client, meetingId);
      await setOrganizer(client, meetingId, userId);
      return meeting.title;
    });
    await answer(response, meetingId, title, contact);
  }

  function whatIn(request: Request): { meetingId: number; userId: number } {
    const userId = wholeNumber('userId', request.body?.userId, 1, 2_147_483_647);
    return { meetingId: idOf(request), userId };
  }

  async function answer(response: Response, meetingId: number, title: string, contact: Person) {
    await cache.invalidateTag(`meeting:${meetingId}`);
    response.json({ meetingId, title, contact });
  }
}
