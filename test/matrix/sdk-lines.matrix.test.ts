import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { register, runApp } from '../processes/run-app.ts';
import { installedPeer, placeOurs, versionIn } from './coexistence/peers.ts';

const apps = join(__dirname, 'sdk-lines');
const tsc = join(__dirname, '../../node_modules/typescript/bin/tsc');
const typeRoots = join(__dirname, '../../node_modules/@types');

/** The oldest and the newest release of each line; 2.0 does not tell that a span is ending. */
const lines = [
  { peer: 'sdk-2.0', trace: '@opentelemetry/sdk-trace-base', isToldOfEndings: false },
  { peer: 'sdk-2', trace: '@opentelemetry/sdk-trace-base', isToldOfEndings: true },
  { peer: 'sdk-3.0', trace: '@opentelemetry/sdk-trace', isToldOfEndings: true },
  { peer: 'sdk-3', trace: '@opentelemetry/sdk-trace', isToldOfEndings: true },
];
const table: string[] = [];

beforeAll(() => {
  for (const { peer } of lines) placeOurs(installedPeer(peer), ['engine', 'processor']);
}, 600_000);

afterAll(() => console.log(table.join('\n')));

const shop = { service: 'shop', endpoint: 'GET /users/:id', severity: 'warning' };
const found = {
  findings: [
    {
      ...shop,
      rule: 'n-plus-one-query',
      repeats: 6,
      site: 'query',
      shape: 'select name from users where id = ?',
    },
    {
      ...shop,
      rule: 'duplicate-query',
      repeats: 3,
      site: null,
      shape: 'select value from settings where name = ?',
    },
  ],
  names: ['GET /users/:id', ...Array.from({ length: 10 }, () => 'SELECT')],
  events: ['spandrel.finding', 'spandrel.finding'],
  texts: [
    'SELECT ?',
    'SELECT name FROM users WHERE id = ?',
    'SELECT value FROM settings WHERE name = ?',
    null,
  ],
  root: {
    'http.request.method': 'GET',
    'http.route': '/users/:id',
    'url.path': '/users/:param',
    'spandrel.endpoint': 'GET /users/:id',
    'spandrel.db.query_count': 9,
    'spandrel.finding.count': 2,
    'spandrel.severity': 'warning',
    'spandrel.found.n_plus_one_query': true,
    'spandrel.found.duplicate_query': true,
  },
  hasCommandLine: false,
  dropped: {},
};

describe.each(lines)('the processor alone in $peer', ({ peer, trace, isToldOfEndings }) => {
  test.each(['app.cjs', 'app.mjs'])(
    'finds the same (%s)',
    async (app) => {
      const folder = installedPeer(peer);
      const { code, stdout, stderr } = await runApp(
        join(apps, app),
        { PEER: folder, ...quiet },
        [],
        {
          cwd: folder,
        },
      ).ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const told = JSON.parse(stdout) as typeof found;
      table.push(
        `${trace} ${versionIn(folder, trace)}, ${app.endsWith('cjs') ? 'CommonJS' : 'ES module'}: ${told.findings.map(({ rule }) => rule).join(', ')}`,
      );
      expect(told).toEqual(found);
    },
    60_000,
  );

  test('is attached to it by the preload', async () => {
    const folder = installedPeer(peer);
    const flags = ['--require', join(apps, 'sdk-first.cjs'), '--require', register];
    const { code, stdout, stderr } = await runApp(
      join(apps, 'attached.cjs'),
      { PEER: folder, NODE_ENV: 'production', ...quiet },
      flags,
      { cwd: folder },
    ).ended;
    expect(stderr).toMatch(
      /^spandrel: an OpenTelemetry SDK .*; service theirs\); attached to it: .*\n$/,
    );
    expect({ code, told: JSON.parse(stdout) }).toEqual({
      code: 0,
      told: { spans: 7, found: ['job'] },
    });
  }, 60_000);

  test('fits the types of its spanProcessors and exporters', () => {
    const folder = installedPeer(peer);
    const file = join(folder, 'types.mts');
    writeFileSync(file, typed(trace));
    const flags =
      '--ignoreConfig --noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2023';
    const types = ['--skipLibCheck', '--typeRoots', typeRoots, '--types', 'node'];
    const args = [tsc, ...flags.split(' '), ...types, file];
    try {
      execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      throw new Error((error as { stdout: string }).stdout, { cause: error });
    } finally {
      rmSync(file);
    }
  }, 120_000);

  test(`${isToldOfEndings ? 'is' : 'is not'} told that a span is ending`, () => {
    const require = (name: string): unknown =>
      JSON.parse(
        execFileSync(process.execPath, ['-e', askForOnEnding, name], {
          cwd: installedPeer(peer),
          encoding: 'utf8',
        }),
      );
    expect(require(trace)).toBe(isToldOfEndings);
  });
});

/** Only spans, and those go to an exporter of the application. */
const quiet = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

/** Compiled, not run: our processor is a SpanProcessor of this line, and takes its exporters. */
const typed = (trace: string): string => `
  import { NodeSDK } from '@opentelemetry/sdk-node';
  import { ConsoleSpanExporter, type SpanProcessor } from '${trace}';
  import { SpandrelProcessor } from '@spandrel/processor';

  const exporter = new ConsoleSpanExporter();
  const processor: SpanProcessor = new SpandrelProcessor({ exporter });
  export const sdk = new NodeSDK({ spanProcessors: [processor, new SpandrelProcessor()] });
`;

const askForOnEnding = `
  const sdk = require(process.argv[1]);
  const Provider = sdk.BasicTracerProvider ?? sdk.TracerProvider;
  let isTold = false;
  const quiet = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} };
  const spanProcessors = [{ ...quiet, onEnding: () => (isTold = true) }];
  new Provider({ spanProcessors }).getTracer('a').startSpan('b').end();
  console.log(isTold);
`;
