import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startReceiver } from '../../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../../test/receiver/receiver.ts';
import { runApp } from '../../../../test/processes/run-app.ts';

const app = join(__dirname, '../apps/environment.cjs');

let receiver: Receiver;
let folder: string;
/** Between the application and the receiver: what was asked for, with which headers. */
let door: Server;
let requests: { readonly url: string; readonly headers: IncomingHttpHeaders }[];

beforeEach(async () => {
  receiver = await startReceiver();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'spandrel-handed-')));
  requests = [];
  door = createServer((request, response) => {
    const { url = '', headers } = request;
    requests.push({ url, headers });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = fetch(receiver.url + url, { method: 'POST', body: Buffer.concat(chunks) });
      void sent.then(() => response.end());
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  door.closeAllConnections();
  door.close();
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

const address = (): string => `http://127.0.0.1:${(door.address() as AddressInfo).port}`;

async function run(config: object, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, 'spandrel.config.json'), JSON.stringify(config));
  const { code, stdout, stderr } = await runApp(app, env, undefined, { cwd: folder }).ended;
  expect(code).toBe(0);
  return { stderr, found: JSON.parse(stdout) as Record<string, string> };
}

describe('service, address and headers of a configuration file', () => {
  test('reach traces and metrics, and are not in the environment of the application', async () => {
    const headers = { 'x-key': 'hush, =%1' };
    const { found, stderr } = await run({ serviceName: 'shop', endpoint: address(), headers });
    expect(found).toEqual({});
    expect(receiver.spans.map(({ service, name }) => [service, name])).toEqual([['shop', 'job']]);
    expect(receiver.points.length).toBeGreaterThan(0);
    expect(new Set(requests.map(({ url }) => url))).toEqual(new Set(['/v1/traces', '/v1/metrics']));
    for (const request of requests) expect(request.headers['x-key']).toBe('hush, =%1');
    expect(stderr).toContain(`watching shop, exporting to ${address()}`);
    expect(stderr).not.toContain('hush');
  });

  test('give way to the environment', async () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: address(),
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=named',
    };
    const config = { serviceName: 'shop', endpoint: 'http://127.0.0.1:9' };
    const { found } = await run(config, env);
    expect(found).toEqual(env);
    expect(receiver.spans.map(({ service }) => service)).toEqual(['named']);
  });

  test.each([
    [{ headers: { 'x key': 'hush' } }, 'headers must be an object of names of headers'],
    [{ headers: { key: 'hush\nhush' } }, 'headers must be an object of names of headers'],
    [{ headers: 'key=hush' }, 'headers must be an object of names of headers'],
    [{ endpoint: 'ftp://user:hush@x' }, 'endpoint must be an http:// or https:// address'],
    [{ endpoint: 'collector:4317' }, 'endpoint must be an http:// or https:// address without'],
    [{ protocol: 'http' }, 'protocol must be http/protobuf, http/json or grpc'],
  ])('are refused when they are wrong: %j', async (config, sentence) => {
    const { stderr } = await run(config);
    expect(stderr).toContain(`not started: spandrel.config.json: ${sentence}`);
    expect(stderr).not.toContain('hush');
  });
});

test('bad values in the environment are ignored, and stay there for others', async () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: address(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'nowhere',
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_SPAN_EVENT_COUNT_LIMIT: '-1',
  };
  const { found, stderr } = await run({}, env);
  expect(found).toEqual(env);
  expect(receiver.spans).toHaveLength(1);
  for (const name of Object.keys(env).slice(1)) expect(stderr).toContain(`spandrel: ${name} must`);
});

test('OTEL_TRACES_EXPORTER may name several', async () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: address(), OTEL_TRACES_EXPORTER: 'console,otlp' };
  writeFileSync(join(folder, 'spandrel.config.json'), '{}');
  const { stdout, stderr } = await runApp(app, env, undefined, { cwd: folder }).ended;
  expect(stderr).toContain(`exporting to the console and ${address()}`);
  expect(stdout).toContain("name: 'job'");
  expect(receiver.spans).toHaveLength(1);
});
