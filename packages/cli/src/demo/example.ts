import { join } from 'node:path';
import type { Checkout } from './checkout.ts';
import type { Child, Children } from './children.ts';
import type { Description } from './description.ts';
import { Failure } from '../failure.ts';
import type { Progress } from './progress.ts';
import type { Env } from '../receiver/settings.ts';
import { serviceEnv } from '../receiver/settings.ts';

export interface ExampleOptions {
  readonly checkout: Checkout;
  readonly description: Pick<Description, 'databaseEntry' | 'services'>;
  readonly receiverUrl: string;
  readonly env: Env;
  readonly children: Children;
  readonly progress: Progress;
  /** Told what the processes complain of. */
  readonly warn: (line: string) => void;
}

const serviceGraceMs = 10_000;
const databaseGraceMs = 10_000;

/** The database and the services of the example, as child processes. */
export class Example {
  readonly #options: ExampleOptions;
  readonly #broken = new AbortController();
  readonly #services: Child[] = [];
  #database: Child | undefined;
  #addresses: string[] = [];
  #url = '';
  #isStopping = false;

  constructor(options: ExampleOptions) {
    this.#options = options;
  }

  /** Aborted with a `Failure` when a process ends that nobody stopped. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Address of the service that answers requests. */
  get url(): string {
    return this.#url;
  }

  /** For people: what runs where. */
  get addresses(): readonly string[] {
    return this.#addresses;
  }

  /** Starts everything, one after the other. Throws `Failure`. */
  async start(): Promise<void> {
    const { checkout, description, receiverUrl, env, progress } = this.#options;
    const found: Record<string, string | undefined> = { ...env };
    if (!env['DATABASE_URL']) {
      progress.step('starting the database …');
      this.#database = this.#launch('database', [description.databaseEntry], env);
      const { url, label } = await this.#database.ready;
      found['DATABASE_URL'] = url;
      this.#addresses.push(`database      ${url}`);
      progress.done(label ?? 'embedded database');
    }
    for (const { name, entry, addressVariable } of description.services) {
      progress.step(`starting ${name} …`);
      const args = ['--require', checkout.register, join(checkout.root, entry)];
      const service = this.#launch(name, args, serviceEnv(found, receiverUrl, name));
      this.#services.push(service);
      const { url } = await service.ready;
      if (addressVariable !== undefined) found[addressVariable] = url;
      this.#url = url;
      this.#addresses.push(`${name.padEnd(13)} ${url}`);
      progress.done(`${name} on ${url}, with --require @spandrel/bootstrap/register`);
    }
  }

  /** Lets the services send what they hold and end. */
  async stopServices(): Promise<void> {
    const stopping = this.#services.map(async (service) => {
      if (await service.stop(serviceGraceMs)) return;
      this.#options.warn(`${service.name} did not end when told to; its last spans may be missing`);
    });
    await Promise.all(stopping);
  }

  /** Ends everything, the database last. Safe at any time and more than once. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.stopServices();
    await this.#database?.stop(databaseGraceMs);
  }

  #launch(name: string, args: readonly string[], env: Env): Child {
    if (this.#isStopping) throw new Failure('stopped while starting');
    const { children, warn } = this.#options;
    const said: string[] = [];
    let isReady = false;
    const onErrorLine = (line: string) => {
      if (isTroubleOfPreload(line)) warn(line);
      else if (!line.startsWith(`${name}: `)) return;
      else if (child.isStopping) this.#note(line);
      else if (isReady) warn(line);
      else said.push(line); // when it fails now, this is also the reason it gives
    };
    const child = children.start({ name, args, env: { ...env }, onErrorLine });
    void child.ready
      .then(() => {
        isReady = true;
        for (const line of said) this.#note(line);
      })
      .catch(() => {});
    void child.ended.then((why) => {
      if (!child.isStopping) this.#broken.abort(new Failure(`${name} ended in mid-run (${why})`));
    });
    return child;
  }

  /** What a service does in a database that is the user's, the user wants to know. */
  #note(line: string): void {
    if (this.#options.env['DATABASE_URL']) this.#options.progress.done(line);
  }
}

/** Any line of our preload, but the one that says it is watching. */
function isTroubleOfPreload(line: string): boolean {
  return line.startsWith('spandrel: ') && !line.startsWith('spandrel: watching');
}
