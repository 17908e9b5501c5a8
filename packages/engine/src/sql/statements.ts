import { DocumentShapes } from '../calls/document-shapes.ts';
import { Shapes } from './shapes.ts';
import { readWith } from './statement.ts';
import type { Statement } from './statement.ts';
import type { Dialect } from './scanner.ts';

/** Reading a statement holds up the request: of a longer one the beginning is read, and leaves. */
const mostCharacters = 200_000;

export function readablePart(text: string): string {
  return text.length > mostCharacters ? text.slice(0, mostCharacters) : text;
}

/**
 * Remembered statements: a text seen before costs one map look-up. Two generations bound the
 * memory: when the young one is full it becomes the old one, and what is used again moves back.
 * Shapes are interned while they live, so that equal shapes are the same object.
 */
export class Statements {
  #young = new Map<string, Statement>();
  #old = new Map<string, Statement>();
  #youngBytes = 0;
  /** Calls to stores that speak no SQL. */
  readonly documents: DocumentShapes;
  readonly #shapes: Shapes;
  readonly #maxTexts: number;
  readonly #maxBytes: number;

  /**
   * Limits as in the engine's options; texts and bytes are shared by both generations, and shapes
   * may weigh half as much again.
   */
  constructor(limits: { maxStatements: number; maxStatementBytes: number; maxShapes: number }) {
    this.#maxTexts = Math.max(1, limits.maxStatements >> 1);
    this.#maxBytes = limits.maxStatementBytes / 2;
    this.#shapes = new Shapes(limits.maxShapes, this.#maxBytes);
    this.documents = new DocumentShapes(limits.maxShapes);
  }

  get(given: string, dialect: Dialect): Statement {
    const text = readablePart(given);
    const known = this.#young.get(text);
    if (known !== undefined && known.shape.dialect === dialect) return known;
    return this.#recall(text, dialect, known !== undefined);
  }

  /** `isOther`: the young texts hold it in another dialect. */
  #recall(text: string, dialect: Dialect, isOther: boolean): Statement {
    const old = this.#old.get(text);
    const statement = old?.shape.dialect === dialect ? old : this.#read(text, dialect);
    this.#remember(text, statement, isOther);
    return statement;
  }

  #read(text: string, dialect: Dialect): Statement {
    const { generation } = this.#shapes;
    const statement = readWith(text, dialect, this.#shapes);
    if (this.#shapes.generation !== generation) this.#forget();
    return statement;
  }

  /** The exported text may be asked for later, so it is counted beforehand. */
  #remember(text: string, statement: Statement, isOther: boolean): void {
    const bytes = 4 * text.length + 128;
    if (bytes > this.#maxBytes) return;
    if (this.#young.size >= this.#maxTexts || this.#youngBytes + bytes > this.#maxBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    if (!isOther) this.#youngBytes += bytes;
    this.#young.set(text, statement);
  }

  /** Texts hold shapes; when those start afresh, so do these. */
  #forget(): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#youngBytes = 0;
  }
}
