import type { ErrorRequestHandler } from 'express';

/** An answer other than 200, thrown by whoever finds out. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** True for errors that mean the database cannot be reached, as opposed to a statement it refused. */
export function isDatabaseLost(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  // Classes 08 and 57P of SQLSTATE, Node's socket errors, and two of pg's that carry no code.
  return (
    /^(08...|57P..|53300|E[A-Z]{3,})$/.test(code) ||
    /^(Connection terminated|timeout exceeded when trying to connect)/.test(message)
  );
}

/** Turns errors into JSON answers; `report` hears those that are not the client's doing. */
export function errorAnswers(report: (error: Error) => void): ErrorRequestHandler {
  return function answerError(error, _request, response, next) {
    if (response.headersSent) return next(error);
    const { status, message } = answerTo(error);
    if (status >= 500) report(error);
    response.status(status).json({ error: message });
  };
}

function answerTo(error: Error & { status?: number; expose?: boolean }) {
  if (error instanceof HttpError) return { status: error.status, message: error.message };
  if (isDatabaseLost(error)) return { status: 503, message: 'the database is not available' };
  // express.json() marks what may be shown: malformed JSON, a body that is too large.
  if (error.expose && error.status) return { status: error.status, message: error.message };
  return { status: 500, message: 'internal error' };
}
