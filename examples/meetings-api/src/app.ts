import type { Cache } from '@spandrel/cache';
import express, { type Express } from 'express';
import type { Pool } from 'pg';
import type { DirectoryClient } from './directory-client.ts';
import { errorAnswers, HttpError } from './errors.ts';
import { agendaRoutes } from './routes/agenda.ts';
import { availabilityRoutes } from './routes/availability.ts';
import { buildingRoomsRoutes } from './routes/building-rooms.ts';
import { contactsRoutes } from './routes/contacts.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { invitationsRoutes } from './routes/invitations.ts';
import { loginRoutes } from './routes/login.ts';
import { meetingsRoutes } from './routes/meetings.ts';
import { minutesRoutes } from './routes/minutes.ts';
import { noteSearchRoutes } from './routes/note-search.ts';
import { organizerRoutes } from './routes/organizer.ts';
import { overviewRoutes } from './routes/overview.ts';
import { participantsRoutes } from './routes/participants.ts';
import { presenceRoutes } from './routes/presence.ts';
import { roomsRoutes } from './routes/rooms.ts';
import { summaryRoutes } from './routes/summary.ts';
import { usageRoutes } from './routes/usage.ts';
import { usageReportRoutes } from './routes/usage-report.ts';
import { requireLogin, Sessions } from './sessions.ts';

export interface AppParts {
  readonly pool: Pool;
  /** Of one connection. */
  readonly reportPool: Pool;
  readonly cache: Cache;
  readonly directory: DirectoryClient;
  /** Hears errors that are answered with 500 and above. */
  readonly report: (error: Error) => void;
}

/** The service without its server. It owns none of its parts. */
export function createApp({ pool, reportPool, cache, directory, report }: AppParts): Express {
  const sessions = new Sessions();
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json());

  app.use(loginRoutes(pool, sessions));
  app.use(requireLogin(sessions));
  app.use(meetingsRoutes(pool, cache, report));
  app.use(roomsRoutes(pool, cache));

  app.use(agendaRoutes(pool));
  app.use(availabilityRoutes(pool));
  app.use(participantsRoutes(pool));
  app.use(minutesRoutes(pool));
  app.use(invitationsRoutes(pool, cache));
  app.use(noteSearchRoutes(pool));
  app.use(summaryRoutes(pool));
  app.use(dashboardRoutes(pool));
  app.use(contactsRoutes(pool, directory));
  app.use(buildingRoomsRoutes(pool, cache));
  app.use(overviewRoutes(pool, cache));
  app.use(organizerRoutes(pool, cache, directory));
  app.use(presenceRoutes(pool, directory));
  app.use(usageRoutes(pool));
  app.use(usageReportRoutes(pool, reportPool));

  app.use(function answerUnknown(request) {
    throw new HttpError(404, `there is no ${request.method} ${request.path}`);
  });
  app.use(errorAnswers(report));
  return app;
}
