import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import {
  countOrganized,
  countResponses,
  guestsByBuilding,
  guestsByHour,
} from '../repositories/dashboard.ts';
import { idOf } from '../request.ts';

/** Four answers that have nothing to do with each other. */
export function dashboardRoutes(pool: Pool): Router {
  const router = Router();
  router.get('/users/:id/dashboard', showDashboard);
  router.get('/users/:id/dashboard/parallel', showDashboardParallel);
  return router;

  // Problem: each query waits for the one before, although none needs its result.
  async function showDashboard(request: Request, response: Response): Promise<void> {
    const userId = idOf(request);
    const organized = await countOrganized(pool, userId);
    const responses = await countResponses(pool);
    const hours = await guestsByHour(pool);
    const buildings = await guestsByBuilding(pool);
    response.json({ organized, responses, hours, buildings });
  }

  // Repaired: all at once.
  async function showDashboardParallel(request: Request, response: Response): Promise<void> {
    const userId = idOf(request);
    const [organized, responses, hours, buildings] = await Promise.all([
      countOrganized(pool, userId),
      countResponses(pool),
      guestsByHour(pool),
      guestsByBuilding(pool),
    ]);
    response.json({ organized, responses, hours, buildings });
  }
}
