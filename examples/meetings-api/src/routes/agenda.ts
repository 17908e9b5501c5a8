import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { upcomingOfTeam } from '../repositories/meetings.ts';
import { idOf, timeOf } from '../request.ts';

interface Guest {
  name: string;
  response: string;
}

/** The next meetings of a team, each with its guests. */
export function agendaRoutes(pool: Pool): Router {
  const router = Router();
  router.get('/teams/:id/agenda', listAgenda);
  router.get('/teams/:id/agenda/batched', listAgendaBatched);
  return router;

  // Problem: a query per meeting, one after another.
  async function listAgenda(request: Request, response: Response): Promise<void> {
    const meetings = await upcomingOfTeam(pool, idOf(request), timeOf(request, 'from'));
    const agenda = [];
    for (const meeting of meetings) {
      const { rows: guests } = await pool.query<Guest>(
        `SELECT u.name, a.response
         FROM attendees a JOIN users u ON u.id = a.user_id
         WHERE a.meeting_id = $1 ORDER BY u.id`,
        [meeting.id],
      );
      agenda.push({ ...meeting, guests });
    }
    response.json({ agenda });
  }

  // Repaired: the guests of all meetings in one query.
  async function listAgendaBatched(request: Request, response: Response): Promise<void> {
    const meetings = await upcomingOfTeam(pool, idOf(request), timeOf(request, 'from'));
    const { rows } = await pool.query<Guest & { meeting_id: number }>(
      `SELECT a.meeting_id, u.name, a.response
       FROM attendees a JOIN users u ON u.id = a.user_id
       WHERE a.meeting_id = ANY($1::int[]) ORDER BY u.id`,
      [meetings.map((meeting) => meeting.id)],
    );
    const guestsOf = new Map<number, Guest[]>(meetings.map((meeting) => [meeting.id, []]));
    for (const { meeting_id, ...guest } of rows) guestsOf.get(meeting_id)?.push(guest);
    const agenda = meetings.map((meeting) => ({ ...meeting, guests: guestsOf.get(meeting.id) }));
    response.json({ agenda });
  }
}
