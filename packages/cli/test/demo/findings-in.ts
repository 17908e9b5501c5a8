import type { Report } from '@spandrel/engine';
import {
  type ExpectedFinding,
  expectedFindings,
  rulesByTime,
} from '../../../../examples/meetings-api/src/expected-findings.ts';

/** The problems of a report in the form of what was expected: without a place where none is promised. */
export function findingsIn({ problems }: Report): ExpectedFinding[] {
  const found = problems.map(({ rule, endpoint, callSite, repeats }) => {
    const place = isPlacePromised(rule, endpoint) ? callSite : null;
    return {
      rule,
      endpoint,
      file: place?.file ?? null,
      function: place?.function ?? null,
      repeats: rulesByTime.has(rule) ? null : repeats,
    };
  });
  // A place may be found only after the first requests: until then it is another problem.
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

function isPlacePromised(rule: string, endpoint: string): boolean {
  const expected = expectedFindings.find((one) => one.rule === rule && one.endpoint === endpoint);
  return expected === undefined || expected.file !== null;
}

/** Those that are the same on every machine, however busy. */
export function byCount(findings: readonly ExpectedFinding[]): ExpectedFinding[] {
  return findings.filter(({ rule }) => !rulesByTime.has(rule));
}

export function sorted(items: readonly object[]): string[] {
  return items.map((item) => JSON.stringify(item)).sort();
}
