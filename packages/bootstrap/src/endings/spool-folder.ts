import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { join } from 'node:path';

const ready = '.spool';
const claimed = '.claimed';
const corrupt = '.corrupt';

/** A claim this old belongs to a process that ended while it sent: its file is up again. */
const claimMs = 10 * 60_000;

/**
 * Spool files in a folder that is ours alone (mode 0700; files 0600). They appear whole, by a
 * rename, and are claimed by a rename, so that of two starts at once one gets them.
 */
export class SpoolFolder {
  readonly path: string;
  /** First part of the names, without a hyphen: only files of the same owner are claimed. */
  readonly #owner: string;

  constructor(path: string, owner: string) {
    this.path = path;
    this.#owner = owner;
  }

  /**
   * Makes the folder where it is missing, not those above it (Node's own way to do so never returns
   * for some paths below /proc). The reason why it may not be used; null when it may.
   */
  whyNot(): string | null {
    try {
      if (this.#stat() === undefined) mkdirSync(this.path, { mode: 0o700 });
      const stat = lstatSync(this.path);
      if (!stat.isDirectory()) return 'it is no directory';
      if (!isOurs(stat)) return 'it belongs to another user';
      if (process.platform === 'win32' || (stat.mode & 0o077) === 0) return null;
      return `its mode is ${(stat.mode & 0o777).toString(8)}, and must be 700`;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #stat(): Stats | undefined {
    return lstatSync(this.path, { throwIfNoEntry: false });
  }

  /** Of all files in it, whoever wrote them, in bytes. */
  get sizeBytes(): number {
    return this.#names().reduce((sum, name) => sum + (this.#statOf(name)?.size ?? 0), 0);
  }

  /** Writes a file in one turn. Throws what the file system throws. */
  write(content: Uint8Array, nowMs: number): void {
    const name = `${this.#owner}-${nowMs}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    const unready = join(this.path, `${name}.tmp`);
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
    const fd = openSync(unready, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      for (let from = 0; from < content.length;) from += writeSync(fd, content, from);
    } catch (error) {
      // On a full disk half a file would keep it full.
      unlinkSync(unready);
      throw error;
    } finally {
      closeSync(fd);
    }
    renameSync(unready, join(this.path, name + ready));
  }

  /** Deletes what is older than `maxAgeMs`, whoever wrote it. Returns how many files that were. */
  forgetOld(maxAgeMs: number, nowMs: number): number {
    const old = this.#names().filter((name) => nowMs - createdMsOf(name) > maxAgeMs);
    return old.filter((name) => this.#delete(name)).length;
  }

  /** Takes one of the owner's files, so that nobody else does; null when there is none. */
  claim(nowMs: number): ClaimedFile | null {
    for (const name of this.#names()) {
      if (!name.startsWith(`${this.#owner}-`) || !this.#isUp(name, nowMs)) continue;
      const bare = name.slice(0, name.lastIndexOf('.'));
      // An old claim gets another name, so that of two who take it over one fails.
      const mine = name.endsWith(ready) ? `${bare}${claimed}` : `${bare}x${claimed}`;
      try {
        // First, or the file would look like an old claim to others.
        utimesSync(join(this.path, name), nowMs / 1000, nowMs / 1000);
        renameSync(join(this.path, name), join(this.path, mine));
        return this.#claimedFile(mine);
      } catch {
        // Another process was quicker.
      }
    }
    return null;
  }

  #claimedFile(name: string): ClaimedFile {
    const path = join(this.path, name);
    return {
      read: () => readFileSync(path),
      done: () => void this.#delete(name),
      putBack: () => renameSync(path, path.replace(/\.claimed$/, ready)),
      setAside: () => renameSync(path, path.replace(/\.claimed$/, corrupt)),
    };
  }

  #isUp(name: string, nowMs: number): boolean {
    const stat = this.#statOf(name);
    if (stat === undefined || !stat.isFile() || !isOurs(stat)) return false;
    return name.endsWith(ready) || (name.endsWith(claimed) && nowMs - stat.mtimeMs > claimMs);
  }

  #names(): string[] {
    try {
      return readdirSync(this.path)
        .filter((name) => /\.(spool|claimed|corrupt|tmp)$/.test(name))
        .sort();
    } catch {
      return [];
    }
  }

  #statOf(name: string): Stats | undefined {
    try {
      return lstatSync(join(this.path, name));
    } catch {
      return undefined;
    }
  }

  #delete(name: string): boolean {
    try {
      unlinkSync(join(this.path, name));
      return true;
    } catch {
      return false;
    }
  }
}

/** A file that is this process's to send. All of it may throw what the file system throws. */
export interface ClaimedFile {
  read(): Buffer;
  /** It was sent: deletes it. */
  done(): void;
  /** It was not: it is up again. */
  putBack(): void;
  /** It cannot be read: kept for people to look at, until it is too old. */
  setAside(): void;
}

function isOurs({ uid }: Stats): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

/** From its name: a claim changes the times of a file. */
function createdMsOf(name: string): number {
  return Number(name.split('-')[1]);
}
