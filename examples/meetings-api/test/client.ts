import { login } from '../src/demo.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A logged-in client of the service at `address`. */
export async function logIn(address: string) {
  let token: string | undefined;
  const opened = await send(login.method, login.path, login.body);
  ({ token } = opened.body as { token: string });
  return send;

  async function send(method: string, path: string, body?: object): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (token !== undefined) headers[login.header] = `${login.scheme} ${token}`;
    const response = await fetch(address + path, { method, headers, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  }
}
