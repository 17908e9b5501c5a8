import type { OptionSpec } from '@spandrel/engine';

const name = /^[@\w][\w./-]*$/;

/** A list of names, as `OTEL_*` variables write it: parted by commas, blanks ignored. */
export function nameList(words: {
  readonly env: string | null;
  readonly doc: string;
}): OptionSpec<readonly string[]> {
  return {
    ...words,
    default: Object.freeze([]),
    rule: 'a list of names',
    accepts: (given): given is readonly string[] =>
      Array.isArray(given) && given.every((one) => typeof one === 'string' && name.test(one)),
    parse: (text) =>
      text
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
    schema: { type: 'array', items: { type: 'string', pattern: name.source } },
  };
}
