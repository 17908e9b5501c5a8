/** What an attribute's value holds, and so what must be done to it before it leaves. */
export type Sensitive = 'statement' | 'url' | 'message' | 'stack' | 'secret';

const known: Readonly<Record<string, Sensitive>> = {
  'db.query.text': 'statement',
  'db.statement': 'statement',
  'sql.query': 'statement',
  'db.connection_string': 'url',
  'url.full': 'url',
  'http.url': 'url',
  'http.target': 'url',
  'url.query': 'secret',
  'url.fragment': 'secret',
  'next.span_name': 'url',
  'otel.status_description': 'message',
  'error.stack': 'stack',
  'exception.stacktrace': 'stack',
};

/** Parameters of statements, variables of GraphQL, headers that are credentials, words of errors. */
const families: readonly (readonly [RegExp, Sensitive])[] = [
  [
    /^(?:db|sql|drizzle|prisma|knex)\..*(?:values?|params?|parameters?|bindings|args)(?:\.|$)/i,
    'secret',
  ],
  [/^graphql\.variables(?:\.|$)/, 'secret'],
  [
    /^http\.(?:request|response)\.header\..*(?:auth|cookie|token|secret|session|api[-_]?key)/i,
    'secret',
  ],
  [/(?:error|exception)[._](?:message|description)$/i, 'message'],
];

/** Names that were asked for before; they are few, but foreign, so the memory is bounded. */
const remembered = new Map<string, Sensitive | null>(Object.entries(known));
const mostRemembered = 2000;

/** What an attribute of this name holds; null when it may leave as it is. */
export function sensitiveIn(name: string): Sensitive | null {
  const seen = remembered.get(name);
  return seen === undefined ? classify(name) : seen;
}

function classify(name: string): Sensitive | null {
  const kind = families.find(([family]) => family.test(name))?.[1] ?? null;
  if (remembered.size < mostRemembered) remembered.set(name, kind);
  return kind;
}
