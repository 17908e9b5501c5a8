import { context } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation';
import type { Instrumentation } from '@opentelemetry/instrumentation';

/** What of Hono's router and its answers we use. */
interface Router {
  readonly name: string;
  add(...route: unknown[]): void;
  match(method: string, path: string): readonly [readonly Matched[], ...unknown[]];
}
type Matched = readonly [readonly [Handler, Route], unknown];
type Handler = (...args: unknown[]) => unknown;
interface Route {
  readonly method: string;
  readonly path: string;
}
type HonoClass = new (...args: unknown[]) => { router: Router };
interface HonoModule {
  Hono: HonoClass;
}

export const create = (): Instrumentation => new HonoInstrumentation();

/**
 * Gives the server span of an application on `@hono/node-server` its `http.route`: the application's
 * router is asked once per request, and what it answers names the route. No spans, no middleware.
 */
class HonoInstrumentation extends InstrumentationBase {
  constructor() {
    super('@spandrel/bootstrap/hono', '1', {});
  }

  protected override init(): InstrumentationNodeModuleDefinition {
    return new InstrumentationNodeModuleDefinition('hono', ['>=4 <5'], (module: HonoModule) =>
      withHono(module, routeTelling(module.Hono)),
    );
  }
}

/** In place where that can be done; the exports of a CommonJS module may be getters. */
function withHono(module: HonoModule, Hono: HonoClass): HonoModule {
  if (Reflect.set(module, 'Hono', Hono) && module.Hono === Hono) return module;
  return Object.create(Object.getPrototypeOf(module) as object, {
    ...Object.getOwnPropertyDescriptors(module),
    Hono: { value: Hono, enumerable: true, configurable: true, writable: true },
  }) as HonoModule;
}

/** The same class, whose instances have their router watched. */
function routeTelling(Original: HonoClass): HonoClass {
  const Hono = class extends Original {
    constructor(...args: unknown[]) {
      super(...args);
      this.router = watched(this.router);
    }
  };
  Object.defineProperty(Hono, 'name', { value: 'Hono' });
  return Hono;
}

function watched(router: Router): Router {
  return {
    get name() {
      return router.name;
    },
    add: (...route) => router.add(...route),
    match(method, path) {
      const result = router.match(method, path);
      tell(result[0]);
      return result;
    },
  };
}

function tell(matched: readonly Matched[]): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata?.type !== RPCType.HTTP) return;
  const route = routeOf(matched);
  // The first one: a handler may ask an application of its own for something.
  if (route !== undefined) metadata.route ??= route;
}

/** Of the first handler, or else of the last middleware that a method was named for. */
function routeOf(matched: readonly Matched[]): string | undefined {
  const routes = matched.map(([entry]) => entry);
  const answering =
    routes.find(([handler]) => handler.length < 2) ??
    routes.findLast(([, { method }]) => method !== 'ALL');
  return answering?.[1].path;
}
