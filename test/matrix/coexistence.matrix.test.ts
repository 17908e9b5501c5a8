import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { register, runApp } from '../processes/run-app.ts';
import { startReceiver } from '../receiver/receiver.ts';
import type { Receiver } from '../receiver/receiver.ts';
import { installedPeer, versionIn } from './coexistence/peers.ts';

const apps = join(__dirname, 'coexistence/apps');

interface Row {
  readonly what: string;
  readonly peer: string;
  /** The package and the file that starts it. */
  readonly tool: readonly [string, string];
  readonly isFirst: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** Our lines on stderr, but for those that watch and end with a place. */
  readonly says: readonly RegExp[];
  /** Whether our receiver is told of the loop. */
  readonly isFound: boolean;
  /** Also on stderr. */
  readonly also?: readonly RegExp[];
}

const sentry = { peer: 'sentry', tool: ['@sentry/node', 'sentry.cjs'] } as const;
const datadog = { peer: 'dd-trace', tool: ['dd-trace', 'dd-trace.cjs'] } as const;
const newRelic = { peer: 'newrelic', tool: ['newrelic', 'newrelic.cjs'] } as const;
const vercel = { peer: 'vercel', tool: ['@vercel/otel', 'vercel.mjs'] } as const;
const withProvider = { WITH_PROVIDER: '1' };
const newRelicBridge = {
  NEW_RELIC_OPENTELEMETRY_ENABLED: 'true',
  NEW_RELIC_OPENTELEMETRY_TRACES_ENABLED: 'true',
};

const watching = /^watching shop, exporting to /;
const besides = (title: string): RegExp =>
  new RegExp(`^watching shop, .*; ${title} loaded before us$`);
const refused = (owner: string): RegExp =>
  new RegExp(`^${owner} registers an OpenTelemetry provider after us and is refused: `);
const closed =
  /^an OpenTelemetry provider is running already \(.*\) that takes no span processors: /;
const attached = /^an OpenTelemetry SDK is running already \(.*\); attached to it: /;

const rows: readonly Row[] = [
  { what: 'Sentry before us', ...sentry, isFirst: true, says: [besides('Sentry')], isFound: true },
  { what: 'Sentry after us', ...sentry, isFirst: false, says: [watching], isFound: true },
  {
    what: 'Sentry with its provider before us',
    ...sentry,
    isFirst: true,
    env: withProvider,
    says: [closed],
    isFound: false,
  },
  {
    what: 'Sentry with its provider after us',
    ...sentry,
    isFirst: false,
    env: withProvider,
    says: [watching, refused('@sentry/node')],
    isFound: true,
  },
  {
    what: 'Datadog before us',
    ...datadog,
    isFirst: true,
    says: [besides('Datadog')],
    isFound: true,
  },
  { what: 'Datadog after us', ...datadog, isFirst: false, says: [watching], isFound: true },
  {
    what: 'Datadog with its provider before us',
    ...datadog,
    isFirst: true,
    env: withProvider,
    says: [closed],
    isFound: false,
  },
  {
    what: 'Datadog with its provider after us',
    ...datadog,
    isFirst: false,
    env: withProvider,
    says: [watching, /^dd-trace has taken the place of our OpenTelemetry provider: /],
    isFound: false,
  },
  {
    what: 'New Relic before us',
    ...newRelic,
    isFirst: true,
    says: [besides('New Relic')],
    isFound: true,
  },
  { what: 'New Relic after us', ...newRelic, isFirst: false, says: [watching], isFound: true },
  {
    what: 'New Relic with its provider before us',
    ...newRelic,
    isFirst: true,
    env: newRelicBridge,
    // Its own spans, the requests among them, are none of OpenTelemetry's: there is no root to judge.
    says: [attached, /no_open_trace/],
    isFound: false,
  },
  {
    what: 'New Relic with its provider after us',
    ...newRelic,
    isFirst: false,
    env: newRelicBridge,
    says: [watching, refused('newrelic')],
    isFound: true,
  },
  {
    what: '@vercel/otel before us',
    ...vercel,
    isFirst: true,
    // Its own fetch makes the only root; the loop is below http, which it does not instrument.
    says: [attached],
    also: [/^@vercel\/otel exports http with .*spandrel\.endpoint/m],
    isFound: false,
  },
  {
    what: '@vercel/otel after us',
    ...vercel,
    isFirst: false,
    says: [watching, refused('@vercel/otel')],
    isFound: true,
  },
];

let receiver: Receiver;
const table: string[] = [];

beforeAll(async () => {
  receiver = await startReceiver();
  for (const { peer } of rows) installedPeer(peer);
}, 600_000);

afterAll(async () => {
  await receiver?.close();
  console.log(table.join('\n'));
});

test.each(rows)(
  '$what: named, nothing broken, spans where they can be',
  async (row) => {
    const { peer, tool, isFirst, env, says, also = [], isFound } = row;
    const folder = installedPeer(peer);
    const [name, file] = tool;
    const start = join(apps, file);
    const flags = isFirst ? ['--import', start, '--import', register] : ['--import', register];
    const service = 'shop';
    const from = receiver.spans.length;
    const { code, signal, stderr } = await runApp(
      join(apps, 'serve.cjs'),
      {
        PEER: folder,
        ...(isFirst ? {} : { FIRST: file }),
        ...(peer === 'vercel' ? {} : { STAYS: '1' }),
        OTEL_SERVICE_NAME: service,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        NODE_ENV: 'production',
        ...offline,
        ...env,
      },
      flags,
      { cwd: folder },
    ).ended;
    const spans = receiver.spans.slice(from);
    const root = spans.find(({ attributes }) => 'spandrel.found.n_plus_one_query' in attributes);
    const lines = stderr.split('\n').flatMap((line) => /^spandrel: (.*)$/.exec(line)?.[1] ?? []);
    table.push(
      `${row.what} (${name} ${versionIn(folder, name)}): ${spans.length} spans arrived, ${root === undefined ? 'loop not found' : 'loop found'}\n    ${lines.join('\n    ')}`,
    );
    expect({ code, signal }).toEqual(
      peer === 'vercel' ? { code: 0, signal: null } : { code: null, signal: 'SIGTERM' },
    );
    expect(lines).toEqual(says.map((line) => expect.stringMatching(line)));
    for (const line of also) expect(stderr).toMatch(line);
    expect(root !== undefined).toBe(isFound);
  },
  60_000,
);

/** No accounts: what they would send goes to a port where nobody listens. */
const offline = {
  DD_TRACE_AGENT_URL: 'http://127.0.0.1:9',
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  NEW_RELIC_APP_NAME: 'shop',
  NEW_RELIC_LICENSE_KEY: '0'.repeat(40),
  NEW_RELIC_HOST: '127.0.0.1',
  NEW_RELIC_PORT: '9',
  NEW_RELIC_LOG_ENABLED: 'false',
};
