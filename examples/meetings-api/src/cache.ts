import KeyvRedis, { createClient } from '@keyv/redis';
import { type Cache, createCache } from '@spandrel/cache';
import { withoutPassword } from './settings.ts';

/** In this process, or in the Redis at `redisUrl`. Throws one line when that cannot be reached. */
export async function openCache(redisUrl: string | undefined): Promise<Cache> {
  if (redisUrl === undefined) return createCache({ name: 'meetings' });

  let everConnected = false;
  const client = createClient({
    url: redisUrl,
    disableOfflineQueue: true, // lost later: reads are misses at once, not when it is back
    socket: {
      connectTimeout: 2_000,
      reconnectStrategy: (tries) => everConnected && Math.min(100 * tries, 2_000),
    },
  });
  client.on('error', () => {}); // reported by the call that fails
  await client.connect().catch((error: Error & { code?: string }) => {
    const reason = error.message || error.code;
    throw new Error(`REDIS_URL=${withoutPassword(redisUrl)} cannot be used: ${reason}`);
  });
  everConnected = true;
  return createCache({ name: 'meetings', store: new KeyvRedis(client) });
}
