import { isIP } from 'node:net';

export interface Settings {
  /** Address to listen on: 127.0.0.1, or 0.0.0.0 inside a container. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Absent: the embedded database. */
  readonly databaseUrl: string | undefined;
  readonly schema: string;
  readonly scale: Scale;
  /** Absent: the cache lives in this process. */
  readonly redisUrl: string | undefined;
  /** Absent: the service starts its own directory service. */
  readonly directoryUrl: string | undefined;
}

/** `small` is made in a second; `big` has a million notes, so that the search without an index is slow. */
export type Scale = 'small' | 'big';

/** Reads and checks the environment; an empty variable counts as absent. Throws one line naming variable, rule and value. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    host: hostFrom(env),
    port: portFrom(env),
    databaseUrl: urlFrom(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    schema: schemaFrom(env),
    scale: scaleFrom(env),
    redisUrl: urlFrom(env, 'REDIS_URL', ['redis:', 'rediss:']),
    directoryUrl: urlFrom(env, 'DIRECTORY_URL', ['http:']),
  };
}

function hostFrom(env: NodeJS.ProcessEnv): string {
  const given = env.HOST || '127.0.0.1';
  if (isIP(given) !== 0) return given;
  throw new Error(`HOST must be an IP address to listen on, got ${given}`);
}

/** PORT alone, for the directory service. */
export function portFrom(env: NodeJS.ProcessEnv): number {
  const given = env.PORT || '0';
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  throw new Error(`PORT must be a whole number from 0 to 65535, got ${given}`);
}

/** The text with the password of any connection string in it replaced, so that it may be printed. */
export function withoutPassword(text: string): string {
  return text
    .replace(/(\/\/[^:/@\s]*:|^[^:/@\s]*:(?!\/\/))\S*@/g, '$1***@')
    .replace(/(password=)[^&\s]*/gi, '$1***');
}

function urlFrom(env: NodeJS.ProcessEnv, name: string, protocols: string[]): string | undefined {
  const given = env[name];
  if (!given) return undefined;
  if (URL.canParse(given) && protocols.includes(new URL(given).protocol)) return given;
  const allowed = protocols.map((protocol) => `${protocol}//`).join(' or ');
  throw new Error(
    `${name} must be an address that starts with ${allowed}, got ${withoutPassword(given)}`,
  );
}

function schemaFrom(env: NodeJS.ProcessEnv): string {
  const given = env.MEETINGS_SCHEMA || 'spandrel_demo';
  if (/^[a-z][a-z0-9_]{0,62}$/.test(given) && !given.startsWith('pg_') && given !== 'public') {
    return given;
  }
  throw new Error(
    `MEETINGS_SCHEMA must be a schema name of small letters, digits and _ (not public, not pg_…), got ${given}`,
  );
}

function scaleFrom(env: NodeJS.ProcessEnv): Scale {
  const given = env.MEETINGS_SCALE || 'small';
  if (given === 'small' || given === 'big') return given;
  throw new Error(`MEETINGS_SCALE must be small or big, got ${given}`);
}
