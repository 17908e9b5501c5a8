import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { templatedPath } from '../src/path.ts';
import { forSeeds, oneOf } from './random.ts';

const paths: [string, string][] = [
  ['/', '/'],
  ['', ''],
  ['/users/42', '/users/:param'],
  ['/users/42/', '/users/:param/'],
  ['/notes/5f0c9a3e-1b2c-4d5e-8f90-a1b2c3d4e5f6', '/notes/:param'],
  ['/notes/507f1f77bcf86cd799439011/raw', '/notes/:param/raw'],
  ['/sessions/eyJhbGciOiJIUzI1NiJ9.e30', '/sessions/:param'],
  ['/mail/a@b.c', '/mail/:param'],
  ['/search/a%20b', '/search/:param'],
  ['/reset/dQw4w9WgXcQ', '/reset/:param'],
  ['/reset/xKqWzPvRtYbNmLsDfGhJ', '/reset/:param'],
  ['/reset/deadbeef', '/reset/:param'],
  ['/t/MFRGGZDFMZTWQ2LK', '/t/:param'],
  ['/orders/order-1234', '/orders/:param'],
  ['/orders/user-42', '/orders/:param'],
  ['/key/sk_live_4eC39HqLyjWDarjtT1zdp7dc', '/key/:param'],
  ['/a/qwertyuiopasdfghjklzxcvbnm', '/a/:param'],
  ['/a/über', '/a/:param'],
  ['/2024/11/05', '/:param/:param/:param'],
];
test.each(paths)('the path %s leaves as %s', (path, template) => {
  expect(templatedPath(path)).toBe(template);
});

test.each([
  '/v1/feedback',
  '/v2.1/users',
  '/api/oauth2/authorize',
  '/login/2fa',
  '/i18n/messages.json',
  '/k8s/health',
  '/.well-known/openid-configuration',
  '/_next/static',
  '/users:batchGet',
  '/odata/$metadata',
  '/api/getUserProfileInformation',
  '/Account/ResetPassword',
  '/api/myAPI',
  '/users/findById',
  '/users/byId',
  '/GET/INFO',
  '/robots.txt',
])('the names in %s stay', (path) => {
  expect(templatedPath(path)).toBe(path);
});

/** Tokens as they are made; of base64url of 24 bytes about seven in a million look like a name. */
const makers: Record<string, () => string> = {
  'hexadecimal digits': () => randomBytes(16).toString('hex'),
  'a UUID': () => randomUUID(),
  base64url: () => randomBytes(24).toString('base64url'),
  'a JWT': () =>
    ['{"alg":"none"}', '{"sub":"me"}', randomBytes(8)]
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.'),
  'digits with dashes': () => `${Date.now()}-${process.pid}`,
};
test.each(Object.entries(makers))('%s does not stay', (_what, make) => {
  const tokens = Array.from({ length: 2000 }, make);
  const kept = tokens.filter((one) => templatedPath(`/reset/${one}/now`) !== '/reset/:param/now');
  expect(kept.slice(1)).toEqual([]);
});

test('applied to its own result it changes nothing, whatever it is given', () => {
  forSeeds(500, (random) => {
    const alphabet = [...'/aZ09-_.~:$%@ ?\u0000é', 'users', 'ab12cd', '\ud800', '😀'];
    const path = Array.from({ length: random() * 40 }, () => oneOf(random, alphabet)).join('');
    const once = templatedPath(path);
    expect(templatedPath(once)).toBe(once);
  });
});

test('a path of any length is read in the time of a short one', () => {
  const parameters = ':param/'.repeat(200);
  expect(templatedPath(`/${parameters}secret`)).not.toContain('secret');
  for (const path of [`/users/${'a/'.repeat(50_000_000)}secret`, `/${'a'.repeat(100_000_000)}`]) {
    const safe = templatedPath(path);
    expect(safe.length).toBeLessThan(300);
    expect(safe.endsWith(':param')).toBe(true);
    expect(templatedPath(safe)).toBe(safe);
  }
});
