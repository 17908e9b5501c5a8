/**
 * What every copy of `@opentelemetry/api` 1.x in this process shares. We read it raw, because a copy
 * sees nothing of what a newer or an older one has registered when their versions do not fit.
 */
export interface Registry {
  /** Of the copy that made it. */
  readonly version: string;
  trace?: unknown;
  diag?: unknown;
}

const key = Symbol.for('opentelemetry.js.api.1');
const globals = globalThis as unknown as { [key]?: Registry | undefined };

export function registry(): Registry | undefined {
  return globals[key];
}

interface Provider {
  getDelegate?(): Provider;
}

/** The tracer provider that is registered, behind the API's proxy; null for none. */
export function registeredProvider(): object | null {
  const registered = registry()?.trace as Provider | undefined;
  const provider = registered?.getDelegate?.() ?? registered;
  if (provider === undefined) return null;
  const { name } = provider.constructor;
  return name === 'NoopTracerProvider' || name === 'ProxyTracerProvider' ? null : provider;
}

/**
 * Runs what registers our SDK. A registry that another version of the API has made would refuse it
 * without a word, so where no tracer provider is in it, ours gets one of its own, and what others had
 * registered (a context manager, a meter provider) is carried over and stays in force.
 */
export function registerBeside<Result>(register: () => Result): Result {
  const theirs = registry();
  if (theirs === undefined || theirs.trace !== undefined) return register();
  globals[key] = undefined;
  try {
    return register();
  } finally {
    const ours = registry();
    globals[key] = ours === undefined ? theirs : merged(ours, theirs);
  }
}

/** Readers of either version take what is there when it is as new as the newer of both. */
function merged(ours: Registry, theirs: Registry): Registry {
  const { version: ourVersion, ...ourSlots } = ours;
  const { version: theirVersion, ...theirSlots } = theirs;
  const version = canRead(ourVersion, theirVersion) ? theirVersion : ourVersion;
  return Object.defineProperty({ ...ourSlots, ...theirSlots } as Registry, 'version', {
    value: version,
    enumerable: true,
  });
}

/** Whether a copy of the API of version `copy` sees what stands in a registry of version `of`. */
export function canRead(copy: string, of: string): boolean {
  const [copyMajor, copyMinor] = numbersOf(copy);
  const [ofMajor, ofMinor] = numbersOf(of);
  return copyMajor === ofMajor && copyMinor <= ofMinor;
}

function numbersOf(version: string): [number, number] {
  const [major = NaN, minor = NaN] = version.split('.').map(Number);
  return [major, minor];
}
