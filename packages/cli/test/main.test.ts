import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { rules } from '@spandrel/engine';
import { commands } from '../src/commands.ts';
import { helpOf, main } from '../src/main.ts';
import { aContext, packageFile } from './output.ts';

test.each([[[]], [['--help']], [['-h']], [['help']]])('lists the commands for %j', async (args) => {
  const context = aContext();
  expect(await main(args, context)).toBe(0);
  for (const { name, summary } of commands) {
    expect(context.stdout.text).toMatch(new RegExp(`${name} +${summary}`));
  }
});

test('the help of a command holds every option and variable of its table', async () => {
  for (const { name, options, environment } of commands) {
    const context = aContext();
    expect(await main([name, '--help'], context)).toBe(0);
    for (const option of Object.keys(options)) expect(context.stdout.text).toContain(`--${option}`);
    for (const variable of Object.keys(environment))
      expect(context.stdout.text).toContain(variable);
  }
});

test('the README shows the help as it is', () => {
  const file = join(__dirname, '../README.md');
  let readme = readFileSync(file, 'utf8');
  if (process.env['UPDATE_PAGES'] === '1') {
    for (const command of commands) {
      const block = new RegExp(`(\\n\`\`\`text\\n)spandrel ${command.name}: [^]*?(\\n\`\`\`\\n)`);
      readme = readme.replace(block, (_all, open, close) => open + helpOf(command) + close);
    }
    writeFileSync(file, readme);
  }
  for (const command of commands) expect(readme).toContain(helpOf(command));
});

test("--version is the package's version", async () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8'));
  const context = aContext({}, packageFile);
  expect(await main(['--version'], context)).toBe(0);
  expect(context.stdout.text).toBe(`${version}\n`);
});

test.each([
  [['dmo'], 'spandrel: unknown command dmo (see spandrel --help)\n'],
  [['--json'], 'spandrel: unknown option --json (see spandrel --help)\n'],
  [['demo', '--jsn'], 'spandrel demo: unknown option --jsn (see spandrel demo --help)\n'],
])('bad usage %j is one line and exit code 2', async (args, line) => {
  const context = aContext();
  expect(await main(args, context)).toBe(2);
  expect(context.stderr.text).toBe(line);
  expect(context.stdout.text).toBe('');
});

test('rules are listed by name and sentence', async () => {
  const context = aContext();
  expect(await main(['rules'], context)).toBe(0);
  for (const { name, firesWhen } of rules) {
    expect(context.stdout.text).toContain(`${name}\n  ${firesWhen}\n`);
  }
});
