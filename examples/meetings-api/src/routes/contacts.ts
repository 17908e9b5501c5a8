import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import type { DirectoryClient } from '../directory-client.ts';
import { AttendanceRepository } from '../repositories/attendance.ts';
import { idOf } from '../request.ts';

/** How to reach those who take part in a meeting, from the directory service. */
export function contactsRoutes(pool: Pool, directory: DirectoryClient): Router {
  const attendances = new AttendanceRepository(pool);
  const router = Router();
  router.get('/meetings/:id/contacts', listContacts);
  router.get('/meetings/:id/contacts/batched', listContactsBatched);
  return router;

  // Problem: an HTTP request per person.
  async function listContacts(request: Request, response: Response): Promise<void> {
    const contacts = [];
    for (const { userId } of await attendances.ofMeeting(idOf(request))) {
      contacts.push(await directory.person(userId));
    }
    response.json({ contacts });
  }

  // Repaired: one request for all.
  async function listContactsBatched(request: Request, response: Response): Promise<void> {
    const present = await attendances.ofMeeting(idOf(request));
    const contacts = await directory.people(present.map(({ userId }) => userId));
    response.json({ contacts });
  }
}
