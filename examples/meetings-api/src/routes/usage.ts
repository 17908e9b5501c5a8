import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { allUsage, type DayOfUsage, usageByDay } from '../repositories/usage.ts';
import { timeOf } from '../request.ts';

/** Time in meetings, day by day, since `?from=`. */
export function usageRoutes(pool: Pool): Router {
  const router = Router();
  router.get('/usage', showUsage);
  router.get('/usage/summed', showUsageSummed);
  return router;

  // Problem: thousands of rows travel, to be added up here.
  async function showUsage(request: Request, response: Response): Promise<void> {
    const days = new Map<string, DayOfUsage>();
    for (const { day, minutes } of await allUsage(pool, timeOf(request, 'from'))) {
      const sum = days.get(day) ?? { day, users: 0, minutes: 0 };
      days.set(day, { day, users: sum.users + 1, minutes: sum.minutes + minutes });
    }
    response.json({ days: [...days.values()] });
  }

  // Repaired: the database adds up and sends a row per day.
  async function showUsageSummed(request: Request, response: Response): Promise<void> {
    response.json({ days: await usageByDay(pool, timeOf(request, 'from')) });
  }
}
