import { describe, expect, test } from '@jest/globals';
import { readStatement } from '@spandrel/engine';
import type { QueryShape } from '@spandrel/engine';
import { CallNotes, CallSites } from '../src/call-sites.ts';
import type { EndedSpan, LiveSpan } from '../src/index.ts';
import { aRequest, aRig, pgScope } from './build.ts';

const shapes = new Map<string, QueryShape>();
let lastId = 0;

function shapeOf(text: string): QueryShape {
  const known = shapes.get(text) ?? readStatement(text, 'postgresql').shape;
  shapes.set(text, known);
  return known;
}

/** Spans in the order in which instrumentation-pg makes them. */
class Driver {
  readonly sites = new CallSites(process.cwd());
  readonly notes = new CallNotes();

  acquire(): LiveSpan {
    const span = aSpan('pg-pool.connect');
    this.sites.onStart(span, this.notes);
    return span;
  }

  acquired(span: EndedSpan): void {
    this.sites.onAcquireEnd(span, this.notes);
  }

  start(name = 'pg.query:SELECT shop'): LiveSpan {
    const span = aSpan(name);
    this.sites.onStart(span, this.notes);
    return span;
  }

  end(span: EndedSpan, text = 'SELECT * FROM notes WHERE id = $1'): void {
    this.sites.onEnd(span, shapeOf(text), this.notes);
  }

  /** `pool.query`: acquire, acquired and start in one turn, then the end. */
  poolQuery(text?: string): LiveSpan {
    const acquire = this.acquire();
    this.acquired(acquire);
    const query = this.start();
    this.end(query, text);
    return query;
  }

  /** `client.query`. */
  query(text?: string): LiveSpan {
    const query = this.start();
    this.end(query, text);
    return query;
  }

  siteOf(span: EndedSpan): unknown {
    return this.sites.read(span, this.notes)?.callSite.function;
  }

  get stacks(): number {
    return this.notes.captures.size;
  }
}

function aSpan(name: string): LiveSpan {
  const spanId = String(++lastId).padStart(16, '0');
  return {
    name,
    kind: 2,
    attributes: {},
    instrumentationScope: { name: pgScope },
    spanContext: () => ({ spanId }),
  } as never;
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('no stack is taken', () => {
  test('for a healthy request: different queries, one after another', () => {
    const driver = new Driver();
    for (let i = 0; i < 40; i++) driver.poolQuery(`SELECT * FROM t${i}`);
    expect(driver.stacks).toBe(0);
  });

  test('for transactions on one client, though their BEGIN and COMMIT are no queries', () => {
    const driver = new Driver();
    for (let i = 0; i < 20; i++) {
      const acquire = driver.acquire();
      driver.acquired(acquire);
      driver.start();
      driver.query('BEGIN');
      driver.query(`UPDATE t${i} SET a = $1`);
      driver.query('COMMIT');
    }
    expect(driver.stacks).toBeLessThan(10);
  });

  test('for a shape that runs twice', () => {
    const driver = new Driver();
    for (let i = 0; i < 2; i++) for (let t = 0; t < 10; t++) driver.query(`SELECT * FROM t${t}`);
    expect(driver.stacks).toBe(0);
  });

  test('for spans that are no calls to a database', () => {
    const driver = new Driver();
    for (let i = 0; i < 20; i++) driver.start('GET');
    expect(driver.stacks).toBe(0);
  });
});

describe('few stacks are taken', () => {
  test('for a loop', () => {
    const driver = new Driver();
    for (let i = 0; i < 20; i++) driver.poolQuery();
    expect(driver.stacks).toBe(3);
  });

  test('for a burst that starts before any has ended', () => {
    const driver = new Driver();
    const acquires = Array.from({ length: 50 }, () => driver.acquire());
    for (const acquire of acquires) {
      driver.acquired(acquire);
      driver.end(driver.start());
    }
    expect(driver.stacks).toBeGreaterThanOrEqual(4);
    expect(driver.stacks).toBeLessThanOrEqual(12);
  });

  test('for the longest loop', () => {
    const driver = new Driver();
    for (let i = 0; i < 5000; i++) driver.poolQuery(`SELECT * FROM t${i % 50} WHERE id = $1`);
    expect(driver.stacks).toBe(32);
  });

  test('for two loops that alternate, at least one each', () => {
    const driver = new Driver();
    const spans = Array.from({ length: 20 }, (_, i) => {
      const text = `SELECT * FROM ${i % 2 === 0 ? 'a' : 'b'} WHERE id = $1`;
      return [text, driver.poolQuery(text)] as const;
    });
    const found = spans.filter(([, span]) => driver.notes.captures.has(span.spanContext().spanId));
    expect(new Set(found.map(([text]) => text)).size).toBe(2);
    expect(driver.stacks).toBeLessThanOrEqual(10);
  });
});

describe('the stack of an acquire', () => {
  /** As pg-pool does it: a later turn ends the acquire and starts the query. */
  function handOver(driver: Driver, acquire: LiveSpan): LiveSpan {
    driver.acquired(acquire);
    return driver.start();
  }

  function aWantingDriver(): Driver {
    const driver = new Driver();
    for (let i = 0; i < 3; i++) driver.query();
    expect(driver.notes.isWanted).toBe(true);
    return driver;
  }

  test('is not given to a query the application itself started in the same turn', () => {
    const driver = aWantingDriver();
    const acquire = driver.acquire();
    const query = handOver(driver, acquire);
    driver.end(query);
    // No frame of pg-pool lies under this start, so the query names its own line.
    expect(driver.siteOf(query)).toBe('start');
  });

  test('is forgotten when the turn is over', async () => {
    const driver = aWantingDriver();
    driver.acquired(driver.acquire());
    await nextTurn();
    const query = driver.start();
    driver.end(query);
    expect(driver.siteOf(query)).toBe('start');
    expect(driver.notes.acquiring.size).toBe(0);
  });

  test('that was not taken keeps its query from taking one, whose frames are another’s', () => {
    const driver = new Driver();
    const acquire = driver.acquire();
    for (let i = 0; i < 3; i++) driver.query();
    expect(driver.notes.isWanted).toBe(true);
    driver.acquired(acquire);
    driver.start();
    expect(driver.stacks).toBe(0);
  });

  test('of another trace is not handed over either', () => {
    const driver = aWantingDriver();
    driver.sites.onAcquireEnd(aSpan('pg-pool.connect'), undefined);
    driver.start();
    expect(driver.stacks).toBe(0);
  });
});

describe('in the processor', () => {
  const byUser = 'SELECT * FROM notes WHERE user_id = $1';

  test('a site is written only on queries that come often enough to be evidence', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/a');
    const queries = request.queries(2, byUser);
    request.end();
    const written = queries.filter(
      (span) => 'code.file.path' in (span as never as EndedSpan).attributes,
    );
    expect(written).toEqual([]);
    const loop = aRequest(rig, '/a');
    loop.queries(5, byUser);
    loop.end();
    expect(rig.findings[0]?.finding.callSite).toMatchObject({
      file: 'packages/processor/test/build.ts',
    });
    expect(rig.findings[0]?.finding.callers.map((caller) => caller.function)).toContain('query');
  });

  test('a slow query without a site is looked for the next time', () => {
    const rig = aRig();
    for (let i = 0; i < 2; i++) {
      const request = aRequest(rig, '/a');
      request.query('SELECT * FROM big WHERE a = $1', { tookMs: 300 });
      request.end();
    }
    expect(rig.findings.map(({ finding }) => finding.callSite?.file ?? null)).toEqual([
      null,
      'packages/processor/test/build.ts',
    ]);
  });

  test('no stack is taken when call sites are switched off', () => {
    const rig = aRig({ callSites: false });
    const request = aRequest(rig, '/a');
    request.queries(8, byUser);
    request.end();
    expect(rig.findings[0]?.finding.callSite).toBeNull();
  });

  test('one root of a trace does not take the stacks of another', async () => {
    const { aRemoteRequest } = await import('./build.ts');
    const rig = aRig();
    const outer = aRequest(rig, '/outer');
    outer.queries(6, byUser);
    const call = outer.child('GET', { kind: 2 });
    const inner = aRemoteRequest(rig, '/inner', call.span);
    inner.end();
    call.end();
    outer.end();
    expect(rig.findings[0]?.finding.callSite?.file).toBe('packages/processor/test/build.ts');
  });
});
