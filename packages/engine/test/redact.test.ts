import { describe, expect, test } from '@jest/globals';
import { redactMessage, redactStack, redactAddress, redactUrl } from '../src/redact.ts';
import { forSeeds, oneOf } from './random.ts';

const messages: [string, string][] = [
  // PostgreSQL
  [
    'duplicate key value violates unique constraint "users_email_key"',
    'duplicate key value violates unique constraint ?',
  ],
  ['Key (email)=(a@b.c) already exists.', 'Key (email)=(?) already exists.'],
  ['Key (a, b)=(x (y), z) already exists.', 'Key (a, b)=(?) already exists.'],
  ['Failing row contains (1, alice smith, null).', 'Failing row contains (?).'],
  ['Failing row contains (1, alice smith', 'Failing row contains (?)'],
  ['invalid input syntax for type integer: "abc"', 'invalid input syntax for type integer: ?'],
  ['value too long for type character varying(10)', 'value too long for type character varying(?)'],
  ['password authentication failed for user "bob"', 'password authentication failed for user ?'],
  ['column u.id does not exist', 'column u.id does not exist'],
  ['could not parse $$it is secret$$ here', 'could not parse ? here'],
  // MySQL
  ["Duplicate entry 'a@b.c' for key 'users.email'", 'Duplicate entry ?'],
  ["Duplicate entry 'O'Brien' for key 'name'", 'Duplicate entry ?'],
  ["Table 'db.users' doesn't exist", "Table ? doesn't exist"],
  ["Incorrect integer value: 'x' for column 'age' at row 1", 'Incorrect integer value: ? at row ?'],
  // SQLite
  ['UNIQUE constraint failed: users.email', 'UNIQUE constraint failed: users.email'],
  ['near "SELEC": syntax error', 'near ?: syntax error'],
  // SQL Server
  ['The duplicate key value is (alice smith).', 'The duplicate key value is (?).'],
  // ORMs and drivers
  [
    'Failed query: select a from t where b = $1\nparams: alice,7',
    'Failed query: select a from t where b = $1\nparams: ?',
  ],
  [
    'Unique constraint failed on the fields: (`email`)',
    'Unique constraint failed on the fields: (?)',
  ],
  ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED ?'],
  ['getaddrinfo ENOTFOUND db.internal', 'getaddrinfo ENOTFOUND db.internal'],
  ['cannot reach postgres://bob:pa,ss@db:5432/x now', 'cannot reach postgres://? now'],
  ['Request failed with status code 404', 'Request failed with status code ?'],
  ['timeout of 1000ms exceeded', 'timeout of ? exceeded'],
  // Anything
  ['no user alice@example.com, sorry', 'no user ?, sorry'],
  ['call +49 170 1234567 back', 'call ? ? ? back'],
  ['db_password=hunter2 is wrong', 'db_password=? is wrong'],
  ['Authorization: Bearer abc def', 'Authorization: ?'],
  ['got Bearer abc', 'got Bearer ?'],
  ['token expired', 'token expired'],
  ["I'm sorry, it doesn't work, they'd say", "I'm sorry, it doesn't work, they'd say"],
  ['don’t panic', 'don’t panic'],
  ["can't insert 'secret'", "can't insert ?"],
  ['utf8 and x-2 stay, at line 5 of 12', 'utf8 and x-2 stay, at line ? of ?'],
  ['', ''],
];

describe('a message', () => {
  test.each(messages)('%j', (message, safe) => {
    expect(redactMessage(message)).toBe(safe);
  });

  const unbalanced = [
    '"x" is bad near \'secret stuff',
    "the value 'secret",
    'the value \'se"cret',
    "'O'Brien secret' is bad",
    '“secret',
    "N's secret' is bad",
    "E's secret",
    '$a$ secret',
    '`secret',
    "Duplicate entry 'it's secret' for key",
  ];
  test.each(unbalanced)('with quotes that do not close loses its data: %s', (message) => {
    expect(redactMessage(message)).not.toContain('secret');
  });

  test('keeps nothing that stands in quotes, whatever stands around them', () => {
    const opened: readonly [string, string][] = [
      ["'", "'"],
      ['"', '"'],
      ['`', '`'],
      ['“', '”'],
      ['«', '»'],
      ['‘', '’'],
      ['$$', '$$'],
    ];
    const words = [
      "can't read",
      "it's",
      'a value',
      'x',
      'for key',
      'I’m at',
      '(',
      'col =',
      "users'",
    ];
    forSeeds(5000, (random) => {
      const quoted = (): string => {
        const [open, close] = oneOf(random, opened);
        const inside = oneOf(random, ['', 'a ', '"', "it's ", '5 ', '(', "o'"]);
        return `${open}${inside}hunter two${close}`;
      };
      const tail = random() < 0.3 ? oneOf(random, ["'hunter", '"hunter', '`hunter two']) : '';
      const message = `${oneOf(random, words)} ${quoted()} ${oneOf(random, words)} ${quoted()} ${tail}`;
      const safe = redactMessage(message);
      expect({ message, leaks: safe.includes('hunter') }).toEqual({ message, leaks: false });
    });
  });
});

describe('the cost of redaction', () => {
  // Each of these would take minutes if a pattern went back over what it had read.
  const length = 200_000;
  const long: [string, string][] = [
    ['letters', 'a'.repeat(length)],
    ['digits', `${'9'.repeat(length)}a`],
    ['decimals', `${'1.'.repeat(length / 2)}a`],
    ['lists', '1,'.repeat(length / 2)],
    ['dashes', '-'.repeat(length)],
    ['colons', ':'.repeat(length)],
    ['quotes', "'".repeat(length)],
    ['dollars', '$a'.repeat(length / 2)],
    ['openings', '=('.repeat(length / 2)],
    ['white space', ' '.repeat(length)],
    ['lines', '\n'.repeat(length)],
    ['frames', '    at '.repeat(length / 7)],
    ['schemes', 'http://'.repeat(length / 7)],
    ['passwords', 'password '.repeat(length / 9)],
    ['lists of parameters', 'params '.repeat(length / 7)],
  ];
  test.each(long)('a very long text of %s is made safe', (_name, text) => {
    expect(redactMessage(text).length).toBeLessThanOrEqual(text.length + 2);
    expect(typeof redactStack(text)).toBe('string');
    expect(typeof redactUrl(text)).toBe('string');
  });
});

describe('a stack', () => {
  test('keeps its frames and loses the data of its messages', () => {
    const frames = [
      '    at insert (/app/src/users.ts:12:7)',
      '    at Array.map (<anonymous>)',
      '    at async Promise.all (index 0)',
      '    at async file:///app/src/main.ts:3:1',
      '    at new Pool (node:internal/x:1:2)',
    ];
    const stack = ['Error: no "secret"', ...frames].join('\n');
    expect(redactStack(stack)).toBe(['Error: no ?', ...frames].join('\n'));
  });

  test('loses the data of the causes behind its frames too', () => {
    const stack =
      "Error: a\n    at f (/a.ts:1:2)\nCaused by: Error: 'secret'\n    at g (/b.ts:3:4)";
    expect(redactStack(stack)).toBe(
      'Error: a\n    at f (/a.ts:1:2)\nCaused by: Error: ?\n    at g (/b.ts:3:4)',
    );
  });

  test('without frames is a message', () => {
    expect(redactStack("Error: 'secret'\n   at home")).toBe('Error: ?\n   at home');
    expect(redactStack('   at home with alice@example.com')).toBe('   at home with ?');
  });
});

const urls: [string, string][] = [
  ['http://a.b/c?d=secret#e', 'http://a.b/c?'],
  ['http://a.b/c#secret', 'http://a.b/c'],
  ['http://bob:p@ss@a.b/c', 'http://a.b/c'],
  ['//bob:pass@a.b/c', '//a.b/c'],
  ['/c?d', '/c?'],
  ['https://a.b/@me/c', 'https://a.b/@me/c'],
  ['https://a.b/c', 'https://a.b/c'],
];
test.each(urls)('the URL %s', (url, safe) => {
  expect(redactUrl(url)).toBe(safe);
});

test.each([
  ['http://user:hush@host:4318/v1', 'http://host:4318/v1'],
  ['http://user:p/hush@127.0.0.1:1', 'http://127.0.0.1:1'],
  ['http://user:p?hush@host', 'http://host'],
  ['http//user:hush@host', 'host'],
  ['user:hush@host:4318', 'host:4318'],
  ['https://collector:4318/v1/traces?key=hush', 'https://collector:4318/v1/traces?'],
  ['http://collector', 'http://collector'],
])('of the address %s the secrets are not shown', (given, shown) => {
  expect(redactAddress(given)).toBe(shown);
});
