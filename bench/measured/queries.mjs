const tables = ['meetings', 'attendees', 'rooms', 'notes', 'users', 'usage', 'invoices', 'tags'];

/**
 * Parameterised statements of about 300 characters, each of a shape of its own, always the same
 * string objects: that is how applications hold them.
 */
export function statementTexts(count) {
  return Array.from({ length: count }, (_, number) => {
    const table = tables[number % tables.length];
    const other = tables[(number + 3) % tables.length];
    return (
      `SELECT "${table}"."id", "${table}"."created_at", "${table}"."updated_at", ` +
      `"${table}"."title_${number}", "${other}"."name" AS "owner_name" ` +
      `FROM "${table}" INNER JOIN "${other}" ON "${other}"."id" = "${table}"."owner_id" ` +
      `WHERE "${table}"."account_id" = $1 AND "${table}"."status" IN ($2, $3) ` +
      `AND "${table}"."deleted_at" IS NULL ORDER BY "${table}"."created_at" DESC LIMIT $4`
    );
  });
}

/** A query span as `@opentelemetry/instrumentation-pg` starts it: six attributes. */
export function querySpan(text) {
  return {
    kind: 2,
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'meetings',
      'server.address': '127.0.0.1',
      'server.port': 5432,
      'db.operation.name': 'SELECT',
      'db.query.text': text,
    },
  };
}

export const queryName = 'pg.query:SELECT meetings';
export const queryScope = '@opentelemetry/instrumentation-pg';

/** A request's span as the HTTP instrumentation starts it, with the route it learns. */
export function requestSpan(route) {
  return {
    kind: 1,
    attributes: {
      'http.request.method': 'GET',
      'http.route': route,
      'url.path': route,
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': 3000,
    },
  };
}

export const requestScope = '@opentelemetry/instrumentation-http';
