import type { Destination } from '../exporter/destination.ts';
import { contentTypeOf } from '../exporter/http-transport.ts';
import { say } from '../say.ts';
import { sendBeside } from './send-at-once.ts';
import type { Parcel, Sending } from './send-at-once.ts';
import { readSpooled, writeSpooled } from './spool-file.ts';
import { SpoolFolder } from './spool-folder.ts';
import type { ClaimedFile } from './spool-folder.ts';

export interface SpoolOptions {
  readonly spoolDir: string;
  readonly maxSpoolBytes: number;
  readonly maxSpoolAgeMs: number;
}

const firstTryMs = 1000;
const nextTryMs = 60_000;
/** For one file; well below the time after which another process takes a claim over. */
const sendLimitMs = 60_000;

/**
 * Keeps what the end of a process could not send in files, and sends what earlier processes with
 * the same destination kept. Files hold what would have left anyway, and no headers: those of
 * another address or other credentials are left to whoever has them. Nothing of it throws.
 */
export class Spool {
  readonly #folder: SpoolFolder;
  readonly #destination: Destination;
  readonly #options: SpoolOptions;
  #sending: { file: ClaimedFile; parcels: readonly Parcel[]; sending: Sending } | undefined;
  #isOver = false;

  constructor(folder: SpoolFolder, destination: Destination, options: SpoolOptions) {
    this.#folder = folder;
    this.#destination = destination;
    this.#options = options;
  }

  /** Keeps parcels, as many as fit below the limit of size, and returns how many spans these hold. */
  keep(parcels: readonly Parcel[]): number {
    try {
      const fitting = this.#fitting(parcels);
      if (fitting.length > 0) this.#write(fitting);
      return fitting.reduce((sum, { spans }) => sum + spans, 0);
    } catch (error) {
      say(`spans could not be kept in ${this.#folder.path}: ${(error as Error).message}`);
      return 0;
    }
  }

  /** Sends what is there, a file after another, beginning in a second, and looks again later. */
  resendLater(afterMs = firstTryMs): void {
    setTimeout(() => {
      void this.#resend().then((isEmpty) => {
        if (!isEmpty && !this.#isOver) this.resendLater(nextTryMs);
      });
    }, afterMs).unref();
  }

  #fitting(parcels: readonly Parcel[]): Parcel[] {
    let room = this.#options.maxSpoolBytes - this.#folder.sizeBytes;
    return parcels.filter(({ body }) => {
      const fits = body.length <= room;
      if (fits) room -= body.length;
      return fits;
    });
  }

  #write(parcels: readonly Parcel[]): void {
    const nowMs = Date.now();
    const contentType = contentTypeOf(this.#destination);
    this.#folder.write(writeSpooled({ contentType, createdMs: nowMs, parcels }), nowMs);
  }

  /** True when nothing is left to send. */
  async #resend(): Promise<boolean> {
    try {
      this.#folder.forgetOld(this.#options.maxSpoolAgeMs, Date.now());
      for (let file = this.#claim(); file !== null; file = this.#claim()) {
        if (!(await this.#resendFile(file))) return false;
      }
      return true;
    } catch {
      return false;
    }
  }

  #claim(): ClaimedFile | null {
    return this.#isOver ? null : this.#folder.claim(Date.now());
  }

  async #resendFile(file: ClaimedFile): Promise<boolean> {
    const spooled = readSpooled(file.read());
    if (spooled === null || spooled.contentType !== contentTypeOf(this.#destination)) {
      file.setAside();
      say(`a file in ${this.#folder.path} cannot be read and was set aside`);
      return true;
    }
    const sending = sendBeside(spooled.parcels, this.#destination, sendLimitMs);
    if (sending === null) {
      file.putBack();
      return false;
    }
    this.#sending = { file, parcels: spooled.parcels, sending };
    await sending.done;
    return this.#endSending();
  }

  /** What was not accepted is up again. True when all was. */
  #endSending(): boolean {
    const current = this.#sending;
    this.#sending = undefined;
    if (current === undefined) return true;
    const left = current.sending.left();
    if (left.length === current.parcels.length) current.file.putBack();
    else {
      if (left.length > 0) this.#write(left);
      current.file.done();
    }
    return left.length === 0;
  }

  /** The process ends: what is being sent is up again for the next one. */
  stop(): void {
    this.#isOver = true;
    try {
      this.#endSending();
    } catch {
      // The claim is taken over later.
    }
  }
}

/** The spool for a destination; null, with a line, where its folder may not be used. */
export function openSpool(destination: Destination, options: SpoolOptions): Spool | null {
  const folder = new SpoolFolder(options.spoolDir, ownerOf(destination));
  const reason = folder.whyNot();
  if (reason === null) return new Spool(folder, destination, options);
  say(`spoolDir ${options.spoolDir} is not used: ${reason}`);
  return null;
}

/** Tells destinations apart without telling what they are. */
function ownerOf({ url, headers, protocol }: Destination): string {
  const sorted = Object.entries(headers).sort(([one], [other]) => (one < other ? -1 : 1));
  return process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(JSON.stringify([url, protocol, sorted]))
    .digest('hex')
    .slice(0, 16);
}
