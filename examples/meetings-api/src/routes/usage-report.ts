import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { reportByParts, reportTogether } from '../repositories/usage-report.ts';
import { timeOf } from '../request.ts';

/** The report on time in meetings since `?from=`. */
export function usageReportRoutes(pool: Pool, reportPool: Pool): Router {
  const router = Router();
  router.get('/reports/usage', showReport);
  router.get('/reports/usage/together', showReportTogether);
  return router;

  // Problem: six queries at once, and a pool of one connection, lest reports disturb the rest.
  // Five always wait, and every other report waits behind them.
  async function showReport(request: Request, response: Response): Promise<void> {
    response.json(await reportByParts(reportPool, timeOf(request, 'from')));
  }

  // Repaired: one query takes one connection, which the common pool can spare.
  async function showReportTogether(request: Request, response: Response): Promise<void> {
    response.json(await reportTogether(pool, timeOf(request, 'from')));
  }
}
