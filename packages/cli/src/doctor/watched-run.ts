import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListeningServer, Run, Testimony } from '@spandrel/bootstrap/doctor';
import type { Env } from '../receiver/settings.ts';
import { Application } from '../run/application.ts';
import type { Ended } from '../run/application.ts';
import { preloading } from '../run/preload.ts';
import type { Target } from '../run/target.ts';
import { textOf } from './text-of.ts';
import type { Surgery } from './checks.ts';

export interface RunOptions {
  readonly target: Target;
  readonly command: readonly string[];
  readonly env: Env;
  readonly surgery: Surgery;
  readonly ownFile: string;
  /** Asked of every server that listens; null to ask nothing. */
  readonly path: string | null;
  readonly longestMs: number;
  /** Aborted when the person does not want to wait. */
  readonly signal: AbortSignal;
}

const lookMs = 100;
const settleMs = 300;
const flushMs = 10_000;
const graceMs = 5000;
const answerMs = 5000;

/**
 * Runs the application for a moment, asks it something, has it send what it holds, and ends it with
 * everything it started. Its output goes to standard error. Gives what its processes saw; rejects
 * with `NotStarted`.
 */
export async function watchedRun(options: RunOptions): Promise<Run> {
  const { target, env, surgery, ownFile } = options;
  const folder = mkdtempSync(join(tmpdir(), 'spandrel-doctor-'));
  const wasAdded = !namesUs(options);
  const preloads = [...(wasAdded ? [surgery.preload.register] : []), surgery.witness];
  const startMs = performance.now();
  try {
    const application = new Application({
      target,
      env: {
        ...env,
        ...preloading(preloads, ownFile, env),
        [surgery.doctor.witnessVariable]: folder,
      },
      stdio: ['ignore', 2, 2],
    });
    const visit = new Visit(application, folder, options);
    const story = await visit.run();
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    const { ended } = visit;
    const end = ended === undefined ? 'ended by us' : wordsFor(ended);
    return {
      testimonies: testimoniesIn(folder),
      course: [...story, `${end} after ${seconds} s`].join(', '),
      hasFailed: ended !== undefined && (ended.signal !== null || ended.code !== 0),
      wasAdded,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The command, `NODE_OPTIONS`, the entry, or a script of package.json that the command may run. */
function namesUs({ command, env, target, surgery }: RunOptions): boolean {
  const manifest = /(^|[\\/])(npm|npx|pnpm|yarn)$/.test(target.file)
    ? textOf(join(target.folder, 'package.json')).replace(/"(dev|peer)?[dD]ependencies"[^}]*}/g, '')
    : '';
  const entry = target.entry === null ? '' : textOf(target.entry);
  return [command.join(' '), env['NODE_OPTIONS'] ?? '', entry, manifest].some((text) =>
    surgery.doctor.startsUs(text),
  );
}

/** One application from its start to its end. */
class Visit {
  /** How it ended by itself; undefined while it runs, or when we ended it. */
  ended: Ended | undefined;
  readonly #application: Application;
  readonly #folder: string;
  readonly #options: RunOptions;
  readonly #over: Promise<unknown>;

  constructor(application: Application, folder: string, options: RunOptions) {
    this.#application = application;
    this.#folder = folder;
    this.#options = options;
    this.#over = application.ended.then((ended) => (this.ended = ended));
    this.#over.catch(() => {}); // `run` hears of it
  }

  /** Gives what was done, in words. */
  async run(): Promise<string[]> {
    const { path, signal, longestMs } = this.#options;
    try {
      const deadline = performance.now() + longestMs;
      const servers = await this.#firstServers(deadline, path !== null);
      const said: string[] = [];
      for (const server of path === null ? [] : servers) said.push(await ask(server, path!));
      if (servers.length > 0) await this.#pause(settleMs);
      await this.#flushed();
      return said;
    } finally {
      await this.#end();
      signal.throwIfAborted();
    }
  }

  /** Waits until something listens, or without an end to it; none when time is over. */
  async #firstServers(deadline: number, isEnough: boolean): Promise<readonly ListeningServer[]> {
    for (;;) {
      const servers = testimoniesIn(this.#folder).flatMap((one) => one.servers);
      if (servers.length > 0 && isEnough) return uniquePorts(servers);
      if (this.#isOver() || performance.now() > deadline) return uniquePorts(servers);
      await this.#pause(lookMs);
    }
  }

  #isOver(): boolean {
    return this.ended !== undefined || this.#options.signal.aborted;
  }

  async #flushed(): Promise<void> {
    writeFileSync(join(this.#folder, this.#options.surgery.doctor.flushRequest), '');
    const deadline = performance.now() + flushMs;
    const isDone = () => testimoniesIn(this.#folder).every(({ isFlushed }) => isFlushed);
    while (!this.#isOver() && !isDone() && performance.now() < deadline) await this.#pause(lookMs);
  }

  /** Rejects when the application could not be started. */
  async #pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([time, this.#over]);
    clearTimeout(timer);
  }

  /** Asks the whole group to end, then makes it. */
  async #end(): Promise<void> {
    if (this.ended === undefined) {
      this.#application.signalGroup('SIGTERM');
      const timer = setTimeout(() => this.#application.kill(), graceMs);
      await this.#application.ended.catch(() => undefined);
      clearTimeout(timer);
      this.ended = undefined;
    }
    this.#application.kill(); // what it left behind
  }
}

function uniquePorts(servers: readonly ListeningServer[]): ListeningServer[] {
  return [...new Map(servers.map((server) => [server.port, server])).values()];
}

/** Gives the answer in words; never rejects. */
function ask({ host, port, isTls }: ListeningServer, path: string): Promise<string> {
  const send = isTls ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const tell = (answer: string) => resolve(`GET ${path} on port ${port}: ${answer}`);
    const sending = send({
      host,
      port,
      path,
      agent: false,
      signal: AbortSignal.timeout(answerMs),
      ...(isTls ? { rejectUnauthorized: false } : {}),
    });
    sending.on('error', (error) => tell(error.message));
    sending.on('response', (response) => {
      response.on('error', () => {}).resume();
      response.on('close', () => tell(`status ${response.statusCode}`));
    });
    sending.end();
  });
}

function testimoniesIn(folder: string): Testimony[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => testimonyIn(join(folder, name)));
}

/** None in a file that something else has put there. */
function testimonyIn(file: string): Testimony[] {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Testimony;
    return typeof value.pid === 'number' ? [value] : [];
  } catch {
    return [];
  }
}

function wordsFor({ code, signal }: Ended): string {
  return signal === null ? `ended with exit code ${code}` : `ended by ${signal}`;
}
