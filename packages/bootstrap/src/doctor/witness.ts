import { subscribe } from 'node:diagnostics_channel';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import type { Spandrel } from '../running.ts';
import type { ListeningServer, Testimony } from './testimony.ts';

/**
 * A second preload, for `spandrel doctor -- …`: counts requests, sees servers listen, reads the
 * running toolkit, and writes it all to the folder named in `_SPANDREL_WITNESS`. It changes nothing
 * in the process and never throws. Always loaded as CommonJS.
 */
const folder = process.env['_SPANDREL_WITNESS'];
const everyMs = 200;
const running = Symbol.for('@spandrel/bootstrap/running/v1');
const api = Symbol.for('opentelemetry.js.api.1');

const servers = new Map<number, ListeningServer>();
let requests = 0;
let isFlushed = false;
let isFlushing = false;
let written = '';

if (folder !== undefined && isMainThread) {
  subscribe('http.server.request.start', () => (requests += 1));
  subscribe('tracing:net.server.listen:asyncEnd', (message) => noteServer(message));
  setInterval(() => tick(folder), everyMs).unref();
  process.on('exit', () => write(folder));
  write(folder);
}

function noteServer(message: unknown): void {
  const { server } = message as { server?: Record<string, unknown> };
  // Servers of HTTP have this limit, others do not.
  if (typeof server?.['headersTimeout'] !== 'number') return;
  const address = (server as { address?: () => unknown }).address?.();
  const { port, address: bound } = (address ?? {}) as { port?: number; address?: string };
  if (port === undefined || bound === undefined) return; // a socket in the file system
  const host = ['::', '0.0.0.0'].includes(bound) ? 'localhost' : bound;
  servers.set(port, { host, port, isTls: 'setSecureContext' in server });
}

function tick(into: string): void {
  if (!isFlushing && existsSync(join(into, 'flush'))) {
    isFlushing = true;
    const over = (): void => {
      isFlushed = true;
      write(into);
    };
    (toolkit()?.flush() ?? Promise.resolve()).then(over, over);
  }
  write(into);
}

function toolkit(): Spandrel | undefined {
  return (globalThis as { [running]?: Spandrel })[running];
}

function write(into: string): void {
  try {
    const text = JSON.stringify(testimony());
    if (text === written) return;
    written = text;
    const file = join(into, `${process.pid}.json`);
    writeFileSync(`${file}.part`, text, { mode: 0o600 });
    renameSync(`${file}.part`, file); // whoever reads it sees a whole one
  } catch {
    // The doctor is gone, or the disk is full: the application goes on.
  }
}

function testimony(): Testimony {
  const spandrel = toolkit();
  const counts = spandrel?.counts;
  return {
    pid: process.pid,
    node: process.versions.node,
    script: process.argv[1] ?? null,
    isLoaded: spandrel !== undefined,
    isRunning: spandrel?.isRunning === true,
    record: spandrel?.record ?? null,
    provider: providerName(),
    requests,
    serverSpans: counts?.serverSpans ?? 0,
    exportedSpans: counts?.exportedSpans ?? 0,
    droppedSpans: { ...counts?.droppedSpans },
    servers: [...servers.values()],
    apiFolders: apiFolders(),
    isFlushed,
  };
}

/** From the API's own global, whichever copy of it was first. */
function providerName(): string | null {
  const registered = (globalThis as unknown as { [api]?: { trace?: object } })[api];
  const proxy = registered?.trace as { getDelegate?: () => object } | undefined;
  const name = (proxy?.getDelegate?.() ?? proxy)?.constructor.name;
  return name === undefined || name === 'NoopTracerProvider' ? null : name;
}

function apiFolders(): string[] {
  const { _cache = {} } = Module as unknown as { _cache?: Record<string, unknown> };
  const found = Object.keys(_cache).flatMap((path) => {
    const folderOfCopy = /^.*[\\/]node_modules[\\/]@opentelemetry[\\/]api(?=[\\/])/.exec(path);
    return folderOfCopy === null ? [] : [folderOfCopy[0]];
  });
  return [...new Set(found)];
}
