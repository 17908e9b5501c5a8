import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSpooled, writeSpooled } from '../../src/endings/spool-file.ts';
import { SpoolFolder } from '../../src/endings/spool-folder.ts';
import { openSpool } from '../../src/endings/spool.ts';
import type { Destination } from '../../src/exporter/destination.ts';

let root: string;
let path: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spandrel-spool-'));
  path = join(root, 'spool');
});
afterEach(() => rmSync(root, { recursive: true }));

const nowMs = 1_700_000_000_000;
const parcels = [
  { body: Buffer.from('first'), spans: 2 },
  { body: Buffer.alloc(0), spans: 1 },
  { body: Buffer.from([10, 0, 255]), spans: 3 },
];
const spooled = { contentType: 'application/x-protobuf', createdMs: nowMs, parcels };

describe('a spool file', () => {
  test('is read as it was written', () => {
    expect(readSpooled(writeSpooled(spooled))).toEqual(spooled);
  });

  test('that is cut off, changed or something else is told from a good one', () => {
    const file = writeSpooled(spooled);
    for (let length = 0; length < file.length; length++) {
      expect(readSpooled(file.subarray(0, length))).toBeNull();
    }
    const bodies = file.indexOf('\n') + 1;
    for (let at = bodies; at < file.length; at++) {
      const changed = Buffer.from(file);
      changed[at]! ^= 1;
      expect(readSpooled(changed)).toBeNull();
    }
    expect(readSpooled(Buffer.from('{"format":"spandrel-spool/1"}\n'))).toBeNull();
    expect(readSpooled(Buffer.from('null\n'))).toBeNull();
  });
});

function aFolder(owner = 'owner'): SpoolFolder {
  const folder = new SpoolFolder(path, owner);
  expect(folder.whyNot()).toBeNull();
  return folder;
}

describe('a spool folder', () => {
  test('is made for its owner alone, and refused when others may look into it', () => {
    aFolder();
    chmodSync(path, 0o750);
    expect(new SpoolFolder(path, 'owner').whyNot()).toBe('its mode is 750, and must be 700');
  });

  test('that is a link, a file or cannot be made is refused', () => {
    mkdirSync(join(root, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(root, 'elsewhere'), path);
    expect(new SpoolFolder(path, 'owner').whyNot()).toBe('it is no directory');
    writeFileSync(join(root, 'file'), '');
    expect(new SpoolFolder(join(root, 'file'), 'owner').whyNot()).not.toBeNull();
    for (const nowhere of [join(root, 'file', 'below'), join(root, 'no', 'such'), '/proc/nope']) {
      expect(new SpoolFolder(nowhere, 'owner').whyNot()).not.toBeNull();
    }
  });

  test('gives a file to one, and again when it is put back', () => {
    const folder = aFolder();
    folder.write(Buffer.from('content'), nowMs);
    const file = folder.claim(nowMs)!;
    expect(file.read().toString()).toBe('content');
    expect(folder.claim(nowMs)).toBeNull();
    file.putBack();
    folder.claim(nowMs)!.done();
    expect(readdirSync(path)).toEqual([]);
  });

  test('gives files to their owner only', () => {
    aFolder('one').write(Buffer.from('content'), nowMs);
    expect(aFolder('other').claim(nowMs)).toBeNull();
  });

  test('gives a claim of a process that is gone to the next after ten minutes, once', () => {
    const folder = aFolder();
    folder.write(Buffer.from('content'), nowMs);
    folder.claim(nowMs);
    expect(folder.claim(nowMs + 9 * 60_000)).toBeNull();
    const laterMs = nowMs + 11 * 60_000;
    expect(folder.claim(laterMs)?.read().toString()).toBe('content');
    expect(folder.claim(laterMs)).toBeNull();
  });

  test('forgets what is too old, also when it was claimed since or is half written', () => {
    const folder = aFolder();
    folder.write(Buffer.from('content'), nowMs);
    writeFileSync(join(path, `owner-${nowMs}-1-abc.tmp`), 'half');
    folder.claim(nowMs + 5000)!.putBack();
    expect(folder.forgetOld(10_000, nowMs + 9000)).toBe(0);
    expect(folder.forgetOld(10_000, nowMs + 10_001)).toBe(2);
    expect(readdirSync(path)).toEqual([]);
  });
});

describe('the spool', () => {
  const destination: Destination = {
    protocol: 'http/protobuf',
    url: 'http://127.0.0.1:1/v1/traces',
    headers: { key: 'secret' },
    compression: 'none',
    timeoutMs: 1000,
    tls: {},
  };
  const limits = { maxSpoolBytes: 100_000, maxSpoolAgeMs: 60_000 };
  test('holds no credentials', () => {
    openSpool(destination, { spoolDir: path, ...limits })!.keep(parcels);
    const [name] = readdirSync(path);
    expect(name + readFileSync(join(path, name!), 'latin1')).not.toMatch(/secret|127\.0\.0\.1/);
  });

  test('keeps what fits, and says how many spans that are', () => {
    const spool = openSpool(destination, { spoolDir: path, ...limits, maxSpoolBytes: 2000 })!;
    const large = { body: Buffer.alloc(1500), spans: 7 };
    expect(spool.keep([large, large, ...parcels])).toBe(13);
    expect(spool.keep([large])).toBe(0);
    expect(readdirSync(path)).toHaveLength(1);
  });
});
