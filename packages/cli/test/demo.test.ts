import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Report } from '@spandrel/engine';
import { pairs } from '../../../examples/meetings-api/src/demo.ts';
import { expectedFindings } from '../../../examples/meetings-api/src/expected-findings.ts';
import { byCount, findingsIn, sorted } from './demo/findings-in.ts';
import { RunningDemo } from './demo/run-demo.ts';

// Real processes, a real database and real requests, on however slow a machine.
jest.setTimeout(120_000);

let demo: RunningDemo;

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningDemo {
  demo = new RunningDemo(args, env);
  return demo;
}

afterEach(() => demo.end());

// Finds the process by its command line in /proc.
const onLinux = process.platform === 'linux' ? test : test.skip;

describe('demo --json', () => {
  test('finds every problem, in its file and function, with its count, and nothing else', async () => {
    start(['--json', '--seconds', '6']);
    expect(await demo.exit()).toBe(0);
    const report = JSON.parse(demo.stdout) as Report;
    const found = findingsIn(report);
    expect(sorted(byCount(found))).toEqual(sorted(byCount(expectedFindings)));
    expect(sorted(found)).toEqual(expect.arrayContaining(sorted(expectedFindings)));
    expect(demo.stderr).toBe('');

    // Every route was called, no error but the directory's, and nothing was lost on the way.
    const endpoints = report.services.flatMap(({ endpoints: rows }) => rows);
    expect(endpoints.length).toBeGreaterThan(2 * pairs.length);
    const failing = endpoints.filter(({ errors }) => errors > 0).map(({ endpoint }) => endpoint);
    expect(failing.sort()).toEqual(['GET /people/:id/presence', 'GET /presence']);
    expect(report.services.map(({ service }) => service).sort()).toEqual([
      'directory',
      'meetings-api',
    ]);
    expect(report.version).toBe(1);
    expect(report.exported.spans).toBeGreaterThan(1000);
    expect(report.exported.batches).toBeGreaterThan(0);
    expect(report.dropped).toEqual({ spans: 0, traces: 0, reasons: {} });

    // The repaired routes: the last segment tells them.
    const repairs = pairs.map(({ repaired }) => lastSegment(repaired.paths[0]));
    expect(
      byCount(found).filter(({ endpoint }) => repairs.includes(lastSegment(endpoint))),
    ).toEqual([]);
    expect(demo.left()).toEqual([]);
  });
});

describe('demo', () => {
  test('prints tables, problems and next steps, sends everything on, and counts junk', async () => {
    const got = new Map<string, number>();
    const backend = createServer((request, response) => {
      got.set(request.url!, (got.get(request.url!) ?? 0) + 1);
      request.resume().on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    await once(backend, 'listening');
    const endpoint = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const port = await aFreePort();
    try {
      start(['--seconds', '3', '--port', String(port)], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
      await demo.says('problems …');
      const headers = { 'content-type': 'application/x-protobuf' };
      const body = 'this is no OTLP';
      const url = `http://127.0.0.1:${port}/v1/traces`;
      const answer = await fetch(url, { method: 'POST', headers, body });
      expect(answer.status).toBe(400);

      expect(await demo.exit()).toBe(0);
      for (const { endpoint: found, file, function: name } of byCount(expectedFindings)) {
        expect(demo.stdout).toContain(found);
        if (file !== null) expect(demo.stdout).toMatch(new RegExp(`${file}:\\d+ in ${name}`));
      }
      expect(demo.stdout).toMatch(/GET \/teams\/:id\/agenda .* N\+1\n/);
      expect(demo.stdout).toContain('What to try next');
      expect(demo.stdout).toContain('malformed_request 1');
      expect(demo.stdout).not.toContain('\u001b');
      for (const phase of ['problems', 'repaired', 'mixed']) {
        expect(demo.stderr).toMatch(new RegExp(`^${phase} +\\d+ requests +[\\d.]+ s$`, 'm'));
      }
      expect(demo.stderr).toMatch(/^the receiver refused a request: 15 bytes for \/v1\/traces/m);
      expect([...got.keys()].sort()).toEqual(['/v1/metrics', '/v1/traces']);
      const batches = Number(/spans in (\d+) batches/.exec(demo.stdout)![1]);
      expect(got.get('/v1/traces')).toBe(batches);
      expect(demo.left()).toEqual([]);
    } finally {
      backend.closeAllConnections();
      backend.close();
    }
  });

  test('--keep leaves everything running and prints the addresses, until Ctrl-C', async () => {
    start(['--seconds', '1', '--keep']);
    await demo.says('meetings-api  http');
    const [, url] = /meetings-api +(http:\/\/127\.0\.0\.1:\d+)$/m.exec(demo.stderr)!;
    expect(demo.stdout).toContain('N+1 query in');
    expect(demo.stderr).toMatch(/^ +receiver +http:\/\/127\.0\.0\.1:\d+$/m);
    expect(demo.stderr).toMatch(/^ +database +postgres:\/\//m);
    expect((await fetch(`${url}/rooms`)).status).toBe(401); // alive, and asks for the token
    demo.process.kill('SIGINT');
    expect(await demo.exit()).toBe(130);
    expect(demo.left()).toEqual([]);
  });

  test('goes on when nobody listens at OTEL_EXPORTER_OTLP_ENDPOINT, and counts it', async () => {
    const endpoint = `http://127.0.0.1:${await aFreePort()}`;
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
    start(['--json', '--seconds', '1'], env);
    expect(await demo.exit()).toBe(0);
    const { dropped } = JSON.parse(demo.stdout) as Report;
    expect(dropped.spans).toBe(0);
    expect(dropped.reasons['forward_failed']).toBeGreaterThan(0);
    expect(demo.stderr).toMatch(
      new RegExp(`^could not send on to ${endpoint}/v1/\\w+: ECONNREFUSED\n$`),
    );
    expect(demo.left()).toEqual([]);
  });

  onLinux(
    'a service that dies in mid-run is told, and what was seen is still reported',
    async () => {
      start(['--seconds', '60']);
      await demo.says('problems …');
      const [service] = demo.left().filter((command) => command.includes('src/service.ts'));
      process.kill(Number.parseInt(service!, 10), 'SIGKILL');
      expect(await demo.exit()).toBe(1);
      expect(demo.stderr).toMatch(/^spandrel demo: meetings-api ended in mid-run \(SIGKILL.*\)$/m);
      expect(demo.stdout).toContain('What to try next');
      expect(demo.left()).toEqual([]);
    },
  );
});

describe('what cannot work is one line with the setting and the value', () => {
  test('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    start(['--port', String(port)]);
    expect(await demo.exit()).toBe(1);
    expect(demo.stderr).toBe(
      `spandrel demo: --port ${port} is taken on 127.0.0.1: choose another, or 0 for a free one\n`,
    );
    expect(demo.left()).toEqual([]);
    other.close();
  });

  test('a DATABASE_URL where no database is', async () => {
    const port = await aFreePort();
    const env = { DATABASE_URL: `postgres://nobody:secret@127.0.0.1:${port}/none` };
    start(['--json'], env);
    expect(await demo.exit()).toBe(1);
    expect(demo.stderr.trim().split('\n')).toHaveLength(1);
    expect(demo.stderr).toMatch(/^spandrel demo: meetings-api: .*DATABASE_URL.*/);
    expect(demo.stderr).toContain(String(port));
    expect(demo.stderr).not.toContain('secret');
    expect(demo.stdout).toBe('');
    expect(demo.left()).toEqual([]);
  });

  test.each([
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      [],
      /OTEL_EXPORTER_OTLP_ENDPOINT .* collector:4318/,
    ],
    [{}, ['--seconds', 'soon'], /--seconds .* soon/],
    [{}, ['--second'], /--second /],
  ])('%j %j', async (env, args, line) => {
    start(args, env);
    expect(await demo.exit()).toBe(2);
    expect(demo.stderr).toMatch(line);
    expect(demo.stderr.trim().split('\n')).toHaveLength(1);
    expect(demo.left()).toEqual([]);
  });
});

describe('leaves no process behind', () => {
  test.each([
    ['SIGINT', 'starting the database', 130],
    ['SIGINT', 'starting meetings-api', 130],
    ['SIGINT', 'problems …', 130],
    ['SIGTERM', 'repaired …', 143],
    ['SIGINT', /mixed +\d+ requests/, 130],
  ] as const)('on %s at %s', async (signal, moment, code) => {
    start(['--seconds', '2']);
    await demo.says(moment);
    demo.process.kill(signal);
    expect(await demo.exit()).toBe(code);
    expect(demo.stdout).toBe('');
    expect(demo.left()).toEqual([]);
  });

  test('when it is killed itself', async () => {
    start([]);
    await demo.says('repaired …');
    demo.process.kill('SIGKILL');
    expect(await demo.exit()).toBe('SIGKILL');
    expect(await demo.leftAfterAWhile()).toEqual([]);
  });
});

function lastSegment(path: string): string {
  return path.split('?')[0]!.split('/').at(-1)!;
}

async function aFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
