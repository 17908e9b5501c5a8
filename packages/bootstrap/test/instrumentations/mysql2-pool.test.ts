import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { trace, TraceFlags } from '@opentelemetry/api';
import type { Context } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { patchMysqlPool } from '../../src/instrumentations/mysql2-pool.ts';

const manager = new AsyncLocalStorageContextManager().enable();
beforeAll(() => {
  context.setGlobalContextManager(manager);
});
afterAll(() => context.disable());

type Callback = (error: unknown, connection: string) => void;

/** A pool with one connection, handed on in the turn of whoever gives it back, as mysql2's is. */
function aPoolClass() {
  class Pool {
    readonly waiting: Callback[] = [];
    getConnection(callback: Callback): void {
      this.waiting.push(callback);
    }
    query(_sql: string, done: Callback): string {
      this.getConnection((error, connection) => done(error, connection));
      return 'the command';
    }
    execute(_sql: string, done: Callback): void {
      this.getConnection((error, connection) => done(error, connection));
    }
    release(): void {
      this.waiting.shift()?.(null, 'connection');
    }
  }
  return patchMysqlPool(Pool as never) as unknown as typeof Pool;
}

const key = createContextKey('request');

function aRequest(name: string): Context {
  const spanContext = {
    traceId: name.padEnd(32, '0'),
    spanId: name.padEnd(16, '0'),
    traceFlags: TraceFlags.SAMPLED,
  };
  return trace.setSpanContext(ROOT_CONTEXT.setValue(key, name), spanContext);
}

test('a query goes on in the request that asked for it, whoever released the connection', () => {
  const pool = new (aPoolClass())();
  const seen: unknown[] = [];
  const note = (): void => void seen.push(context.active().getValue(key));
  context.with(aRequest('a'), () => pool.query('SELECT 1', note));
  context.with(aRequest('b'), () => pool.execute('SELECT 2', note));
  context.with(aRequest('c'), () => pool.getConnection(note));
  context.with(aRequest('d'), () => {
    pool.release();
    pool.release();
    pool.release();
  });
  expect(seen).toEqual(['a', 'b', 'c']);
});

test('what the pool is given and gives back stays as it was', () => {
  const pool = new (aPoolClass())();
  const given: unknown[] = [];
  const returned = context.with(aRequest('a'), () =>
    pool.query('SELECT 1', (...args) => given.push(...args)),
  );
  pool.release();
  expect(returned).toBe('the command');
  expect(given).toEqual([null, 'connection']);
  expect(() => pool.getConnection(undefined as never)).not.toThrow();
});

test('a pool is patched once', () => {
  const Pool = aPoolClass();
  const { query } = Pool.prototype;
  patchMysqlPool(Pool as never);
  expect(Pool.prototype.query).toBe(query);
});
