import type { ClientHttp2Session } from 'node:http2';
import type { RequestOptions } from 'node:http';

/** What the sender is started with. Plain data. */
export interface SenderTask {
  /**
   * Shared with whoever waits. Cell 0: how many parcels are settled, notified at each. Then one cell
   * a parcel: 0 not known, 1 accepted, 2 failed.
   */
  readonly cells: SharedArrayBuffer;
  readonly isGrpc: boolean;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isGzip: boolean;
  readonly tls: { readonly ca?: Uint8Array; readonly cert?: Uint8Array; readonly key?: Uint8Array };
  /** Requests at once. */
  readonly concurrency: number;
}

/** Of these it gets one message each. */
export interface SenderParcel {
  readonly index: number;
  readonly body: Uint8Array;
  /** The connection on which it may have been sent already: its answer is waited for first. */
  readonly fd: number | undefined;
}

/**
 * Sends parcels from a thread of its own, while the main thread stands still. It is never called:
 * its text is what the thread runs, so that no file has to be found, however this package was
 * bundled. Hence it uses nothing from outside of itself but Node's own modules.
 */
function sender(): void {
  const builtin = process.getBuiltinModule;
  const { parentPort, workerData } = builtin('node:worker_threads');
  const task = workerData as SenderTask;
  const cells = new Int32Array(task.cells);
  const url = new URL(task.url);
  const post = task.isGrpc ? byGrpc() : byHttp();

  parentPort!.on('message', ({ index, body, fd }: SenderParcel) => {
    const settle = (isAccepted: boolean): void => {
      if (Atomics.load(cells, index + 1) !== 0) return;
      Atomics.store(cells, index + 1, isAccepted ? 1 : 2);
      const settled = Atomics.add(cells, 0, 1) + 1;
      Atomics.notify(cells, 0);
      if (settled === cells.length - 1) process.exit();
    };
    const send = (): void => post(task.isGzip ? builtin('node:zlib').gzipSync(body) : body, settle);
    if (fd === undefined) send();
    else answerOn(fd, (isAccepted) => (isAccepted ? settle(true) : send()));
  });

  function byHttp() {
    const client = url.protocol === 'https:' ? builtin('node:https') : builtin('node:http');
    const agent = new client.Agent({
      keepAlive: true,
      maxSockets: task.concurrency,
      ...(task.tls as object),
    });
    const options: RequestOptions = { method: 'POST', agent, headers: task.headers };
    return (body: Uint8Array, settle: (isAccepted: boolean) => void): void => {
      const request = client.request(url, options, (response) => {
        const { statusCode = 0 } = response;
        response.resume();
        response.on('close', () => settle(statusCode >= 200 && statusCode < 300));
      });
      request.on('error', () => settle(false));
      request.end(body);
    };
  }

  /** One call without a stream, as the gRPC protocol over HTTP/2 describes it. */
  function byGrpc() {
    let session: ClientHttp2Session | undefined;
    return (body: Uint8Array, settle: (isAccepted: boolean) => void): void => {
      session ??= builtin('node:http2').connect(url.origin, task.tls as object);
      session.on('error', () => undefined);
      const call = session.request({
        ...Object.fromEntries(
          Object.entries(task.headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        ':method': 'POST',
        ':path': url.pathname,
        'content-type': 'application/grpc',
        te: 'trailers',
        ...(task.isGzip ? { 'grpc-encoding': 'gzip' } : {}),
      });
      let status: unknown;
      const read = (headers: Record<string, unknown>): void => {
        status = headers['grpc-status'] ?? status;
      };
      call.on('response', read);
      call.on('trailers', read);
      call.on('error', () => undefined);
      call.on('close', () => settle(status === '0'));
      call.resume();
      const prefix = Buffer.alloc(5);
      prefix.writeUInt8(task.isGzip ? 1 : 0, 0);
      prefix.writeUInt32BE(body.length, 1);
      call.end(Buffer.concat([prefix, body]));
    };
  }

  /** Whether the other end of a connection of the main thread answers its last request with 2xx. */
  function answerOn(fd: number, tell: (isAccepted: boolean) => void): void {
    let answer = '';
    let isTold = false;
    const end = (): void => {
      if (isTold) return;
      isTold = true;
      tell(/^HTTP\/1\.[01] 2\d\d/.test(answer));
    };
    try {
      const socket = new (builtin('node:net').Socket)({ fd, readable: true, writable: false });
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
        if (answer.length >= 12) end();
      });
      socket.on('error', end);
      socket.on('close', end);
    } catch {
      end();
    }
  }
}

/** Bundlers may name functions by a helper of this name, which the thread would not find. */
export const senderText = `const __name = (named) => named; (${sender.toString()})();`;
