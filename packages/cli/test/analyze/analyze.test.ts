import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Report } from '@spandrel/engine';
import {
  chunked,
  jaegerTraces,
  jsonLines,
  otlpJson,
  otlpProtobuf,
  prefixed,
  recordedSpans,
} from './recorded.ts';
import { aFolder, analyze, reportOf } from './run.ts';

const folder = aFolder();
afterAll(() => folder.remove());

const spans = recordedSpans();
const lines = jsonLines(spans);
const document = otlpJson(spans);
const traces = jaegerTraces(spans);

/** What must not depend on the format. */
function essence({ services, problems, dropped, suppressed, durationMs, exported }: Report) {
  return { services, problems, dropped, suppressed, durationMs, spans: exported.spans };
}

describe('every format of the same spans gives the same report', () => {
  const pretty = JSON.stringify(JSON.parse(document), null, 2);
  const bodies = chunked(spans, 7).map(otlpProtobuf);
  const formats: [string, string | Uint8Array][] = [
    ['OTLP JSON', document],
    ['OTLP JSON over many lines', pretty],
    ['OTLP JSON over many lines, of Windows', pretty.replaceAll('\n', '\r\n')],
    ['OTLP JSON with a byte order mark', `\ufeff${document}`],
    ['a list of OTLP requests', `[${lines.trim().replaceAll('\n', ',')}]`],
    ['OTLP JSON lines', lines],
    ['OTLP JSON lines without the last newline', lines.trimEnd()],
    ['OTLP JSON lines among metrics and empty ones', `{"resourceMetrics":[]}\n\n${lines}\n\n`],
    ['OTLP protobuf', otlpProtobuf(spans)],
    ['OTLP protobuf of several exports', Buffer.concat(bodies)],
    ['protobuf of the file exporter', prefixed(bodies)],
    ['protobuf of the file exporter, zstd', prefixed(bodies.map((body) => zstdCompressSync(body)))],
    ['JSON of the file exporter, zstd', prefixed([zstdCompressSync(document)])],
    ['Jaeger JSON', JSON.stringify({ data: traces, total: 0, errors: null })],
    ['Jaeger JSON over many lines', JSON.stringify({ data: traces }, null, 4)],
    ['a list of Jaeger traces', JSON.stringify(traces)],
    ['one Jaeger trace a line', traces.map((trace) => `${JSON.stringify(trace)}\n`).join('')],
    ['Jaeger traces over many lines', traces.map((one) => JSON.stringify(one, null, 2)).join('\n')],
  ];

  test.each(formats)('%s', async (name, content) => {
    const expected = await reportOf([folder.file('expected.json', document)]);
    expect(expected.report.problems.map(({ rule }) => rule)).toContain('n-plus-one-query');
    const file = folder.file(name.replaceAll(/\W/g, '-'), content);
    const { exitCode, stderr, report } = await reportOf([file]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(essence(report)).toEqual(essence(expected.report));

    const packed = [gzipSync(content), zstdCompressSync(content)];
    for (const stdin of [...packed, Buffer.from(content)]) {
      const inBytes = await reportOf(['-'], { stdin: chunked([...stdin], 997).map(Buffer.from) });
      expect(essence(inBytes.report)).toEqual(essence(expected.report));
    }
  });
});

test('several files are one account, and so are several gzip members', async () => {
  const half = Math.ceil(spans.length / 2);
  const [one, other] = [jsonLines(spans.slice(0, half)), jsonLines(spans.slice(half))];
  const whole = await reportOf([folder.file('whole.jsonl', lines)]);
  const parts = await reportOf([
    folder.file('one.jsonl', one),
    folder.file('other.pb', otlpProtobuf(spans.slice(half))),
  ]);
  const members = Buffer.concat([gzipSync(one), gzipSync(other)]);
  const { report } = await reportOf([folder.file('members.gz', members)]);
  expect(essence(parts.report)).toEqual(essence(whole.report));
  expect(essence(report)).toEqual(essence(whole.report));
});

test('time is what the spans say, however far they lie apart', async () => {
  const [first, ...others] = recordedSpans(1);
  const later = JSON.parse(otlpJson([first!, ...others])) as object;
  const text = JSON.stringify(later).replaceAll(/"(17538\d{5})(\d{9})"/g, (_all, s, n) => {
    return `"${Number(s) + 3 * 86_400}${n}"`;
  });
  const renamed = text.replaceAll('0001b58', '000ffff');
  const { report } = await reportOf([folder.file('days.jsonl', `${document}\n${renamed}\n`)]);
  expect(report.durationMs).toBeGreaterThan(3 * 86_400_000);
  const notes = report.services[0]!.endpoints.find(({ endpoint }) => endpoint === 'GET /notes')!;
  expect(notes).toMatchObject({ calls: 4, p50Ms: expect.closeTo(1200, -1) });
  const [problem] = report.problems.filter(({ rule }) => rule === 'n-plus-one-query');
  expect(problem!.lastSeenMs - problem!.firstSeenMs).toBeGreaterThan(2.9 * 86_400_000);
});

describe('what is broken is told with its place, what came before is reported', () => {
  const good = lines.split('\n').slice(0, 3).join('\n');
  const readBefore = '; read before: 15 spans in 3 batches';
  const protobuf = otlpProtobuf(spans);

  test.each<[string, string | Uint8Array, string | RegExp]>([
    ['a line cut short', `${good}\n{"resourceSpans":[{"res`, `line 4 is not JSON${''}`],
    ['a line of something else', `${good}\nhello\n${good}`, 'line 4 is not JSON'],
    ['JSON of something else', `${good}\n{"hello":1}\n`, 'neither OTLP nor Jaeger JSON, at line 4'],
    ['a span without an id', `${good}\n${bad('traceId', '')}`, /without a trace id.*at line 4/],
    ['a time that is none', `${good}\n${bad('startTimeUnixNano', 'x')}`, /startTimeUnixNano/],
  ])('%s', async (name, content, message) => {
    const file = folder.file(`broken-${name.replaceAll(' ', '-')}`, content);
    const { exitCode, stderr, report } = await reportOf([file]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toContain(`spandrel analyze: ${file}: `);
    expect(stderr).toContain(readBefore);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(report.exported.spans).toBe(15);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ['a document cut short', document.slice(0, 9000), /ends in the middle of the value.* byte 1;/],
    [
      'protobuf cut short',
      protobuf.subarray(0, -5),
      /ends in the middle of the request.* byte [\d,]+;/,
    ],
    [
      'protobuf with junk in it',
      Buffer.concat([protobuf, Buffer.from('junk')]),
      /byte [\d,]+ begins no/,
    ],
    ['gzip cut short', gzipSync(document).subarray(0, -20), /gzip data are damaged or end early/],
    ['zstd with junk in it', spoilt(zstdCompressSync(lines)), /zstd data are damaged/],
    [
      'a size beyond the end',
      prefixed([protobuf]).subarray(0, 90),
      /request that begins at byte 1;/,
    ],
    ['an image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]), /neither OTLP .* nor Jaeger JSON/],
    ['text', 'time,span\n1,2\n', /neither OTLP .* nor Jaeger JSON/],
    [
      'a raw newline in a string',
      '{"data":[{"a":"x\n"}]}',
      /byte 17 should be the end of a string/,
    ],
  ])('%s', async (name, content, message) => {
    const file = folder.file(`cut-${name.replaceAll(' ', '-')}`, content);
    const { exitCode, stderr, stdout } = await analyze([file]);
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/problem/i);
    const [, told] = /^spandrel analyze: (.*); read before: /.exec(stderr)!;
    expect(stdout).toContain(`Input broken off: ${told}; what was read before it is above.`);
    expect(stdout).not.toContain('nothing lost');
  });

  test('a bad span of a file of one line is told by its line, of a document by a byte', async () => {
    const line = bad('traceId', '');
    const ofLine = await analyze([folder.file('one-line.json', line)]);
    expect(ofLine.stderr).toMatch(/without a trace id or span id, at line 1;/);
    expect(ofLine.stdout).toContain('No problems found in what was read.');
    const text = JSON.stringify(JSON.parse(line), null, 1);
    const byte = text.indexOf('{', text.indexOf('"spans"')) + 1;
    const ofDocument = await analyze([folder.file('one-document.json', text), '--format=markdown']);
    expect(ofDocument.stderr).toContain(`span id, at one of the values from byte ${byte} on;`);
    expect(ofDocument.stdout).toContain('## No problems found in what was read');
  });

  test('a broken file does not keep the next from being read', async () => {
    const files = [folder.file('no.json', 'nothing'), folder.file('yes.jsonl', lines)];
    const { exitCode, report } = await reportOf(files);
    expect([exitCode, report.exported.spans]).toEqual([1, spans.length]);
  });

  function bad(field: string, value: string): string {
    const request = JSON.parse(otlpJson(spans.slice(0, 1)));
    request.resourceSpans[0].scopeSpans[0].spans[0][field] = value;
    return `${JSON.stringify(request)}\n`;
  }

  function spoilt(bytes: Buffer): Buffer {
    return Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(200, 7), bytes.subarray(220)]);
  }
});

describe('without spans', () => {
  test.each([
    ['an empty file', ''],
    ['white space', '\n \n'],
    ['an empty request', '{}'],
    ['metrics only', '{"resourceMetrics":[]}\n'],
    [
      'a trace that Jaeger did not find',
      '{"data":[],"errors":[{"code":404,"msg":"trace not found"}]}',
    ],
  ])('%s says so and ends with 3', async (_name, content) => {
    const file = folder.file('empty', content);
    const { exitCode, stdout, stderr } = await analyze([file]);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('No spans came.');
    expect(stderr).toBe(`spandrel analyze: ${file}: no spans in it\n`);
  });
});

test('a baseline that cannot be written does not cost the report', async () => {
  const path = join(folder.path, 'no', 'folder');
  const { exitCode, stdout, stderr } = await analyze([
    '--json',
    '--write-baseline',
    path,
    folder.file('whole.jsonl', lines),
  ]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ version: 1 });
  expect(stderr).toContain(`--write-baseline ${path} could not be written: ENOENT`);
});

test('what was not read whole is no baseline', async () => {
  const path = join(folder.path, 'kept.json');
  const broken = folder.file('half.jsonl', lines.slice(0, -40));
  const { exitCode, stderr } = await analyze(['--json', '--write-baseline', path, broken]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('was not written: the input is broken');
  expect(existsSync(path)).toBe(false);
});

test('a value that nests without end is broken input, not a lack of memory', async () => {
  const deep = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":${'['.repeat(3_000_000)}`;
  const { exitCode, stderr } = await analyze([folder.file('deep.json', deep)]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/deep\.json: .*a value that nests at most 1000 deep/);
});

describe('bad usage is one line and ends with 2', () => {
  const file = folder.file('fine.jsonl', lines);
  const notJson = folder.file('not.json', '{');
  const other = folder.file('other.json', '{"version":2}');
  test.each([
    [[join(folder.path, 'missing')], 'missing does not exist'],
    [[folder.path], 'is a directory'],
    [['-', '-'], 'standard input (-) can be read once only'],
    [['--format', 'xml', file], '--format must be one of pretty, json, markdown, got xml'],
    [['--min-repeats', '1', file], '--min-repeats must be a whole number of at least 2, got 1'],
    [['--slow-query-ms', 'soon', file], '--slow-query-ms must be a number above 0'],
    [
      ['--fail-on', 'some', file],
      '--fail-on must be one of info, warning, error, critical, got some',
    ],
    [['--baseline', notJson, file], 'not.json is not JSON'],
    [['--baseline', other, file], 'other.json is not a baseline file of version 1'],
    [['--baseline', `${file}x`, file], 'does not exist'],
    [['--baseline='], "--baseline must be a file, got ''"],
  ])('%j', async (args, message) => {
    const { exitCode, stderr } = await analyze(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^spandrel analyze: .* \(see spandrel analyze --help\)\n$/);
    expect(exitCode).toBe(2);
  });

  test('a terminal is no input', async () => {
    const { main } = await import('../../src/main.ts');
    const { aContext } = await import('../output.ts');
    async function* nothing(): AsyncGenerator<Uint8Array> {}
    const context = { ...aContext(), stdin: () => Object.assign(nothing(), { isTTY: true }) };
    expect(await main(['analyze'], context)).toBe(2);
    expect(context.stderr.text).toContain('no FILE given, and standard input is a terminal');
  });
});

describe('options', () => {
  const file = folder.file('options.jsonl', lines);
  const rulesOf = (report: Report) => report.problems.map(({ rule }) => rule);

  test('limits come from the command line, else from the environment', async () => {
    const env = { SPANDREL_MIN_REPEATS: '9' };
    expect(rulesOf((await reportOf([file], { env })).report)).not.toContain('n-plus-one-query');
    const { report } = await reportOf([file, '--min-repeats', '8'], { env });
    expect(rulesOf(report)).toContain('n-plus-one-query');
  });

  test('a bad variable is told and left out', async () => {
    const env = { SPANDREL_MIN_REPEATS: 'many' };
    const { exitCode, stderr, report } = await reportOf([file], { env });
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      'SPANDREL_MIN_REPEATS must be a whole number of at least 2, got "many"',
    );
    expect(rulesOf(report)).toContain('n-plus-one-query');
  });

  test('--fail-on ends with 1 when something is that bad', async () => {
    const codeOf = async (...args: string[]) => (await analyze([file, ...args])).exitCode;
    expect(await codeOf('--fail-on', 'info')).toBe(1);
    expect(await codeOf('--fail-on', 'warning', '--suppress', 'rule=n-plus-one-query')).toBe(1);
    expect(await codeOf()).toBe(0);
    const suppressed = 'endpoint=*';
    expect(await codeOf('--fail-on', 'info', '--suppress', suppressed)).toBe(0);
  });

  test('a baseline takes what it knows out of the report and counts it', async () => {
    const baseline = join(folder.path, 'baseline.json');
    const { report: before } = await reportOf([file, '--write-baseline', baseline]);
    const written = JSON.parse(readFileSync(baseline, 'utf8'));
    expect(written.version).toBe(1);
    expect(
      written.fingerprints.map((one: { fingerprint: string }) => one.fingerprint).sort(),
    ).toEqual([...new Set(before.problems.map(({ fingerprint }) => fingerprint))].sort());
    const { exitCode, report } = await reportOf([
      file,
      '--baseline',
      baseline,
      '--fail-on',
      'info',
    ]);
    expect([exitCode, report.problems]).toEqual([0, []]);
    const findings = before.problems.reduce((sum, { occurrences }) => sum + occurrences, 0);
    expect(report.suppressed).toEqual({ findings, reasons: { baseline: findings } });
    expect(
      report.services.flatMap(({ endpoints }) => endpoints.flatMap((one) => one.problems)),
    ).toEqual([]);
    const pretty = await analyze([file, '--baseline', baseline]);
    expect(pretty.stdout).toContain(`Suppressed: ${findings} findings (baseline ${findings}).`);
  });

  test('--explain says for the slowest traces what came near', async () => {
    const many = folder.file('many.jsonl', jsonLines(recordedSpans(60)));
    const { report } = await reportOf([many, '--explain', '--min-repeats', '9']);
    const { traces, slowest } = report.explained!;
    expect([traces, slowest.length]).toEqual([expect.any(Number), 20]);
    expect(traces).toBeGreaterThanOrEqual(60);
    expect(slowest[0]).toMatchObject({ endpoint: 'GET /notes', service: 'api', durationMs: 1200 });
    const texts = slowest[0]!.nearest.map(({ rule, text }) => `${rule}: ${text}`).join('\n');
    expect(texts).toMatch(/n-plus-one-query: .*8 times/);
    const { stdout } = await analyze([many, '--explain', '--min-repeats', '9']);
    expect(stdout).toContain(`the 20 slowest of ${traces} traces`);
    expect((await reportOf([many])).report.explained).toBeUndefined();
  });
});

test('pretty is the page, markdown a table with the details below', async () => {
  const file = folder.file('pages.jsonl', lines);
  const pretty = await analyze([file]);
  expect(pretty.stdout).toContain('N+1 query in GET /notes');
  const markdown = await analyze([file, '--format', 'markdown']);
  expect(markdown.stdout).toMatch(/^## \d+ problems?\n\n\|  \| Severity \| Problem \|/);
  expect(markdown.stdout).toContain('`src/notes.ts:12 in listNotes`');
  expect(markdown.stdout).not.toContain('\u001b');
});
