import { expect, test } from '@jest/globals';
import { markdownReport } from '../../src/report/markdown.ts';
import { aProblem, aReport } from './a-report.ts';

test('is a table of the problems, and each of them in full below', () => {
  expect(markdownReport(aReport({ problems: [aProblem()] }))).toBe(
    [
      '## 1 problem',
      '',
      '|  | Severity | Problem | Endpoint | Where | Seen | Costs | Saves |',
      '| ---: | --- | --- | --- | --- | ---: | ---: | ---: |',
      '| 1 | warning | N+1 query | `GET /teams/:id/agenda` | `src/routes/agenda.ts:14 in listAgenda` | 84 | 30.0 ms | 27.5 ms |',
      '',
      '### 1. N+1 query in `GET /teams/:id/agenda`',
      '',
      'SELECT meetings ran 12 times in one request, one after another; seen in 84 traces of `meetings-api`.',
      '',
      '- where: `src/routes/agenda.ts:14 in listAgenda`',
      '- called by: `src/app.ts:3`',
      '- what: `select * from meetings where id = $1`',
      '- evidence: trace `0af7651916cd43dd8448eb211c80319c`, 2 spans, confidence medium',
      '- fingerprint: `f1`',
      '',
      'Fetch all rows in one query.',
      '',
      '```',
      'select *',
      'from meetings where id = ANY($1)',
      '```',
      '',
      '1200 spans in 30 batches over 15.00 s; nothing lost.',
    ].join('\n'),
  );
});

test('foreign text stays text: no markup, no cell, no fence of it counts', () => {
  const problem = aProblem({
    endpoint: 'GET /`a`|b',
    message: '<img src=x> [link](http://x) *ran*',
    shape: 'select `a` | `b`',
    advice: { text: 'Use ```.', statement: 'a\n```\nb', proof: 'unproved' },
  });
  const text = markdownReport(aReport({ problems: [problem] }));
  expect(text).toContain('| ``GET /`a`\\|b`` |');
  expect(text).toContain('### 1. N+1 query in ``GET /`a`|b``');
  expect(text).toContain('\\<img src=x\\> \\[link\\](http://x) \\*ran\\*');
  expect(text).toContain('- what: `` select `a` | `b` ``');
  expect(text).toContain('````\na\n```\nb\n````');
  expect(text).toContain('Unproved: check that it gives the same.');
});

test('says when there is nothing', () => {
  expect(markdownReport(aReport())).toBe(
    '## No problems found\n\n1200 spans in 30 batches over 15.00 s; nothing lost.',
  );
});
