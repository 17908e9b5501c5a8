import {
  chownSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readConfigFile } from '../../src/settings/config-file.ts';
import { readSettings } from '../../src/settings/settings.ts';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'spandrel-settings-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const json = (value: unknown): string => JSON.stringify(value);

describe('where a file is looked for', () => {
  test('the working directory, then the nearest folder above with a package.json', () => {
    write('package.json', '{}');
    const above = write('spandrel.config.json', json({ minRepeats: 7 }));
    mkdirSync(join(folder, 'src/deep'), { recursive: true });
    expect(readConfigFile({}, join(folder, 'src/deep')).path).toBe(above);
    const near = write('src/deep/spandrel.config.json', json({ minRepeats: 8 }));
    expect(readConfigFile({}, join(folder, 'src/deep'))).toMatchObject({
      path: near,
      shown: 'spandrel.config.json',
      values: { minRepeats: 8 },
    });
  });

  test('not beyond the root of the package', () => {
    write('spandrel.config.json', json({ minRepeats: 7 }));
    write('package/package.json', '{}');
    mkdirSync(join(folder, 'package/src'));
    expect(readConfigFile({}, join(folder, 'package/src')).path).toBeNull();
  });

  test('SPANDREL_CONFIG_FILE names another, and nothing else is looked for', () => {
    write('spandrel.config.json', json({ minRepeats: 7 }));
    const other = write('etc/ours.json', json({ minRepeats: 9 }));
    const { path, shown } = readConfigFile({ SPANDREL_CONFIG_FILE: 'etc/ours.json' }, folder);
    expect({ path, shown }).toEqual({ path: other, shown: 'etc/ours.json' });
  });

  test.each([
    ['nowhere.json', /^SPANDREL_CONFIG_FILE: there is no .*nowhere\.json$/],
    ['settings.yaml', 'SPANDREL_CONFIG_FILE must be the path of a .json, .mjs or .ts file, got'],
  ])('SPANDREL_CONFIG_FILE=%s is refused', (name, sentence) => {
    expect(() => readConfigFile({ SPANDREL_CONFIG_FILE: name }, folder)).toThrow(sentence);
  });

  test('of several in one folder the first counts, and that is said', () => {
    write('spandrel.config.json', json({ minRepeats: 7 }));
    write('spandrel.config.ts', 'throw new Error("not me")');
    write('spandrel.config.mjs', 'throw new Error("not me")');
    expect(readConfigFile({}, folder)).toMatchObject({
      values: { minRepeats: 7 },
      warnings: [
        'spandrel.config.mjs is not read, spandrel.config.json beside it is',
        'spandrel.config.ts is not read, spandrel.config.json beside it is',
      ],
    });
  });

  test('a name that is nearly right is told', () => {
    write('spandrel.config.js', 'module.exports = {}');
    expect(readConfigFile({}, folder).warnings).toEqual([
      'spandrel.config.js is not read; its name must be spandrel.config.json, spandrel.config.mjs, spandrel.config.ts',
    ]);
  });

  test("another user's file in a folder that anyone can write to is not read unless named", () => {
    const file = write('spandrel.config.json', json({ minRepeats: 7 }));
    // Only root can give files away; anybody else is somebody else.
    if (process.getuid!() === 0) chownSync(file, 12_345, 12_345);
    else jest.spyOn(process as Required<NodeJS.Process>, 'getuid').mockReturnValue(12_345);
    expect(readConfigFile({}, folder).path).toBe(file);
    chmodSync(folder, 0o1777);
    const { path, warnings } = readConfigFile({}, folder);
    expect({ path, warnings }).toEqual({
      path: null,
      warnings: [expect.stringContaining("is not read: it is another user's")],
    });
    expect(readConfigFile({ SPANDREL_CONFIG_FILE: file }, folder).path).toBe(file);
    jest.restoreAllMocks();
  });
});

describe('what a file may be', () => {
  test.each([
    ['with a byte order mark', '\uFEFF{"minRepeats":7}'],
    ['with blanks around it', '\n {"minRepeats":7}\r\n'],
    ['with a schema', '{"$schema":"./x.json","minRepeats":7}'],
  ])('JSON %s', (_how, content) => {
    write('spandrel.config.json', content);
    expect(settings()).toMatchObject({ refusal: null, options: { minRepeats: 7 }, warnings: [] });
  });

  test.each([
    ['empty', '', 'is not valid JSON: Unexpected end of JSON input'],
    ['a list', '[1]', 'must give an object, got a list'],
    ['null', 'null', 'must give an object, got null'],
    ['a text', '"x"', 'must give an object, got a string'],
    ['UTF-16', Buffer.from('\uFEFF{}', 'utf16le'), 'is not valid JSON'],
    ['huge', ' '.repeat(1024 * 1024 + 1), 'must be at most 1048576 bytes, got 1048577'],
    ['deep', `{"suppress":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'is too deep'],
    ['wide', `{"knownProblems":[${'0,'.repeat(200_000)}0]}`, 'holds more than 100000 values'],
    ['polluting', '{"__proto__":{"minRepeats":7}}', undefined],
  ])('JSON that is %s', (_how, content, sentence) => {
    write('spandrel.config.json', content);
    const read = settings();
    if (sentence === undefined) {
      expect(read).toMatchObject({ refusal: null, options: { minRepeats: 5 } });
      return;
    }
    expect(read.refusal).toMatch(/^spandrel\.config\.json/);
    expect(read.refusal).toContain(sentence);
  });

  test('broken JSON is refused without a word of what stands in it', () => {
    write('spandrel.config.json', '{"parametersKey": "hush-hush", "minRepeats": x-hush}');
    expect(settings().refusal).toBe("spandrel.config.json is not valid JSON: Unexpected token 'x'");
    write('spandrel.config.json', '{"parametersKey": "hush-hush" "minRepeats": 7}');
    expect(settings().refusal).toMatch(
      /^spandrel\.config\.json is not valid JSON: Expected .* at position 30/,
    );
    expect(settings().refusal).not.toContain('hush');
  });

  test('a folder of that name is refused', () => {
    mkdirSync(join(folder, 'spandrel.config.json'));
    expect(settings().refusal).toBe('spandrel.config.json is no file');
  });

  test('a pipe of that name is refused, and not waited for', () => {
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [join(folder, 'spandrel.config.mjs')]);
    expect(settings().refusal).toBe('spandrel.config.mjs is no file');
  });
});

describe('what stands in a file', () => {
  test('a wrong value is refused with the file, the name, the rule and the value', () => {
    write('spandrel.config.json', json({ minRepeats: 1 }));
    expect(settings().refusal).toBe(
      'spandrel.config.json: minRepeats must be a whole number of at least 2, got 1',
    );
  });

  test('a wrong value is refused even where a later layer gives another', () => {
    write('spandrel.config.json', json({ minRepeats: null }));
    expect(settings({ SPANDREL_MIN_REPEATS: '7' }).refusal).toContain('got null');
  });

  test('what is wrong inside a list is named by its place', () => {
    write(
      'spandrel.config.json',
      json({ thresholds: [{ rule: 'slow-http', slowHttpMs: 'fast' }] }),
    );
    expect(settings().refusal).toBe(
      'spandrel.config.json: thresholds[0].slowHttpMs must be a number above 0, got "fast"',
    );
  });

  test('an unknown name is told with the name that was meant, and the rest counts', () => {
    write('spandrel.config.json', json({ minRepeat: 3, slowQueryMs: 50 }));
    expect(settings()).toMatchObject({
      options: { minRepeats: 5, slowQueryMs: 50 },
      warnings: [
        'ignored: spandrel.config.json: minRepeat is not an option; did you mean minRepeats?',
      ],
    });
  });

  test('an unknown name cannot steer a terminal, or fill it', () => {
    write('spandrel.config.json', json({ ['\u001b[2J'.repeat(1000)]: 1 }));
    const { warnings = [] } = settings() as { warnings?: readonly string[] };
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).not.toContain('\u001b');
    expect(warnings[0]!.length).toBeLessThan(400);
  });

  test('an unknown name is refused where settings are strict', () => {
    write('spandrel.config.json', json({ minRepeat: 3, strict: true }));
    expect(settings()).toEqual({
      refusal: 'spandrel.config.json: minRepeat is not an option; did you mean minRepeats?',
      isStrict: true,
    });
    expect(settings({ SPANDREL_STRICT: 'false' })).toMatchObject({ refusal: null });
  });

  test('a secret is not shown when it is refused', () => {
    write('spandrel.config.json', json({ parametersKey: 12_345_678 }));
    expect(settings().refusal).toBe(
      'spandrel.config.json: parametersKey must be a text that is not empty, got (hidden)',
    );
  });

  test('default, then file, then environment, then code, each with its source', () => {
    write('spandrel.config.json', json({ minRepeats: 6, slowQueryMs: 60, maxHoldMs: 600 }));
    const env = { SPANDREL_SLOW_QUERY_MS: '70', SPANDREL_MAX_HOLD_MS: '700' };
    expect(readSettings({ maxHoldMs: 800 }, env, folder)).toMatchObject({
      options: { minDuplicates: 2, minRepeats: 6, slowQueryMs: 70, maxHoldMs: 800 },
      sources: {
        minDuplicates: 'default',
        minRepeats: 'file',
        slowQueryMs: 'environment',
        maxHoldMs: 'code',
      },
      file: join(folder, 'spandrel.config.json'),
    });
  });

  test.each([[{ SPANDREL_ENABLED: 'false' }], [{ OTEL_SDK_DISABLED: 'true' }]])(
    'nothing is read where %j switches us off',
    (env) => {
      write('spandrel.config.json', 'broken');
      expect(settings(env)).toMatchObject({ refusal: null, file: null });
    },
  );
});

function settings(env: Record<string, string> = {}): ReturnType<typeof readSettings> {
  return readSettings({}, env, folder);
}
