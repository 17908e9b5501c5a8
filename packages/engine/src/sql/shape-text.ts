import { WordTrait } from './keywords.ts';
import { Part } from './parts.ts';
import type { ShapeReader } from './shape.ts';

/** One part of a shape as text: `?`, `...`, or as it stood in the statement. */
export interface ShapePart {
  /** Of `Part`. */
  readonly kind: number;
  readonly text: string;
  /** Of a word: in lower case; empty for everything else. */
  readonly word: string;
  /** From `WordTrait`; 0 for everything but words. */
  readonly traits: number;
}

/** The parts that a reader kept, in order. Called only for a shape that is new: it makes strings. */
export function partsOf(reader: ShapeReader, text: string): ShapePart[] {
  const { parts, last } = reader;
  const result: ShapePart[] = [];
  for (let at = 4; at <= last; at += 4) {
    const kind = parts[at]!;
    const isWord = kind === Part.word;
    const token = textOf(reader, kind, parts[at + 1]!, text);
    const word = isWord ? lowerCase(token) : '';
    result.push({ kind, text: token, word, traits: isWord ? reader.traitsAt(at) : 0 });
  }
  return result;
}

function textOf({ lexer }: ShapeReader, kind: number, start: number, text: string): string {
  if (kind === Part.value) return '?';
  if (kind === Part.more) return '...';
  if (kind === Part.comma) return ',';
  lexer.end = start;
  lexer.next();
  if (lexer.isAscii) return text.slice(lexer.start, lexer.end);
  return decoder.decode(lexer.bytes.subarray(lexer.start, lexer.end));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A shape's text: reading it again gives the same parts, so it is its own shape. */
export function shapeTextOf(parts: readonly ShapePart[]): string {
  let out = '';
  let previous: ShapePart | undefined;
  for (const part of parts) {
    if (previous !== undefined && needsSpace(previous, part)) out += ' ';
    out += part.kind === Part.word ? part.word : part.text;
    previous = part;
  }
  return out;
}

/** ASCII only, as the hash folds it: other scripts' case is part of the name. */
export function lowerCase(word: string): string {
  let lower = word.toLowerCase();
  if (lower === word) return word;
  for (let at = 0; at < word.length; at++) {
    if (word.charCodeAt(at) <= 127) continue;
    lower = '';
    for (const letter of word) lower += letter > '\u007f' ? letter : letter.toLowerCase();
    return lower;
  }
  return lower;
}

function needsSpace(previous: ShapePart, part: ShapePart): boolean {
  const text = part.text;
  const before = previous.text;
  if (part.kind === Part.quotedName) return !hugsNext(before);
  if (text === ',' || text === ')' || text === ';' || text === '[') return false;
  if (text.length === 1 && before.length === 1 && isOneOperator(before, text)) return false;
  if (text === ']') return previous.kind === Part.quotedName && before.endsWith(']');
  if (text.startsWith('.') && before.startsWith('.')) return true;
  if (text === '.' || text === '..') return false;
  if (hugsNext(before)) return false;
  if (text === '::') return before === ':';
  return text !== '(' || !isFunctionName(previous);
}

/** What stands close to the part behind it. */
function hugsNext(text: string): boolean {
  return text === '(' || text === '[' || text === '::' || text === '.' || text === '..';
}

/** Operators of two characters that arrive one by one; the likes of `--` and `/*` never join. */
function isOneOperator(first: string, second: string): boolean {
  if (second === '=') return first === '<' || first === '>' || first === '!';
  return (first === '<' && second === '>') || (first === '|' && second === '|');
}

function isFunctionName({ kind, traits }: ShapePart): boolean {
  return kind === Part.quotedName || (kind === Part.word && (traits & notCalled) === 0);
}

const notCalled = WordTrait.keyword | WordTrait.noCall;
