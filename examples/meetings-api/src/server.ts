import { once } from 'node:events';
import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

const closeWithinMs = 5_000;

export interface RunningServer {
  readonly url: string;
  /** Lets running requests finish, for five seconds at most. */
  close(): Promise<void>;
}

/** Throws one line naming PORT when the port is taken or not allowed. */
export async function listen(
  app: RequestListener,
  port: number,
  host = '127.0.0.1',
): Promise<RunningServer> {
  const server = http.createServer(app).listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? `is taken on ${host}` : `cannot be used: ${message}`;
    throw new Error(`PORT=${port} ${reason}`);
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      const deadline = setTimeout(() => server.closeAllConnections(), closeWithinMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}
