import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { getMeeting } from '../repositories/meetings.ts';
import type { Meeting, User } from '../repositories/types.ts';
import { getUser } from '../repositories/users.ts';
import { idOf } from '../request.ts';

/** A meeting in a few lines. */
export function summaryRoutes(pool: Pool): Router {
  const router = Router();
  router.get('/meetings/:id/summary', summarize);
  router.get('/meetings/:id/summary/once', summarizeOnce);
  return router;

  // Problem: each part of the answer loads the organizer for itself.
  async function summarize(request: Request, response: Response): Promise<void> {
    const meeting = await getMeeting(pool, idOf(request));
    response.json({
      headline: await loadHeadline(meeting),
      contact: await loadContact(meeting),
      sameTeam: await loadSameTeam(meeting),
    });
  }

  async function loadHeadline(meeting: Meeting): Promise<string> {
    return headline(meeting, await getUser(pool, meeting.organizer_id));
  }

  async function loadContact(meeting: Meeting): Promise<string> {
    return (await getUser(pool, meeting.organizer_id)).email;
  }

  async function loadSameTeam(meeting: Meeting): Promise<boolean> {
    return (await getUser(pool, meeting.organizer_id)).team_id === meeting.team_id;
  }

  // Repaired: loaded once, handed to each part.
  async function summarizeOnce(request: Request, response: Response): Promise<void> {
    const meeting = await getMeeting(pool, idOf(request));
    const organizer = await getUser(pool, meeting.organizer_id);
    response.json({
      headline: headline(meeting, organizer),
      contact: organizer.email,
      sameTeam: organizer.team_id === meeting.team_id,
    });
  }
}

function headline(meeting: Meeting, organizer: User): string {
  return `${meeting.title}, by ${organizer.name}`;
}
