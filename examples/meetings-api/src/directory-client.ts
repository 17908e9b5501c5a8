import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { HttpError } from './errors.ts';

export interface Person {
  id: number;
  department: string;
  phone: string;
}

export type Presence = 'in the house' | 'elsewhere';

/** The company's directory, another service. Trouble with it is an `HttpError` with 502. */
export class DirectoryClient {
  readonly #address: string;

  constructor(address: string) {
    this.#address = address.replace(/\/$/, '');
  }

  async person(id: number): Promise<Person> {
    return (await getJson(`${this.#address}/people/${id}`)) as Person;
  }

  /** In the order of `ids`. */
  async people(ids: number[]): Promise<Person[]> {
    const answer = await getJson(`${this.#address}/people?ids=${ids.join(',')}`);
    return (answer as { people: Person[] }).people;
  }

  async presence(id: number): Promise<Presence> {
    const answer = await getJson(`${this.#address}/people/${id}/presence`);
    return (answer as { presence: Presence }).presence;
  }

  /** In the order of `ids`. */
  async presences(ids: number[]): Promise<Presence[]> {
    const answer = await getJson(`${this.#address}/presence?ids=${ids.join(',')}`);
    return (answer as { presences: Presence[] }).presences;
  }
}

async function getJson(url: string): Promise<unknown> {
  const request = http.get(url, { timeout: 2_000 });
  request.on('timeout', () => request.destroy(new Error('no answer within 2 s')));
  request.on('error', () => {}); // heard below; one that comes later breaks the response off
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode === 200) return await json(response);
    await text(response); // read to its end, so that the connection is free for the next request
    throw new Error(`it answered ${response.statusCode}`);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    throw new HttpError(502, `the directory cannot be used: ${message || code}`, { cause: error });
  }
}
