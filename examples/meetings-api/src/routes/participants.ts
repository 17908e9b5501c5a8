import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { AttendanceRepository } from '../repositories/attendance.ts';
import { idOf } from '../request.ts';

/** Who takes part in a meeting. */
export function participantsRoutes(pool: Pool): Router {
  const attendances = new AttendanceRepository(pool);
  const router = Router();
  router.get('/meetings/:id/participants', listParticipants);
  router.get('/meetings/:id/participants/batched', listParticipantsBatched);
  return router;

  // Problem: `user()` looks like a property. Two functions below it is a query.
  async function listParticipants(request: Request, response: Response): Promise<void> {
    const participants = [];
    for (const attendance of await attendances.ofMeeting(idOf(request))) {
      participants.push({ user: await attendance.user(), response: attendance.response });
    }
    response.json({ participants });
  }

  // Repaired: the users of all attendances in one query.
  async function listParticipantsBatched(request: Request, response: Response): Promise<void> {
    const present = await attendances.ofMeeting(idOf(request));
    const users = await attendances.usersOf(present);
    const participants = present.map((attendance) => ({
      user: users.get(attendance.userId),
      response: attendance.response,
    }));
    response.json({ participants });
  }
}
