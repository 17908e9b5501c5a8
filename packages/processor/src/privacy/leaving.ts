/**
 * What is done to a value before it leaves. `own`: only the application says; `drop`: the attribute
 * goes; `never`: it goes, and nothing but `redact: false` opens it.
 */
export type Treatment =
  | 'as it is'
  | 'statement'
  | 'graphql'
  | 'url'
  | 'path'
  | 'query'
  | 'connection'
  | 'message'
  | 'stack'
  | 'type'
  | 'word'
  | 'drop'
  | 'never';

/** One line of the table of all that can leave: of spans, their events and links, resources and metrics. */
export interface LeavingRule {
  /** Attribute names; `*` stands for any text. */
  readonly names: readonly string[];
  /** Further names, where a pattern says it shorter than a list. */
  readonly like?: RegExp;
  readonly treatment: Treatment;
  /** What leaves by default, in words. */
  readonly leaves: string;
}

const bare = 'the URL without credentials, query string and fragment, its path without data';

/**
 * Every attribute that can leave, and how. The first line that names an attribute counts; the last one
 * stands for all other names. The README's table is made of it.
 */
export const leavingRules: readonly LeavingRule[] = [
  {
    names: [
      'http.request.header.authorization',
      'http.request.header.cookie',
      'http.response.header.set-cookie',
    ],
    like: /^(?:http|rpc)\..*(?:header|metadata)\..*(?:auth|cookie|token|secret|session|passw|credential|signature|csrf|xsrf|api[-_]?key)/i,
    treatment: 'never',
    leaves:
      'nothing, also where an instrumentation is told to capture it; the same for every header whose name says auth, cookie, token, secret, session, password, credential, signature, csrf or api-key',
  },
  {
    names: [
      'http.request.header.referer',
      'http.request.header.origin',
      'http.response.header.location',
    ],
    like: /^http\.(?:request|response)\.header\.(?:content[-_]location|x[-_](?:original[-_]ur[il]|rewrite[-_]url|forwarded[-_]uri|url))$/i,
    treatment: 'url',
    leaves: bare,
  },
  {
    names: ['http.request.header.*', 'http.response.header.*'],
    treatment: 'as it is',
    leaves: 'other headers, only those that an instrumentation is told to capture',
  },
  {
    names: ['db.query.text', 'db.statement', 'sql.query', 'drizzle.query.text'],
    treatment: 'statement',
    leaves:
      'SQL with `?` for each literal and without comments; of a command (Redis, Valkey, Memcached) its verb; of a document its keys',
  },
  {
    names: [
      'db.query.parameter.*',
      'db.operation.parameter.*',
      'db.postgresql.values',
      'db.statement.values',
      'drizzle.query.params',
    ],
    like: /^(?:db|sql|drizzle|prisma|knex)\..*(?:values?|params?|parameters?|bindings|args)(?:\.|$)/i,
    treatment: 'drop',
    leaves: 'nothing; a keyed hash takes their place',
  },
  {
    names: ['db.elasticsearch.path_parts.*', 'db.elasticsearch.doc_id', 'aws.s3.key'],
    treatment: 'drop',
    leaves: 'nothing',
  },
  {
    names: ['db.operation.name', 'db.operation'],
    treatment: 'word',
    leaves: 'its leading words',
  },
  {
    names: ['db.connection_string'],
    treatment: 'connection',
    leaves: 'scheme, host, port and database',
  },
  {
    names: ['graphql.source', 'graphql.document'],
    treatment: 'graphql',
    leaves:
      'the document with `?` for each value and each word that is no name; comments go, but for names in those that an instrumentation has taken the `#` off',
  },
  { names: ['graphql.variables.*', 'graphql.variables'], treatment: 'drop', leaves: 'nothing' },
  {
    names: ['url.full', 'http.url', 'http.target', 'next.span_name'],
    treatment: 'url',
    leaves: bare,
  },
  {
    names: ['url.path'],
    treatment: 'path',
    leaves: 'the path with `:param` for each segment that is no name',
  },
  { names: ['url.query'], treatment: 'query', leaves: 'what `allowedQueryParameters` names' },
  { names: ['url.fragment'], treatment: 'drop', leaves: 'nothing' },
  {
    names: [
      'http.request.body',
      'http.response.body',
      'messaging.message.body',
      'messaging.kafka.message.key',
    ],
    like: /^(?:http\.(?:request|response)|messaging(?:\.\w+)?\.message|rpc\.(?:request|response))\.(?:body|payload|key)(?:\.(?:text|content))?$/,
    treatment: 'drop',
    leaves: 'nothing',
  },
  { names: ['baggage', 'baggage.*'], treatment: 'drop', leaves: 'nothing' },
  {
    names: ['process.command', 'process.command_line', 'process.command_args'],
    like: /^process\.(?:command|environment)/,
    treatment: 'drop',
    leaves: 'nothing; people pass passwords there',
  },
  {
    names: ['exception.message', 'error.message', 'otel.status_description'],
    like: /(?:error|exception)[._](?:message|description)$/i,
    treatment: 'message',
    leaves:
      "the sentence, with `?` for quoted text, numbers, addresses and lists of values; `otel.status_description` stands for a span's status message",
  },
  {
    names: ['exception.stacktrace', 'error.stack'],
    treatment: 'stack',
    leaves: 'the frames; messages as above',
  },
  {
    names: ['error.type', 'exception.type'],
    treatment: 'type',
    leaves: 'one word: a class, a code or a status; a sentence is treated as a message',
  },
  {
    names: ['http.*', 'url.*', 'user_agent.*', 'client.*', 'server.*', 'network.*', 'net.*'],
    treatment: 'as it is',
    leaves:
      'method, status, route, sizes, protocol, addresses and ports, user agent, as the instrumentation of http or undici writes them',
  },
  {
    names: ['db.*', 'redis.*', 'mongodb.*', 'mongoose.*', 'knex.*', 'prisma.*', 'pg.*'],
    treatment: 'as it is',
    leaves: 'system, database, user and table names, returned rows, models and their operations',
  },
  {
    names: ['graphql.*', 'dataloader.*', 'messaging.*', 'rpc.*'],
    treatment: 'as it is',
    leaves: 'names of operations, fields, types, queues and services',
  },
  {
    names: [
      'express.*',
      'fastify.*',
      'koa.*',
      'hono.*',
      'nestjs.*',
      'next.*',
      'component',
      'plugin.name',
      'hook.*',
    ],
    treatment: 'as it is',
    leaves: "names of a framework's handlers and hooks, and its routes",
  },
  {
    names: ['code.*', 'spandrel.*', 'cache.*'],
    treatment: 'as it is',
    leaves:
      'what we write: verdicts, keyed hashes, file, line and function, cache names and key patterns, the reasons of `allowRepeats`',
  },
  {
    names: ['service.*', 'telemetry.*', 'host.*', 'os.*', 'process.*', 'otel.*'],
    treatment: 'as it is',
    leaves:
      'of the resource: service, host name and id, operating system, process id, owner, runtime and the path of its executable',
  },
  {
    names: [
      'v8js.*',
      'nodejs.*',
      'system.*',
      'cpu.*',
      'jvm.*',
      'state',
      'direction',
      'device',
      'reason',
      'part',
      'cap',
      'rule',
      'endpoint',
      'severity',
    ],
    treatment: 'as it is',
    leaves: 'of metrics: kinds of memory, of collections, of CPU time; the name of an endpoint',
  },
  {
    names: ['*'],
    treatment: 'as it is',
    leaves: 'what your own code, or an instrumentation not named here, writes',
  },
];

interface Matcher {
  readonly matches: (name: string) => boolean;
  readonly treatment: Treatment;
}

const matchers: readonly Matcher[] = leavingRules.map(({ names, like, treatment }) => {
  const patterns = names.map(patternOf);
  if (like !== undefined) patterns.push(like);
  return { treatment, matches: (name) => patterns.some((pattern) => pattern.test(name)) };
});

/** `a.*` as a pattern for whole names. */
export function patternOf(name: string): RegExp {
  const parts = name.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** Names beyond are classified each time: they are few, but foreign, so the memory is bounded. */
const mostRemembered = 2000;

/** What is done to which attribute, `opened` names aside. */
export class Treatments {
  readonly #opened: readonly RegExp[];
  readonly #remembered = new Map<string, Treatment>();

  /** `opened` names leave as they are; `*` stands for any text. */
  constructor(opened: readonly string[]) {
    this.#opened = opened.map(patternOf);
  }

  of(name: string): Treatment {
    return this.#remembered.get(name) ?? this.#classify(name);
  }

  #classify(name: string): Treatment {
    const given = matchers.find(({ matches }) => matches(name))?.treatment ?? 'as it is';
    const isOpened = given !== 'never' && this.#opened.some((pattern) => pattern.test(name));
    const treatment = isOpened ? 'as it is' : given;
    if (this.#remembered.size < mostRemembered) this.#remembered.set(name, treatment);
    return treatment;
  }
}
