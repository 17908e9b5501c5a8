import { createRequire, syncBuiltinESMExports } from 'node:module';
import { redactMessage } from '@spandrel/engine';
import { SettingError } from './setting-error.ts';

/**
 * What a `.mjs` or `.ts` file exports by default, or what that function of nothing returns. A
 * preload cannot wait, so neither file nor function may be asynchronous. Throws a `SettingError`
 * that names the file for that and for whatever else is wrong with it, an attempt to end the
 * process included.
 */
export function loadConfigModule(file: string, shown: string): unknown {
  if (file.endsWith('.ts') && !canReadTypes()) {
    const remedy = 'use a .mjs or .json file, or Node.js 22.18 or newer';
    throw new SettingError(`${shown}: this Node.js cannot read TypeScript; ${remedy}`);
  }
  return withoutExit(shown, () => {
    const exported = defaultOf(load(file, shown), shown);
    const given =
      typeof exported === 'function' ? call(exported as () => unknown, shown) : exported;
    if (isPromise(given)) {
      // Nobody waits for it; its failure must not end the process.
      given.then(undefined, () => undefined);
      throw new SettingError(`${shown} must not be async: the preload cannot wait for it`);
    }
    return given;
  });
}

/** By Node.js itself, or by a loader such as tsx that was there before us. */
function canReadTypes(): boolean {
  const { typescript } = process.features as { typescript?: unknown };
  return Boolean(typescript) || '.ts' in createRequire(anywhere).extensions;
}

/** Extensions are those of the process, wherever they are asked for. */
const anywhere = process.execPath;

function load(file: string, shown: string): unknown {
  try {
    return createRequire(file)(file);
  } catch (error) {
    throw refused(error, file, shown);
  }
}

function call(make: () => unknown, shown: string): unknown {
  try {
    return make();
  } catch (error) {
    throw refused(error, shown, shown);
  }
}

/** The default export; of a CommonJS file what it exports. */
function defaultOf(exported: unknown, shown: string): unknown {
  if (typeof exported !== 'object' || exported === null) return exported;
  const isModule = Object.prototype.toString.call(exported) === '[object Module]';
  if ('default' in exported) return exported.default;
  if (!isModule) return exported;
  throw new SettingError(`${shown} has no default export`);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof (value as { then?: unknown } | undefined)?.then === 'function';
  } catch {
    return false;
  }
}

/** What a module's error says, without what it may quote of the settings. */
function refused(error: unknown, file: string, shown: string): SettingError {
  if (error instanceof SettingError) return error;
  const { code, name, message, stack } = describe(error);
  if (code === 'ERR_REQUIRE_ASYNC_MODULE') {
    return new SettingError(`${shown} must not await: the preload cannot wait for it`);
  }
  const line = stack.split('\n').find((one) => one.includes(file));
  const place = /:(\d+)(?::\d+)?\)?$/.exec(line ?? '')?.[1];
  const where = place === undefined ? shown : `${shown}:${place}`;
  if (name === 'SyntaxError' && /'export'|import statement/.test(message)) {
    const why = 'is read as CommonJS, as its package.json says';
    return new SettingError(`${where} ${why}; write module.exports, or a .mjs file`);
  }
  const what = redactMessage(message.split('\n', 1)[0] ?? '');
  return new SettingError(`${where} throws ${code ?? name}${what === '' ? '' : `: ${what}`}`);
}

interface Described {
  readonly code: string | undefined;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** Of whatever is thrown; never throws itself. */
function describe(error: unknown): Described {
  try {
    const { code, name, message, stack } = error as Partial<NodeJS.ErrnoException>;
    return {
      code: typeof code === 'string' ? code : undefined,
      name: typeof name === 'string' ? name : 'what is no error',
      message: typeof message === 'string' ? message : '',
      stack: typeof stack === 'string' ? stack : '',
    };
  } catch {
    return { code: undefined, name: 'what cannot be read', message: '', stack: '' };
  }
}

/**
 * Runs `work`, in which ending the process is refused and the exit code stays what it was. Who takes
 * hold of `process.exit` meanwhile, as libraries do that wrap it, has the real one from then on.
 */
function withoutExit<T>(shown: string, work: () => T): T {
  const { exit, exitCode } = process;
  let isOver = false;
  const guarded = (code?: number | string | null): never => {
    if (isOver) return exit.call(process, code);
    throw new SettingError(`${shown} must not end the process`);
  };
  try {
    process.exit = guarded;
    syncBuiltinESMExports();
    return work();
  } finally {
    isOver = true;
    if (process.exit === guarded) process.exit = exit;
    process.exitCode = exitCode;
    syncBuiltinESMExports();
  }
}
