/**
 * Rules of quoting differ; everything else is shared. `standard`: double quotes hold names, as in
 * Oracle and most others; `other`: a system we do not know, read with MySQL's rules, under which
 * double quotes hold data.
 */
export type Dialect =
  | 'postgresql'
  | 'mysql'
  | 'sqlite'
  | 'mssql'
  | 'standard'
  | 'other'
  /** No SQL at all: shapes of document stores, which no lexer reads. */
  | 'none';

/** The dialect behind an OpenTelemetry `db.system.name` (or the older `db.system`). */
export function dialectOf(system: string): Dialect {
  switch (system) {
    case 'postgresql':
    case 'cockroachdb':
    case 'redshift':
      return 'postgresql';
    case 'mysql':
    case 'mariadb':
      return 'mysql';
    case 'sqlite':
      return 'sqlite';
    case 'mssql':
    case 'microsoft.sql_server':
      return 'mssql';
    case 'oracle':
    case 'oracle.db':
    case 'db2':
    case 'ibm.db2':
    case 'h2':
    case 'hsqldb':
    case 'derby':
    case 'cassandra':
    case 'clickhouse':
    case 'snowflake':
    case 'trino':
    case 'firebirdsql':
    case 'other_sql':
      return 'standard';
    default:
      return 'other';
  }
}
