import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import KeyvRedis from '@keyv/redis';
import { createCache } from '../src/index.ts';
import { cacheContract } from './contract.ts';

const url = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
const namespace = `spandrel-test-${randomUUID()}`;

/** Tests are declared synchronously, so the look at the port has to be synchronous too. */
function isRedisThere(): boolean {
  const { hostname, port } = new URL(url);
  const look = `
    const socket = require('node:net').connect(${Number(port) || 6379}, ${JSON.stringify(hostname)});
    socket.setTimeout(2000, () => process.exit(1));
    socket.on('error', () => process.exit(1));
    socket.on('connect', () => process.exit(0));`;
  return spawnSync(process.execPath, ['-e', look]).status === 0;
}

const open = () => new KeyvRedis(url, { namespace });

async function clean(): Promise<void> {
  const adapter = open();
  await adapter.clear();
  await adapter.disconnect();
}

if (isRedisThere()) {
  cacheContract('Redis', { open, isShared: true, clean });

  describe('a cache on Redis', () => {
    test('lets Redis end entries by itself', async () => {
      const adapter = open();
      const cache = createCache({ name: 'expiry', store: adapter, storeTimeoutMs: 5_000 });
      await cache.set('key', 1, { ttl: '1m' });
      const client = (await adapter.getClient()) as unknown as {
        pTTL: (key: string) => Promise<number>;
      };
      const leftMs = await client.pTTL(`${namespace}::expiry:e:key`);
      expect(leftMs).toBeGreaterThan(50_000);
      expect(leftMs).toBeLessThanOrEqual(60_000);
      await cache.delete('key');
      await cache.close();
      expect(adapter.client.isOpen).toBe(false);
    });
  });
} else if (process.env.CI === 'true') {
  test('a cache on Redis is tested in CI', () => {
    throw new Error(`nothing listens at ${url}, and CI=true makes Redis required`);
  });
} else {
  console.warn(`skipped: the cache on Redis, because nothing listens at ${url}`);
  describe.skip('a cache on Redis', () => {
    test('needs a Redis at REDIS_URL or 127.0.0.1:6379', () => undefined);
  });
}
