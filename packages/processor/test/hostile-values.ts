/** Values that are hard on whoever looks at them, each made anew. */
export const hostileValues: Readonly<Record<string, () => unknown>> = {
  'a throwing getter': () => ({
    get length(): number {
      throw new Error('do not look');
    },
  }),
  'an array with a throwing element': () =>
    Object.defineProperty(['a', 'b'], 0, {
      get: () => {
        throw new Error('do not look');
      },
    }),
  'a proxy that throws at everything': () => new Proxy([], throwing),
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of an array': () => revoked([]),
  'a proxy of endless length': () =>
    new Proxy([], { get: (_target, name) => (name === 'length' ? Infinity : 1) }),
  'an endless iterator': () =>
    Object.defineProperty([1], Symbol.iterator, {
      value: function* endless() {
        for (;;) yield 1;
      },
    }),
  'a cyclic array': () => {
    const array: unknown[] = [];
    array.push(array, array, array);
    return array;
  },
  'a cyclic object': () => {
    const object: Record<string, unknown> = {};
    return Object.assign(object, { object });
  },
  'arrays 100,000 deep': () => {
    let array: unknown[] = [];
    for (let i = 0; i < 100_000; i++) array = [array];
    return array;
  },
  'arrays that fan out': () => {
    let array: unknown[] = [];
    for (let i = 0; i < 20; i++) array = Array.from({ length: 90 }, () => array);
    return array;
  },
  'an object without a prototype': () => Object.assign(Object.create(null) as object, { a: 1 }),
  'a symbol': () => Symbol('a'),
  'a large integer': () => 2n ** 10_000_000n,
  'a negative large integer': () => -(2n ** 10_000_000n),
  'an array with holes': () => Object.assign([], { length: 90, 3: 'a' }),
  'an array of 4 billion holes': () => Object.assign([], { length: 2 ** 32 - 1 }),
  'a lone surrogate': () => '\ud800',
  '100 MB of text': () => 'x'.repeat(100_000_000),
  '100 MB of blanks': () => ' '.repeat(100_000_000),
  '100 MB of bytes': () => new Uint8Array(100_000_000),
  'a date that is none': () => new Date(Number.NaN),
  'a date whose time throws': () =>
    Object.assign(new Date(), {
      getTime: () => {
        throw new Error('do not look');
      },
    }),
  'a function': () => () => undefined,
  'an object that cannot be text': () => ({
    toString: () => {
      throw new Error('do not look');
    },
    [Symbol.toPrimitive]: () => {
      throw new Error('do not look');
    },
    toJSON: () => {
      throw new Error('do not look');
    },
  }),
  'not a number': () => Number.NaN,
  undefined: () => undefined,
  null: () => null,
};

const throwing: ProxyHandler<unknown[]> = new Proxy(
  {},
  {
    get: () => () => {
      throw new Error('do not touch');
    },
  },
);

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
