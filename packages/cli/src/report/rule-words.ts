import { rules } from '@spandrel/engine';

const titles = new Map(rules.map(({ name, title }) => [name, title]));

/** For headings, such as `N+1 query`; of a rule this engine does not know, its name. */
export function titleOf(rule: string): string {
  return titles.get(rule) ?? rule;
}

/** For the end of a table's line: `N+1`, `N+1 HTTP`, `DUPLICATE`, `SLOW QUERY`, `POOL WAIT`. */
export function badgeOf(rule: string): string {
  return rule
    .replace(/^n-plus-one/, 'n+1')
    .replace(/^(n\+1|duplicate)-query$/, '$1')
    .replace(/-endpoint$/, '')
    .replaceAll('-', ' ')
    .toUpperCase();
}
