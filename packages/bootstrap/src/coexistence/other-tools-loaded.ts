import { otherTools } from '../doctor/other-tools.ts';

/** Where `import` has loaded a tool, no cache tells; these leave a mark of their own. */
const marks: Readonly<Record<string, string | symbol>> = {
  '@sentry/node': '__SENTRY__',
  'dd-trace': Symbol.for('dd-trace'),
};

/** Titles of the other tools of our kind that are in this process, by the packages `require` has loaded. */
export function otherToolsLoaded(packages: ReadonlySet<string>): string[] {
  return otherTools
    .filter((tool) => {
      const mark = marks[tool.package];
      return packages.has(tool.package) || (mark !== undefined && mark in globalThis);
    })
    .map(({ title }) => title);
}
