import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BackendsError } from './backends-error.mjs';
import { neededGo } from './programs.mjs';

/** The version of the Go on the path, such as `go1.26.8`. Rejects when there is none, or none new enough, for `wanted`. */
export async function findGo(wanted, env) {
  const needed = neededGo();
  const otherwise = wanted.map(({ variable, title }) => `${variable} (${title})`).join(' and ');
  const advice = `install Go ${needed} or newer (https://go.dev/dl), or set ${otherwise}`;
  let stdout;
  try {
    ({ stdout } = await promisify(execFile)('go', ['env', 'GOVERSION', 'GOTOOLCHAIN'], { env }));
  } catch (cause) {
    throw new BackendsError('GO_MISSING', `Go was not found on the PATH: ${advice}`, { cause });
  }
  const [version = '', toolchain = ''] = stdout.split('\n').map((line) => line.trim());
  // From 1.21 on, Go fetches the newer Go that a module asks for, unless told to stay local.
  const enough = toolchain === '' || toolchain === 'local' ? needed : '1.21';
  if (isOlder(version, enough)) {
    throw new BackendsError('GO_TOO_OLD', `${version} is too old: ${advice}`);
  }
  return version;
}

/** Compares `go1.19.8` with `1.25`; a development version without numbers counts as new. */
function isOlder(version, needed) {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  const [neededMajor, neededMinor] = needed.split('.').map(Number);
  return (
    Number(major) < neededMajor || (Number(major) === neededMajor && Number(minor) < neededMinor)
  );
}
