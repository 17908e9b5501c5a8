import { join } from 'node:path';
import type { Context, Output } from '../src/context.ts';

/** Collects what is written. */
export class Written implements Output {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

export function aContext(env: Context['env'] = {}, ownFile = '/elsewhere/bin.js') {
  return { env, stdout: new Written(), stderr: new Written(), ownFile };
}

export const packageFile = join(__dirname, '../src/bin.ts');
