import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Doctor from '@spandrel/bootstrap/doctor';
import { findPreload } from '../run/preload.ts';
import type { Preload } from '../run/preload.ts';

/** The copy of `@spandrel/bootstrap` that the project would run with, and its checks. */
export interface Surgery {
  readonly preload: Preload;
  readonly doctor: typeof Doctor;
  /** Loaded into the application beside the preload. */
  readonly witness: string;
  /** A file of the copy the checks come from. */
  readonly ownFile: string;
}

/** The project's own copy where it has one that has checks; else the one beside this command. */
export function openSurgery(folder: string, ownFile: string): Surgery {
  const preload = findPreload(folder, ownFile);
  const from = preload.isOwn ? [join(folder, 'package.json'), ownFile] : [ownFile];
  for (const file of from) {
    const require = createRequire(file);
    try {
      const witness = require.resolve('@spandrel/bootstrap/doctor/witness');
      const doctor = require('@spandrel/bootstrap/doctor') as typeof Doctor;
      return { preload, doctor, witness, ownFile: witness };
    } catch (error) {
      if (file === ownFile) throw error;
    }
  }
  throw new Error('unreachable');
}
