import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cases of one folder of the corpus, by file name. One file holds one case or a list. */
export function corpusOf<Case>(folder: string): [string, Case][] {
  const path = join(__dirname, '..', 'corpus', folder);
  return readdirSync(path)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      const content: Case | Case[] = JSON.parse(readFileSync(join(path, file), 'utf8'));
      return (Array.isArray(content) ? content : [content]).map((one, n): [string, Case] => [
        `${file}#${n}`,
        one,
      ]);
    });
}
