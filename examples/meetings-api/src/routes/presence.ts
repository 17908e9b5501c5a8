import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import type { DirectoryClient } from '../directory-client.ts';
import { HttpError } from '../errors.ts';
import { AttendanceRepository } from '../repositories/attendance.ts';
import { getUser } from '../repositories/users.ts';
import { idOf } from '../request.ts';

const unknown = 'unknown';
const attempts = 6;

/** Who is in the house, as the directory knows it; `unknown` while it does not. */
export function presenceRoutes(pool: Pool, directory: DirectoryClient): Router {
  const attendances = new AttendanceRepository(pool);
  const router = Router();
  router.get('/users/:id/presence', showPresence);
  router.get('/users/:id/presence/asked-once', showPresenceAskedOnce);
  router.get('/meetings/:id/presence', listPresence);
  router.get('/meetings/:id/presence/batched', listPresenceBatched);
  return router;

  // Problem: a service in trouble is asked again at once, by everybody, until it is down.
  async function showPresence(request: Request, response: Response): Promise<void> {
    const user = await getUser(pool, idOf(request));
    let presence: string = unknown;
    for (let attempt = 1; attempt <= attempts && presence === unknown; attempt++) {
      presence = await directory.presence(user.id).catch(unknownWhenUnavailable);
    }
    response.json({ user, presence });
  }

  // Repaired: there is an answer without it, so it is asked once. The user's next look asks again.
  async function showPresenceAskedOnce(request: Request, response: Response): Promise<void> {
    const user = await getUser(pool, idOf(request));
    const presence = await directory.presence(user.id).catch(unknownWhenUnavailable);
    response.json({ user, presence });
  }

  // Problem: asked for each person, although the first answer says that none will come.
  async function listPresence(request: Request, response: Response): Promise<void> {
    const present = await attendances.ofMeeting(idOf(request));
    const people = await Promise.all(
      present.map(async ({ userId }) => ({
        userId,
        presence: await directory.presence(userId).catch(unknownWhenUnavailable),
      })),
    );
    response.json({ people });
  }

  // Repaired: one question for all, and so one failure.
  async function listPresenceBatched(request: Request, response: Response): Promise<void> {
    const present = await attendances.ofMeeting(idOf(request));
    const userIds = present.map(({ userId }) => userId);
    const presences = await directory.presences(userIds).catch(noneWhenUnavailable);
    const people = userIds.map((userId, i) => ({ userId, presence: presences[i] ?? unknown }));
    response.json({ people });
  }
}

function unknownWhenUnavailable(error: unknown): string {
  if (error instanceof HttpError) return unknown;
  throw error;
}

function noneWhenUnavailable(error: unknown): string[] {
  if (error instanceof HttpError) return [];
  throw error;
}
