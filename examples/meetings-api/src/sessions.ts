import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { HttpError } from './errors.ts';

const lifetimeMs = 3_600_000;

/** Who is logged in: opaque tokens, kept in this process for an hour. */
export class Sessions {
  readonly #byToken = new Map<string, { userId: number; expiresMs: number }>();

  open(userId: number): { token: string; expiresInSeconds: number } {
    this.#dropExpired();
    const token = randomBytes(24).toString('base64url');
    this.#byToken.set(token, { userId, expiresMs: Date.now() + lifetimeMs });
    return { token, expiresInSeconds: lifetimeMs / 1000 };
  }

  isOpen(token: string): boolean {
    const session = this.#byToken.get(token);
    return session !== undefined && session.expiresMs > Date.now();
  }

  #dropExpired(): void {
    for (const [token, { expiresMs }] of this.#byToken) {
      if (expiresMs <= Date.now()) this.#byToken.delete(token);
    }
  }
}

/** Lets requests with `Authorization: Bearer <token>` of an open session pass; others get 401. */
export function requireLogin(sessions: Sessions): RequestHandler {
  return function checkToken(request, _response, next) {
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !sessions.isOpen(token)) {
      throw new HttpError(401, 'log in with POST /login and send Authorization: Bearer <token>');
    }
    next();
  };
}
