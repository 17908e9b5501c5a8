import { context, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import type { PgInstrumentationConfig } from '@opentelemetry/instrumentation-pg';
import { asksForMore } from './pg-insides.ts';
import type { Method, Patch, PgInsides } from './pg-insides.ts';

/** What we read of pg's client. */
interface Client {
  readonly database: string | undefined;
  readonly connectionParameters: {
    readonly database: string | undefined;
    readonly host: string | undefined;
    readonly port: number;
    readonly user: string | undefined;
  };
}

interface QueryConfig {
  readonly text: string;
  readonly name?: unknown;
  readonly values?: unknown;
  readonly submit?: unknown;
}

type Callback = (this: unknown, error: unknown, result: unknown) => unknown;

/**
 * Patch of `Client.query` for the one form that `pool.query` uses: a text or a query's configuration,
 * values, a callback. Makes the span, the metric and the calls of hooks that the upstream patch
 * makes, with a third of its allocations; every other form, and settings that ask for more, take
 * the upstream patch itself.
 */
export function queryPatch(insides: PgInsides, upstream: Patch): Patch {
  return (original) => {
    const patchedUpstream = upstream(original);
    return function query(this: Client, ...args: [QueryConfig | string, unknown, Callback]) {
      const config = insides.getConfig();
      if (!isPlain(args) || asksForMore(config)) {
        return Reflect.apply(patchedUpstream, this, args) as unknown;
      }
      const [given, values, callback] = args;
      const asked = typeof given === 'string' ? { text: given } : given;
      const call = new Call(insides, config, this, asked);
      call.tellRequest(asked.values ?? (Array.isArray(values) ? values : undefined));
      return call.run(original, given, values, callback);
    } as Method;
  };
}

function isPlain(args: readonly [QueryConfig | string, unknown, Callback]): boolean {
  if (args.length !== 3 || typeof args[2] !== 'function') return false;
  const [given] = args;
  if (typeof given === 'string') return given !== '';
  if (typeof given !== 'object' || given === null) return false;
  return typeof given.text === 'string' && given.text !== '' && given.submit === undefined;
}

/** One query from its start to its callback. */
class Call {
  readonly #insides: PgInsides;
  readonly #config: PgInstrumentationConfig;
  readonly #client: Client;
  readonly #asked: QueryConfig;
  readonly #operation: string;
  readonly #around = context.active();
  readonly #startMs = performance.now();
  readonly #span: Span;

  constructor(
    insides: PgInsides,
    config: PgInstrumentationConfig,
    client: Client,
    asked: QueryConfig,
  ) {
    this.#insides = insides;
    this.#config = config;
    this.#client = client;
    this.#asked = asked;
    this.#operation = operationOf(asked.text);
    const { database, host, port } = client.connectionParameters;
    const { name, text } = asked;
    const attributes: Attributes = {
      'db.system.name': 'postgresql',
      'db.namespace': database,
      'server.address': host,
      'server.port': Number.isInteger(port) ? port : undefined,
      'db.query.text': text,
    };
    if (typeof name === 'string') attributes['db.postgresql.plan'] = name;
    const what = typeof name === 'string' && name !== '' ? name : this.#operation;
    const spanName = database ? `pg.query:${what} ${database}` : `pg.query:${what}`;
    const options = { kind: SpanKind.CLIENT, attributes };
    this.#span = insides.tracer.startSpan(spanName, options, this.#around);
  }

  tellRequest(values: unknown): void {
    const { requestHook } = this.#config;
    if (typeof requestHook !== 'function') return;
    const { database, host, port, user } = this.#client.connectionParameters;
    const { text, name } = this.#asked;
    const info = { connection: { database, host, port, user }, query: { text, values, name } };
    try {
      requestHook(this.#span, info as Parameters<typeof requestHook>[1]);
    } catch (error) {
      this.#insides._diag.error('Error running query hook', error);
    }
  }

  run(original: Method, given: unknown, values: unknown, callback: Callback): unknown {
    const end = (error: unknown, result: unknown): void => this.#end(error, result);
    const onResult = function (this: unknown, error: unknown, result: unknown): void {
      end(error, result);
      callback.call(this, error, result);
    };
    const onBound = context.bind(this.#around, onResult);
    try {
      return Reflect.apply(original, this.#client, [given, values, onBound]) as unknown;
    } catch (error) {
      this.#fail(error);
      this.#span.end();
      throw error;
    }
  }

  #end(error: unknown, result: unknown): void {
    if (error) this.#fail(error);
    else this.#tellResponse(result);
    this.#record(error);
    this.#span.end();
  }

  #tellResponse(data: unknown): void {
    const { responseHook } = this.#config;
    if (typeof responseHook !== 'function') return;
    try {
      responseHook(this.#span, { data } as Parameters<typeof responseHook>[1]);
    } catch (error) {
      this.#insides._diag.error('Error running response hook', error);
    }
  }

  /** The error's class and code; its message is the status's, which is cleaned on the way out. */
  #fail(error: unknown): void {
    const { name, code, message } = (error ?? {}) as {
      name?: string;
      code?: string;
      message?: string;
    };
    if (error instanceof Error) {
      const type = name ?? 'PostgreSQLError';
      const text = `PostgreSQL error of type '${type}' occurred (code: ${code ?? 'UNKNOWN'})`;
      this.#span.recordException(text);
    }
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message });
  }

  #record(error: unknown): void {
    const { database, connectionParameters } = this.#client;
    const attributes: Attributes = {
      'db.namespace': database,
      'server.port': connectionParameters.port,
      'server.address': connectionParameters.host,
      'db.operation.name': this.#operation,
      'db.system.name': 'postgresql',
    };
    if (error && Object.hasOwn(error, 'code')) {
      attributes['error.type'] = (error as { code?: string }).code;
    }
    this.#insides._operationDuration.record((performance.now() - this.#startMs) / 1000, attributes);
  }
}

/** The first word, as the upstream patch sees it: up to the first space, so perhaps more than a word. */
function operationOf(text: string): string {
  const trimmed = text.trim();
  const end = trimmed.indexOf(' ');
  const first = (end === -1 ? trimmed : trimmed.slice(0, end)).toUpperCase();
  return first.endsWith(';') ? first.slice(0, -1) : first;
}
