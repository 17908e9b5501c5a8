import type { Cache } from '@spandrel/cache';
import { type Request, type Response, Router } from 'express';
import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../database/transaction.ts';
import { type Invitation, inviteAll, inviteOneByOne } from '../repositories/invitations.ts';
import { idListOf, idOf } from '../request.ts';

type Invite = (client: PoolClient, meetingId: number, userIds: number[]) => Promise<Invitation[]>;

/** Invites users to a meeting, all or none: `{ "userIds": [1, 2] }`. */
export function invitationsRoutes(pool: Pool, cache: Cache): Router {
  const router = Router();
  router.post('/meetings/:id/invitations', inviteInLoop);
  router.post('/meetings/:id/invitations/batched', inviteAtOnce);
  return router;

  // Problem: an INSERT per user, while the transaction holds its connection and its locks.
  function inviteInLoop(request: Request, response: Response): Promise<void> {
    return invite(request, response, inviteOneByOne);
  }

  // Repaired: one INSERT with all rows.
  function inviteAtOnce(request: Request, response: Response): Promise<void> {
    return invite(request, response, inviteAll);
  }

  async function invite(request: Request, response: Response, write: Invite): Promise<void> {
    const meetingId = idOf(request);
    const userIds = idListOf(request, 'userIds');
    const invitations = await inTransaction(pool, (client) => write(client, meetingId, userIds));
    await cache.invalidateTag(`meeting:${meetingId}`);
    response.json({ meetingId, invitations });
  }
}
