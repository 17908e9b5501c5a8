import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startReceiver } from '../../../test/receiver/receiver.ts';
import type { Receiver } from '../../../test/receiver/receiver.ts';
import { join } from 'node:path';
import { register, runApp as run } from '../../../test/processes/run-app.ts';

const apps = join(__dirname, 'apps');
const runApp = (app: string, env: NodeJS.ProcessEnv, flags?: string[]) =>
  run(join(apps, app), env, flags);

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

function env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    OTEL_SERVICE_NAME: 'small-app',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    NODE_ENV: 'production',
    ...more,
  };
}

async function requested(flags?: string[], more?: NodeJS.ProcessEnv) {
  const app = runApp('server.mjs', env(more), flags);
  const { url } = await app.message();
  expect(await (await fetch(`${String(url)}/hello/7`)).text()).toBe('hello');
  return app;
}

describe('the preload', () => {
  test.each([['--require'], ['--import']])('works with %s on an ES module', async (flag) => {
    const app = await requested([flag, register]);
    app.child.send('end');
    expect(await app.ended).toMatchObject({ code: 0, signal: null });
    const span = receiver.spans.find(({ kind }) => kind === 2);
    expect(span).toMatchObject({
      service: 'small-app',
      parentSpanId: null,
      attributes: { 'spandrel.endpoint': 'GET /hello/:param' },
    });
  });

  test('says one line at the start in production, and nothing on stdout', async () => {
    const app = await requested();
    app.child.send('end');
    const { stdout, stderr } = await app.ended;
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^spandrel: watching small-app, exporting to (\S+); instruments http,.*\n$/,
    );
    expect(stderr).toContain(`exporting to ${receiver.url};`);
  });

  test('says nothing at the start when it is to be quiet, and works', async () => {
    const { code, stderr } = await runApp('script.cjs', env({ SPANDREL_QUIET: 'true' })).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(receiver.spans.map(({ name }) => name)).toEqual(['job']);
  });

  test('leaves an application alone on a Node.js release that cannot carry it', async () => {
    const flags = ['--require', `${apps}/old-node.cjs`, '--require', register];
    const { code, stdout, stderr } = await runApp('script.cjs', env({ EXIT_CODE: '3' }), flags)
      .ended;
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'working\n' });
    expect(stderr).toMatch(/^spandrel: Node\.js 18\.19\.0 is too old .*\n$/);
    expect(receiver.bodies).toHaveLength(0);
  });

  test.each([
    ['SPANDREL_MIN_REPEATS', 'many', 'a whole number of at least 2, got "many"'],
    ['SPANDREL_SLOW_QUERY_MS', '-5', 'a number above 0 and at most 2147483647, got "-5"'],
  ])('names %s when its value is %s, and the application runs', async (name, value, rule) => {
    const { code, stdout, stderr } = await runApp('script.cjs', env({ [name]: value })).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'working\n' });
    expect(stderr).toBe(
      `spandrel: not started: ${name} must be ${rule}; the application runs without it\n`,
    );
    expect(receiver.spans).toHaveLength(0);
  });

  test('warns of bad OTEL_ values and of an unknown SPANDREL_ name, and starts', async () => {
    const bad = {
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
      OTEL_TRACES_EXPORTER: 'carrier-pigeon',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'ftp://127.0.0.1',
      OTEL_TRACES_SAMPLER: 'sometimes',
      SPANDREL_MIN_REPEAT: '7',
    };
    const { stderr } = await runApp('script.cjs', env(bad)).ended;
    expect(stderr).toContain(
      'OTEL_BSP_SCHEDULE_DELAY must be a number above 0 and at most 2147483647, got "soon"',
    );
    expect(stderr).toContain('got "carrier-pigeon"; using the default');
    expect(stderr).toContain('got "ftp://127.0.0.1"; using the default');
    expect(stderr).toContain('got "sometimes"; using the default');
    expect(stderr).toContain('ignored: SPANDREL_MIN_REPEAT is not a setting');
    expect(receiver.spans.map(({ name }) => name)).toEqual(['job']);
  });

  test.each([
    ['SPANDREL_ENABLED', 'false'],
    ['OTEL_SDK_DISABLED', 'true'],
  ])('starts nothing with %s=%s', async (name, value) => {
    const { code, stderr } = await runApp('script.cjs', env({ [name]: value })).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(receiver.bodies).toHaveLength(0);
  });
});

describe('the address of the collector', () => {
  test('is printed without credentials and query', async () => {
    const url = receiver.url.replace('://', '://user:hush@');
    const app = runApp('script.cjs', env({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}?key=hush` }));
    const { stderr } = await app.ended;
    expect(stderr).toContain('exporting to http://127.0.0.1:');
    expect(stderr).not.toContain('hush');
  });
});

describe('endings', () => {
  test.each([
    [
      'sole',
      'a library that ends the process as the sole listener',
      null,
      'SIGTERM',
      'cleaned up\n',
    ],
    ['once', 'a listener that is gone once it is called', 0, null, 'graceful end\n'],
  ])('SIGTERM and %s: %s', async (way, _what, code, signal, stdout) => {
    const app = runApp('signals.cjs', env({ WAY: way }));
    await app.message();
    app.child.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code, signal, stdout });
  });

  test('a script that ends by itself has sent its span and keeps its exit code', async () => {
    const { code } = await runApp('script.cjs', env({ EXIT_CODE: '5' })).ended;
    expect(code).toBe(5);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['job']);
    expect(receiver.points.length).toBeGreaterThan(0);
  });

  test.each([['SIGTERM' as const], ['SIGINT' as const]])(
    '%s sends the spans and still ends the process by that signal',
    async (signal) => {
      const app = await requested();
      app.child.kill(signal);
      expect(await app.ended).toMatchObject({ code: null, signal });
      expect(receiver.spans).toHaveLength(1);
    },
  );

  test('an application with a handler of its own goes on, and its spans are sent', async () => {
    const app = await requested(undefined, { OWN_HANDLER: 'yes' });
    app.child.kill('SIGTERM');
    expect(await app.message()).toEqual({ handled: true });
    while (receiver.spans.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(app.child.exitCode).toBeNull();
    app.child.send('end');
    expect(await app.ended).toMatchObject({ code: 0, signal: null });
  });

  test('a collector that is not there does not change how a script ends', async () => {
    const nowhere = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      SPANDREL_FLUSH_TIMEOUT_MS: '300',
      EXIT_CODE: '4',
    };
    expect(await runApp('script.cjs', env(nowhere)).ended).toMatchObject({ code: 4, signal: null });
  });

  test('a second signal ends at once while the collector hangs', async () => {
    const hanging = await startHangingReceiver();
    const app = await requested(undefined, {
      OTEL_EXPORTER_OTLP_ENDPOINT: hanging.url,
      SPANDREL_FLUSH_TIMEOUT_MS: '60000',
    });
    app.child.kill('SIGTERM');
    await hanging.asked;
    app.child.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    await hanging.close();
  });
});

async function startHangingReceiver() {
  const { createServer } = await import('node:http');
  let tell: () => void;
  const asked = new Promise<void>((resolve) => (tell = resolve));
  const server = createServer(() => tell());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
