import { describe, expect, test } from '@jest/globals';
import { portFrom, readSettings, withoutPassword } from '../src/settings.ts';

describe('settings', () => {
  test('need nothing: a free port, the embedded database, a small one', () => {
    expect(readSettings({ DATABASE_URL: '', PORT: '' })).toEqual({
      host: '127.0.0.1',
      port: 0,
      databaseUrl: undefined,
      schema: 'spandrel_demo',
      scale: 'small',
      redisUrl: undefined,
      directoryUrl: undefined,
    });
  });

  test.each([
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535, got 70000'],
    [{ HOST: 'everywhere' }, 'HOST must be an IP address to listen on, got everywhere'],
    [{ PORT: 'http' }, 'PORT must be a whole number from 0 to 65535, got http'],
    [{ MEETINGS_SCALE: 'huge' }, 'MEETINGS_SCALE must be small or big, got huge'],
    [{ MEETINGS_SCHEMA: 'public' }, /^MEETINGS_SCHEMA must be .*, got public$/],
    [{ MEETINGS_SCHEMA: 'a; DROP' }, /^MEETINGS_SCHEMA must be .*, got a; DROP$/],
    [{ REDIS_URL: 'http://x' }, /^REDIS_URL must be .* redis:\/\/ .*, got http:\/\/x$/],
    [
      { DATABASE_URL: 'mysql://me:secret@host/x' },
      'DATABASE_URL must be an address that starts with postgres:// or postgresql://, got mysql://me:***@host/x',
    ],
  ])('refuse %j, naming the variable, the rule and the value', (env, message) => {
    expect(() => readSettings(env)).toThrow(message);
  });

  test('give the directory its port', () => {
    expect(portFrom({})).toBe(0);
    expect(portFrom({ PORT: '8080' })).toBe(8080);
  });
});

describe('a printed connection string', () => {
  test.each([
    ['postgres://me:secret@host:5432/db', 'postgres://me:***@host:5432/db'],
    ['postgres://me:se/cr@et@host/db', 'postgres://me:***@host/db'],
    ['postgres//me:secret@host/db', 'postgres//me:***@host/db'],
    ['me:secret@host', 'me:***@host'],
    ['redis://:secret@host', 'redis://:***@host'],
    ['postgres://host/db?password=secret&x=1', 'postgres://host/db?password=***&x=1'],
    ['host=h password=secret user=u', 'host=h password=*** user=u'],
    ['postgres://host:5432/db', 'postgres://host:5432/db'],
  ])('%s has no password', (given, printed) => {
    expect(withoutPassword(given)).toBe(printed);
  });
});
