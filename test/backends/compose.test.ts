import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { rootDir } from './guarded-process.ts';
import { collectorConfig, jaegerConfig } from './start-backends.ts';

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  environment?: Record<string, string | number>;
  volumes?: string[];
  ports?: string[];
  healthcheck?: unknown;
  depends_on?: Record<string, { condition: string }>;
}

const compose = parse(read('docker-compose.yml')) as { services: Record<string, Service> };
const services = Object.entries(compose.services);
const { collector, jaeger, 'meetings-api': api } = compose.services as Record<string, Service>;

describe('docker-compose.yml', () => {
  test('publishes ports on 127.0.0.1 only', () => {
    for (const [, service] of services) {
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  test('pins every image to one version', () => {
    const images = services.flatMap(([, service]) => service.image ?? []);
    for (const image of [...images, dockerfileImage()])
      expect(image).toMatch(/:\d+\.\d+(\.\d+)?(-|$)/);
  });

  test('runs the versions of the Collector and of Jaeger that the tests run', () => {
    const collectorVersion = parse(read('collector/builder.yaml')).dist.version;
    const jaegerVersion = /the same commit as v(\S+)/.exec(read('collector/jaeger/go.mod'))?.[1];
    expect(collector?.image).toBe(`otel/opentelemetry-collector-contrib:${collectorVersion}`);
    expect(jaeger?.image).toBe(`jaegertracing/jaeger:${jaegerVersion}`);
  });

  test('runs the service on the Node version of the checkout', () => {
    const { devDependencies } = JSON.parse(read('package.json'));
    expect(dockerfileImage()).toBe(`node:${devDependencies.node}-bookworm-slim`);
  });

  test('starts each backend with the file that the tests start it with', () => {
    for (const [service, config] of [
      [collector, collectorConfig],
      [jaeger, jaegerConfig],
    ] as const) {
      const inContainer = service?.command?.[0]?.replace('--config=', '');
      const mount = mounts(service).find(({ target }) => target === inContainer);
      expect(mount && join(rootDir, mount.source)).toBe(config);
    }
  });

  test('mounts files that exist, read-only', () => {
    for (const [, service] of services) {
      for (const { source, mode } of mounts(service)) {
        expect([source, existsSync(join(rootDir, source)), mode]).toEqual([source, true, 'ro']);
      }
    }
  });

  test('sets only variables that the mounted files read', () => {
    for (const [service, file] of [
      [collector, 'collector/collector.yaml'],
      [jaeger, 'collector/jaeger.yaml'],
    ] as const) {
      const reads = read(file);
      const ours = Object.keys(service?.environment ?? {}).filter((name) => name !== 'GOMEMLIMIT');
      for (const name of ours) expect(reads).toContain(`\${env:${name}:-`);
    }
  });

  test('publishes only ports that something listens on, at all addresses of its container', () => {
    for (const service of [collector, jaeger, api]) {
      const { HOST, PORT, ...addresses } = service?.environment ?? {};
      const listens = [...Object.values(addresses), `${HOST}:${PORT}`];
      for (const port of service?.ports ?? [])
        expect(listens).toContain(`0.0.0.0:${port.split(':')[2]}`);
    }
  });

  test('waits for what has a health check until it is healthy', () => {
    for (const [, service] of services) {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        const checked = compose.services[name]?.healthcheck !== undefined;
        expect([name, condition]).toEqual([name, checked ? 'service_healthy' : 'service_started']);
      }
    }
  });

  test('sets only variables that the service reads', () => {
    const reads = read('examples/meetings-api/src/settings.ts');
    const ours = Object.keys(api?.environment ?? {}).filter((name) => !name.startsWith('OTEL_'));
    expect(ours.filter((name) => !new RegExp(`\\b${name}\\b`).test(reads))).toEqual([]);
  });

  test('sends the service to the services it names', () => {
    const urls = ['DATABASE_URL', 'REDIS_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
    for (const name of urls) {
      const { hostname } = new URL(String(api?.environment?.[name]));
      expect(Object.keys(api?.depends_on ?? {})).toContain(hostname);
    }
  });

  test('builds the service from a file that exists', () => {
    expect(existsSync(join(rootDir, String(api?.build?.dockerfile)))).toBe(true);
    const entry = /"(examples\/[^"]+)"/.exec(read('examples/meetings-api/Dockerfile'))?.[1];
    expect(existsSync(join(rootDir, String(entry)))).toBe(true);
  });
});

function mounts(service: Service | undefined) {
  return (service?.volumes ?? []).map((volume) => {
    const [source = '', target = '', mode = ''] = volume.split(':');
    return { source, target, mode };
  });
}

function dockerfileImage(): string {
  return /^FROM (\S+)$/m.exec(read('examples/meetings-api/Dockerfile'))?.[1] ?? '';
}

function read(path: string): string {
  return readFileSync(join(rootDir, path), 'utf8');
}
