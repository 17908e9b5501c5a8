import { type Request, type Response, Router } from 'express';
import type { Pool } from 'pg';
import { HttpError } from '../errors.ts';
import { passwordMatches } from '../password.ts';
import { findLogin } from '../repositories/users.ts';
import type { Sessions } from '../sessions.ts';

/** `POST /login` with `{ "email", "password" }` answers `{ "token", "expiresInSeconds" }`. */
export function loginRoutes(pool: Pool, sessions: Sessions): Router {
  const router = Router();
  router.post('/login', logIn);
  return router;

  async function logIn(request: Request, response: Response): Promise<void> {
    const { email, password } = (request.body ?? {}) as Record<string, unknown>;
    if (typeof email !== 'string' || typeof password !== 'string') {
      throw new HttpError(400, 'email and password must be texts');
    }
    const user = await findLogin(pool, email);
    if (!user || !(await passwordMatches(password, user.password_hash))) {
      throw new HttpError(401, 'unknown email or wrong password');
    }
    response.json(sessions.open(user.id));
  }
}
