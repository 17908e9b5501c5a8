import { Worker } from 'node:worker_threads';
import type { Destination } from '../exporter/destination.ts';
import { headersOf } from '../exporter/http-transport.ts';
import { senderText } from './sender.ts';
import type { SenderParcel, SenderTask } from './sender.ts';

/** Spans as they leave. */
export interface Parcel {
  /** One request's body, not compressed. */
  readonly body: Uint8Array;
  readonly spans: number;
  /** See `SenderParcel`. */
  readonly fd?: number | undefined;
}

const accepted = 1;

/**
 * Sends the parcels, at most `most`, while this thread stands still, for at most `limitMs`, and
 * returns those that nobody is known to have accepted. The only way out that is left at
 * `process.exit()` and under an uncaught exception: a thread of its own does the work and we wait
 * for it. Parcels are taken while it starts. Costs about 50 ms of CPU for the thread. Never throws,
 * unless taking parcels does.
 */
export function sendAtOnce(
  parcels: Iterable<Parcel>,
  most: number,
  destination: Destination,
  limitMs: number,
): Parcel[] {
  const endMs = performance.now() + limitMs;
  const thread = startThread(most, destination, 4);
  const posted: Parcel[] = [];
  for (const parcel of parcels) {
    thread?.post(parcel, posted.length);
    posted.push(parcel);
  }
  if (thread === null) return posted;
  const { cells } = thread;
  for (let leftMs = limitMs; leftMs > 0; leftMs = endMs - performance.now()) {
    const settled = Atomics.load(cells, 0);
    if (settled === posted.length) break;
    Atomics.wait(cells, 0, settled, leftMs);
  }
  return refused(posted, cells);
}

/** Parcels that are being sent beside the application. */
export interface Sending {
  /** Those that nobody is known to have accepted by now. */
  left(): Parcel[];
  /** Settles when there is no more to wait for. Never rejects. */
  readonly done: Promise<void>;
}

/**
 * The same while this thread goes on, one parcel after another, for at most `limitMs`. Does not keep
 * the process alive. Null where there is no thread to be had.
 */
export function sendBeside(
  parcels: readonly Parcel[],
  destination: Destination,
  limitMs: number,
): Sending | null {
  const thread = startThread(parcels.length, destination, 1);
  if (thread === null) return null;
  const { worker, cells, post } = thread;
  parcels.forEach(post);
  worker.unref();
  const timer = setTimeout(() => void worker.terminate(), limitMs).unref();
  const done = new Promise<void>((resolve) => {
    worker.once('exit', resolve);
    worker.once('error', () => resolve());
  }).finally(() => clearTimeout(timer));
  return { left: () => refused(parcels, cells), done };
}

/** Null where there is none to be had: memory, a limit of the system, Node's permissions. */
function startThread(most: number, destination: Destination, concurrency: number) {
  const cells = new Int32Array(new SharedArrayBuffer(4 * (most + 1)));
  const { NODE_OPTIONS: _preloads, ...env } = process.env;
  try {
    const worker = new Worker(senderText, {
      eval: true,
      // Without our own preload, and everybody else's.
      execArgv: [],
      env,
      workerData: taskFor(destination, cells.buffer, concurrency),
    });
    const post = ({ body, fd }: Parcel, index: number): void =>
      worker.postMessage({ index, body, fd } satisfies SenderParcel);
    return { worker, cells, post };
  } catch {
    return null;
  }
}

function taskFor(
  destination: Destination,
  cells: SharedArrayBuffer,
  concurrency: number,
): SenderTask {
  const isGrpc = destination.protocol === 'grpc';
  return {
    cells,
    isGrpc,
    url: destination.url,
    headers: isGrpc ? destination.headers : headersOf(destination),
    isGzip: destination.compression === 'gzip',
    tls: destination.tls,
    concurrency,
  };
}

function refused(parcels: readonly Parcel[], cells: Int32Array): Parcel[] {
  return parcels.filter((_parcel, index) => Atomics.load(cells, index + 1) !== accepted);
}
