import type { Login } from './description.ts';
import { Failure } from '../failure.ts';

/** Logs in at `baseUrl` and gives the headers for everything after. Throws `Failure`. */
export async function logIn(
  baseUrl: string,
  login: Login,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const what = `${login.method} ${login.path}`;
  try {
    const response = await fetch(new URL(login.path, baseUrl), {
      method: login.method,
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(login.body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const answer = (await response.json()) as Record<string, unknown>;
    const token = answer[login.tokenField];
    if (typeof token !== 'string') throw new Error(`no ${login.tokenField} in the answer`);
    return { [login.header]: `${login.scheme} ${token}` };
  } catch (error) {
    signal.throwIfAborted();
    throw new Failure(`${what} failed: ${(error as Error).message}`);
  }
}
