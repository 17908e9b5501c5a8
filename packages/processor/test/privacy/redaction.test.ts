import { describe, expect, test } from '@jest/globals';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { aRequest, aRig, OpenSpan, pgScope, postgresAttributes } from '../build.ts';
import type { RigConfig } from '../build.ts';

/** No word of the English language, no number, and the same in capitals. */
const secret = 'hushhush';
/** As it stands in a path, where a plain word may stay. */
const token = `${secret}4711`;
const client = 2;

interface Place {
  readonly name?: string;
  readonly scope?: string;
  readonly kind?: number;
  readonly attributes?: Attributes;
  readonly act?: (span: Span) => void;
}

const sql = (text: string, more: Place = {}): Place => ({
  scope: pgScope,
  kind: client,
  ...more,
  // As instrumentation-pg builds it: everything up to the first space, in capitals.
  name: more.name ?? `pg.query:${text.trim().split(' ', 1)[0]!.toUpperCase()} shop`,
  attributes: { ...postgresAttributes, 'db.query.text': text, ...more.attributes },
});

const old = (text: string, system: string, more: Place = {}): Place => ({
  kind: client,
  name: 'query',
  ...more,
  attributes: { 'db.system': system, 'db.statement': text, ...more.attributes },
});

const places: Record<string, Place> = {
  'a literal': sql(`SELECT * FROM users WHERE name = '${secret}'`),
  'a literal with a doubled quote': sql(`SELECT 'it''s ${secret}'`),
  'a literal that never closes': sql(`SELECT * FROM users WHERE name = '${secret}`),
  'an E string': sql(`SELECT E'it\\'s ${secret}'`),
  'a unicode string': sql(`SELECT U&'${secret}'`),
  'a dollar quote': sql(`SELECT $$it's ${secret}$$`),
  'a tagged dollar quote': sql(`SELECT $tag$it's ${secret}$tag$`),
  'a line comment': sql(`SELECT 1 -- ${secret}`),
  'a nested comment': sql(`SELECT /* a /* b */ ${secret} */ 1`),
  'a comment in front, glued to the verb': sql(`/*${secret}*/SELECT 1`),
  'a comment in front, with spaces': sql(`/* ${secret} words */ SELECT 1`),
  'a comment that is the first word': sql(`/*${secret} words*/SELECT 1`),
  'a literal glued to the verb': sql(`SELECT'${secret}'`),
  'a literal cut by the first space of the name': sql(`SELECT'${secret} and more'`),
  'a statement without any space': sql(`SELECT\n*\nFROM\nusers\nWHERE\nname='${secret}'`),
  'a statement of lines, cut inside of a literal': sql(
    `SELECT\nname\nFROM\nt\nWHERE\nname='${secret} b'`,
  ),
  'a statement that is cut off': sql(`SELECT * FROM users WHERE name = '${secret.slice(0, -1)}`),
  'the name of another driver': sql(`SELECT'${secret}'`, {
    scope: 'mysql',
    name: `SELECT'${secret}'`,
  }),
  'the name of a statement whose text is clean already': old('SELECT ?', 'mysql', {
    name: `SELECT'${secret}'`,
  }),
  'the old name of a statement': old(`SELECT '${secret}'`, 'postgresql'),
  'a statement without a system': {
    attributes: { 'db.statement': `SELECT 1, '${secret}'` },
  },
  'a statement on an internal span': { attributes: { 'db.query.text': `SELECT '${secret}'` } },
  'double quotes of MySQL': old(`SELECT "${secret}"`, 'mysql', { name: `SELECT"${secret}"` }),
  'a hash comment of MySQL': old(`SELECT 1 # ${secret}`, 'mysql'),
  'double quotes where they may be strings': old(`MATCH (n {name: "${secret}"})`, 'neo4j'),
  'a key of redis': old(`get user:${secret}`, 'redis', { name: 'get' }),
  'a script of redis': old(`eval return'${secret}' 1 ${secret}`, 'redis', { name: 'eval' }),
  'a key of valkey': old(`SET ${secret} [1 other arguments]`, 'valkey'),
  'a key of memcached': old(`get ${secret}`, 'memcached'),
  'a document': old(`{"name":"${secret}","n":{"$in":["a","${secret}"]}}`, 'mongodb'),
  'a document that is cut off': old(`{"name":"x","other":"${secret.slice(0, 5)}\\`, 'mongodb'),
  'a document in shell syntax': old(`db.users.find({name: '${secret}'})`, 'mongodb'),
  'a query string of a search engine': old(`name:${secret}`, 'elasticsearch'),
  PartiQL: old(`SELECT * FROM t WHERE pk = '${secret}'`, 'dynamodb'),
  'values of a pg query': sql('SELECT $1', { attributes: { 'db.postgresql.values': [secret] } }),
  'query parameters': sql('SELECT $1', {
    scope: 'other',
    attributes: {
      'db.query.parameter.0': secret,
      'db.query.parameter.name': secret,
      'db.operation.parameter.id': secret,
      'db.sql.params': [secret],
      'db.statement.values': secret,
    },
  }),
  'query parameters a hook added to a pg span': sql('SELECT $1', {
    attributes: { 'db.query.parameter.0': secret },
  }),
  'url.full': http({ 'url.full': `https://api.test/a?token=${secret}` }),
  'the password in url.full': http({ 'url.full': `https://me:${secret}@api.test/a` }),
  'the fragment in url.full': http({ 'url.full': `https://api.test/a#${secret}` }),
  'url.query': http({ 'url.query': `?token=${secret}` }),
  'http.url': http({ 'http.url': `https://api.test/a?token=${secret}` }),
  'http.target': http({ 'http.target': `/a?token=${secret}` }),
  'a token in url.path': http({ 'url.path': `/reset/${token}/now` }),
  'a token in url.full': http({ 'url.full': `https://api.test/reset/${token}` }),
  'a token in http.target': http({ 'http.target': `/reset/${token}?a=b` }),
  'a token in the path of a name': http({ 'url.path': `/reset/${token}` }, `GET /reset/${token}`),
  'a token in an allowed parameter of another name': http({
    'url.query': `page=2&token=${secret}&pages=${secret}`,
  }),
  'the password in a URL of a password with a hash': {
    attributes: { 'db.connection_string': `postgres://me:a#b?/${secret}@db.test/shop` },
  },
  'a connection string that is no URL': {
    attributes: { 'db.connection_string': `Server=db;Uid=me;Pwd=${secret}` },
  },
  'a data URL': http({ 'url.full': `data:text/plain,${secret}` }),
  'the page that referred': {
    attributes: { 'http.request.header.referer': [`https://a.test/x/${token}?t=${secret}`] },
  },
  'a GraphQL document': {
    attributes: {
      'graphql.source': `query Q { user(name: "${secret}", bio: """say "${secret}" """, age: 7) { id } } # ${secret}`,
    },
  },
  'a GraphQL document that is cut off': {
    attributes: { 'graphql.document': `{ user(name: "${secret}` },
  },
  'an operation that is none': old('get a', 'redis', {
    attributes: { 'db.operation.name': `SELECT'${secret}'` },
  }),
  'a command and an operation of tokens': old(token, 'redis', {
    name: `redis-${token}`,
    attributes: { 'db.operation.name': token },
  }),
  'a comment in a GraphQL document that has lost its sign': {
    attributes: { 'graphql.source': `{ user(name: *) } ${token}` },
  },
  'a command that is none': old(`"${secret}"`, 'redis'),
  'a key of a search engine': old('{}', 'elasticsearch', {
    attributes: { 'db.elasticsearch.path_parts.id': secret },
  }),
  baggage: { attributes: { 'baggage.user': secret, baggage: `user=${secret}` } },
  'a key of a message': { attributes: { 'messaging.kafka.message.key': secret } },
  'a body': { attributes: { 'http.request.body': secret, 'http.response.body.text': secret } },
  'metadata of a call': { attributes: { 'rpc.grpc.request.metadata.authorization': [secret] } },
  'an error whose type is its message': { attributes: { 'error.type': `no such "${secret}"` } },
  'a URL on an internal span': { attributes: { 'url.full': `/a?token=${secret}` } },
  'the name of an HTTP client span': http(
    { 'url.full': `https://api.test/a?token=${secret}`, 'next.span_name': `GET /a?t=${secret}` },
    `fetch GET https://api.test/a?token=${secret}`,
  ),
  'headers that are credentials': http({
    'http.request.header.authorization': [`Bearer ${secret}`],
    'http.request.header.cookie': [`sid=${secret}`],
    'http.request.header.x-api-key': [secret],
    'http.response.header.set-cookie': [`sid=${secret}`],
  }),
  'a connection string': old('SELECT 1', 'postgresql', {
    attributes: { 'db.connection_string': `postgres://me:${secret}@db.test/shop` },
  }),
  'variables of GraphQL': { attributes: { 'graphql.variables.name': secret } },
  'a status message': { act: (span) => span.setStatus({ code: 2, message: `bad "${secret}"` }) },
  'a status message that repeats the statement': sql(`/* ${secret} */ SELECT 1`, {
    act: (span) =>
      span.setStatus({ code: 2, message: `/* ${secret} */ SELECT 1 - relation is not there` }),
  }),
  'exception.message': {
    act: (span) => span.recordException(new Error(`value "${secret}" is too long`)),
  },
  'exception.stacktrace': {
    act: (span) => {
      const error = new Error(`Key (email)=(${secret}) already exists`);
      error.stack = `Error: Key (email)=(${secret})\n    at run (/app/a.js:1:2)\nCaused by: Error: "${secret}"\n    at b (/app/b.js:3:4)`;
      span.recordException(error);
    },
  },
  'error attributes': {
    attributes: {
      'error.message': `bad "${secret}"`,
      'exception.message': `bad '${secret}'`,
      'exception.stacktrace': `Error: bad '${secret}'\n    at run (/app/a.js:1:2)`,
      'grpc.error_message': `bad "${secret}"`,
    },
  },
  'an event of another name': {
    act: (span) =>
      span.addEvent('query', {
        'db.statement': `SELECT '${secret}'`,
        'db.query.parameter.0': secret,
        'url.full': `https://api.test/?token=${secret}`,
      }),
  },
};

function http(attributes: Attributes, name = 'GET'): Place {
  return { kind: client, name, attributes: { 'http.request.method': 'GET', ...attributes } };
}

async function exported(place: Place, config: RigConfig = {}): Promise<ReadableSpan[]> {
  const rig = aRig(config);
  const request = aRequest(rig, '/users');
  const { name = 'span', act, ...shape } = place;
  const child = request.child(name, shape as never);
  act?.(child.span);
  child.end();
  request.end();
  // The same once more as a root, whose name may become that of its endpoint.
  const root = new OpenSpan(rig, name, shape as never, ROOT_CONTEXT);
  act?.(root.span);
  root.end(1500);
  await rig.processor.forceFlush();
  const metrics = [...(await rig.metrics()).values()];
  if (config.redact !== false) {
    const series = metrics.map(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes));
    expect(leaks(series)).toBe(false);
    expect(leaks(rig.findings)).toBe(false);
    expect(leaks(rig.processor.report())).toBe(false);
  }
  expect(rig.processor.counts.droppedSpans).toEqual({});
  return rig.exporter.spans;
}

function leaks(thing: unknown): boolean {
  return JSON.stringify(thing).toLowerCase().includes(secret.slice(0, 5));
}

function whatLeaves(spans: readonly ReadableSpan[]): unknown {
  return spans.map(({ name, attributes, events, links, status }) => ({
    name,
    attributes,
    events,
    links,
    status,
  }));
}

describe('no secret leaves', () => {
  test.each(Object.keys(places))('in %s', async (name) => {
    const spans = await exported(places[name]!);
    expect(spans).toHaveLength(3);
    expect(leaks(whatLeaves(spans))).toBe(false);
  });

  test('in the attributes of a link', async () => {
    const rig = aRig();
    const other = aRequest(rig, '/other');
    const context = other.span.spanContext();
    const links = [{ context, attributes: { 'db.statement': `SELECT '${secret}'` } }];
    other.child('batch', { links }).end();
    other.end();
    await rig.processor.forceFlush();
    const [batch] = rig.exporter.named('batch');
    expect(batch!.links[0]!.attributes).toEqual({ 'db.statement': 'SELECT ?' });
  });

  test('in what a finding says', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/users');
    for (let i = 0; i < 6; i++) request.query(`SELECT * FROM users WHERE name = '${secret}${i}'`);
    request.end();
    await rig.processor.forceFlush();
    expect(rig.findings).toHaveLength(1);
    expect(leaks(whatLeaves(rig.exporter.spans))).toBe(false);
    expect(leaks(rig.findings)).toBe(false);
  });

  test('in a piece of a long request', async () => {
    const rig = aRig();
    const request = aRequest(rig, '/users');
    request.query(`SELECT '${secret}'`);
    await rig.processor.shutdown();
    expect(rig.exporter.spans).toHaveLength(1);
    expect(leaks(whatLeaves(rig.exporter.spans))).toBe(false);
  });

  test('and each of these places does hold it when redaction is off', async () => {
    for (const [name, place] of Object.entries(places)) {
      const spans = await exported(place, { redact: false });
      expect([name, leaks(whatLeaves(spans))]).toEqual([name, true]);
    }
  });
});

describe('what holds no data stays the very string it was', () => {
  const texts = [
    'SELECT "u"."name" FROM "users" AS "u" WHERE id = $1 AND kind IN ($2, $3)',
    'INSERT INTO notes (id, text) VALUES ($1, $2) RETURNING id',
    '  select *\n  from users\n  where id = :id',
  ];
  test.each(texts)('%s', async (text) => {
    const [child] = await exported(sql(text));
    expect(child!.attributes['db.query.text']).toBe(text);
    expect(child!.name).toBe(`pg.query:${text.trim().split(' ', 1)[0]!.toUpperCase()} shop`);
  });

  test('names, URLs without a query, routes, codes and what the application itself wrote', async () => {
    const attributes = {
      'http.request.method': 'GET',
      'http.route': '/users/:id',
      'url.full': 'https://api.test/users/me',
      'url.path': '/users/me',
      'http.response.status_code': 200,
      'error.type': '23505',
      'http.request.header.accept': ['text/html'],
      'app.note': `kept 'as it is'`,
    };
    const [kept] = await exported({ name: 'GET /users/:id?', attributes });
    expect(kept!.attributes).toEqual(attributes);
    expect(kept!.name).toBe('GET /users/:id?');
  });
});

describe('what is left can still be read', () => {
  test.each<[string, Place, string, string]>([
    [
      'a statement',
      sql(`SELECT 'a', 7 FROM t /* c */`),
      'pg.query:SELECT shop',
      'SELECT ?, ? FROM t',
    ],
    ['a glued literal', sql(`SELECT'a' FROM t`), 'pg.query:SELECT shop', 'SELECT? FROM t'],
    ['a comment in front', sql(`/*a*/SELECT 1`), 'pg.query:SELECT shop', 'SELECT ?'],
    [
      'a prepared statement',
      sql(`SELECT 'a' FROM t`, {
        name: 'pg.query:users-by-name shop',
        attributes: { 'db.postgresql.plan': 'users-by-name' },
      }),
      'pg.query:users-by-name shop',
      'SELECT ? FROM t',
    ],
    ['redis', old('get user:1', 'redis', { name: 'get' }), 'get', 'get ?'],
    [
      'a document',
      old('{"a":"x","b":[1,"y"],"c":{"d":true}}', 'mongodb', { name: 'find t' }),
      'find t',
      '{"a":"?","b":[?,"?"],"c":{"d":true}}',
    ],
  ])('%s', async (_what, place, name, text) => {
    const [child] = await exported(place);
    expect(child!.name).toBe(name);
    expect(child!.attributes['db.query.text'] ?? child!.attributes['db.statement']).toBe(text);
  });

  test('a URL keeps its names, the allowed parameters and the name of its route', async () => {
    const place = http(
      {
        'http.route': '/users/{id}',
        'url.full': 'https://a.test/users/42/notes?page=2&q=x',
        'url.path': '/users/42/notes',
        'url.query': '?page=2&q=x',
      },
      'GET /users/{id} /users/42/notes',
    );
    const [child] = await exported(place, { allowedQueryParameters: ['page'] });
    expect(child!.attributes).toMatchObject({
      'url.full': 'https://a.test/users/:param/notes?page=2',
      'url.path': '/users/:param/notes',
      'url.query': '?page=2',
    });
    expect(child!.name).toBe('GET /users/{id} /users/:param/notes');
  });

  test('a connection string keeps where it leads', async () => {
    const text = 'postgres://me:a/b#c@db.test:5432/shop?ssl=1';
    const [child] = await exported({ attributes: { 'db.connection_string': text } });
    expect(child!.attributes['db.connection_string']).toBe('postgres://db.test:5432/shop');
  });

  test('a GraphQL document keeps its structure', async () => {
    const source = 'query Q($a: Int) { u1(id: $a, n: -1.5e3, s: "x") { name2 } } # why';
    const [child] = await exported({ attributes: { 'graphql.source': source } });
    expect(child!.attributes['graphql.source']).toBe(
      'query Q($a: Int) { u1(id: $a, n: ?, s: ?) { name2 } } ',
    );
  });

  test('a URL keeps its path and a mark, its span a readable name', async () => {
    const place = http({ 'url.full': 'https://a.test/b?c=d' }, 'fetch GET https://a.test/b?c=d');
    const [child] = await exported(place);
    expect(child!.attributes['url.full']).toBe('https://a.test/b?');
    expect(child!.name).toBe('fetch GET https://a.test/b?');
  });
});

describe('what is opened', () => {
  test('leaves as it is, by its name or a pattern', async () => {
    const attributes = {
      'url.full': 'https://a.test/b/42?c=d',
      'db.query.text': "SELECT 'a'",
      'process.command_args': ['a'],
    };
    const openAttributes = ['url.*', 'process.command_args'];
    const [child] = await exported({ attributes }, { openAttributes });
    expect(child!.attributes).toEqual({ ...attributes, 'db.query.text': 'SELECT ?' });
  });

  test('does not open headers that are credentials', async () => {
    const attributes = {
      'http.request.header.authorization': ['a'],
      'http.request.header.accept': ['b'],
      'http.response.header.set-cookie': ['c'],
    };
    const [child] = await exported({ attributes }, { openAttributes: ['*'] });
    expect(child!.attributes).toEqual({ 'http.request.header.accept': ['b'] });
  });

  test('is the path of a URL, and nothing else of it, with redactPaths off', async () => {
    const attributes = { 'url.full': 'https://me:pw@a.test/b/42?c=d', 'url.path': '/b/42' };
    const [child] = await exported({ attributes }, { redactPaths: false });
    expect(child!.attributes).toEqual({ 'url.full': 'https://a.test/b/42?', 'url.path': '/b/42' });
  });

  test('is a status message by the name it has elsewhere', async () => {
    const act = (span: Span): unknown => span.setStatus({ code: 2, message: 'no "a"' });
    const [child] = await exported({ act }, { openAttributes: ['otel.status_description'] });
    expect(child!.status.message).toBe('no "a"');
  });

  test.each([[['']], ['a'], [[7]]])('is refused when it is %j', (openAttributes) => {
    expect(() => aRig({ openAttributes: openAttributes as never })).toThrow(
      /^openAttributes must be a list of names, got /,
    );
  });
});

test('the command line stays here, and one resource stays one resource', async () => {
  const rig = aRig({
    resource: resourceFromAttributes({
      'service.name': 'shop',
      'process.command_args': [secret],
      'process.pid': 7,
    }),
  });
  aRequest(rig, '/a').end();
  aRequest(rig, '/b').end();
  await rig.processor.forceFlush();
  const [first, second] = rig.exporter.spans;
  expect(first!.resource.attributes).toEqual({ 'service.name': 'shop', 'process.pid': 7 });
  expect(first!.resource).toBe(second!.resource);
  expect(leaks(first!.resource.getRawAttributes?.() ?? [])).toBe(false);
});
