import type { Request } from 'express';
import { HttpError } from './errors.ts';

/** The path parameter `id`: a whole number from 1, or 400. */
export function idOf(request: Request): number {
  return wholeNumber('id', request.params.id, 1, 2_147_483_647);
}

/** `?page=` and `?size=`, with their defaults. */
export function pageOf(request: Request): { page: number; size: number; offset: number } {
  const page = wholeNumber('page', request.query.page ?? '1', 1, 1_000_000);
  const size = wholeNumber('size', request.query.size ?? '20', 1, 100);
  return { page, size, offset: (page - 1) * size };
}

/** A time in the query string, by default now. */
export function timeOf(request: Request, name: string): Date {
  const given = request.query[name];
  if (given === undefined) return new Date();
  const time = new Date(typeof given === 'string' ? given : NaN);
  if (Number.isNaN(time.getTime()))
    throw new HttpError(400, `${name} must be a date, got ${given}`);
  return time;
}

/** A list of ids in the body: 1 to 100 different whole numbers, or 400. Sorted. */
export function idListOf(request: Request, name: string): number[] {
  const given: unknown = request.body?.[name];
  if (!Array.isArray(given) || given.length < 1 || given.length > 100) {
    throw new HttpError(400, `${name} must be a list of 1 to 100 ids`);
  }
  const ids = given.map((id) => wholeNumber(name, id, 1, 2_147_483_647));
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** A whole number from `least` to `most`, given as number or text; otherwise 400. */
export function wholeNumber(name: string, given: unknown, least: number, most: number): number {
  const value = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) {
    return value as number;
  }
  throw new HttpError(400, `${name} must be a whole number from ${least} to ${most}`);
}
