import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { columns, optionsHelp, parseArguments, splitAtCommand, UsageError } from './arguments.ts';
import type { Command } from './commands.ts';
import { commands } from './commands.ts';
import type { Context } from './context.ts';

/**
 * Runs `spandrel <args>` and gives the exit code: 0 well, 1 something failed, 2 bad usage, 3 no
 * data, 130 and 143 after SIGINT and SIGTERM. Never throws for anything a user did.
 */
export async function main(args: readonly string[], context: Context): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    return print(context, generalHelp());
  }
  if (first === '--version' || first === '-v') return print(context, versionOf(context.ownFile));
  const command = commands.find(({ name }) => name === first);
  if (command === undefined) {
    const kind = first.startsWith('-') ? 'option' : 'command';
    context.stderr.write(`spandrel: unknown ${kind} ${first} (see spandrel --help)\n`);
    return 2;
  }
  const { own, command: foreign } =
    command.operands?.areCommand === true
      ? splitAtCommand(command.options, rest)
      : { own: rest, command: [] };
  if (own.includes('--help') || own.includes('-h')) return print(context, helpOf(command));
  try {
    const { values, operands } = parseArguments(command.options, own, 'operands' in command);
    return await command.run(values as never, context, [...operands, ...foreign]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const hint = `see spandrel ${command.name} --help`;
    context.stderr.write(`spandrel ${command.name}: ${error.message} (${hint})\n`);
    return 2;
  }
}

export function generalHelp(): string {
  return [
    'spandrel: what is slow, why, on which line, and what to write instead.',
    '',
    'Usage: spandrel <command> [options]',
    '',
    columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    columns([
      ['--help', 'this, or the help of a command'],
      ['--version', 'the version'],
    ]),
  ].join('\n');
}

export function helpOf({ name, summary, options, operands, environment }: Command): string {
  const usage = ['Usage: spandrel', name];
  const parts = [];
  if (Object.keys(options).length > 0) {
    usage.push('[options]');
    parts.push(optionsHelp(options));
  }
  if (operands !== undefined) {
    usage.push(`[${operands.placeholder}]`);
    parts.unshift(columns([[operands.placeholder, operands.help]]));
  }
  parts.push(`Environment\n${columns(Object.entries(environment))}`);
  return [`spandrel ${name}: ${summary}.`, usage.join(' '), ...parts].join('\n\n');
}

function print(context: Context, text: string): number {
  context.stdout.write(`${text}\n`);
  return 0;
}

/** Of the package that holds `file`; the folders of the build have a package.json of their own. */
function versionOf(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const { name, version } = readPackage(join(folder, 'package.json'));
    if (name === '@spandrel/cli' && version !== undefined) return version;
  }
  return 'unknown';
}

function readPackage(path: string): { name?: string; version?: string } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
  } catch {
    return {};
  }
}
