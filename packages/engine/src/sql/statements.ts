import { readStatement } from './statement.ts';
import type { QueryShape, Statement } from './statement.ts';
import type { Dialect } from './scanner.ts';

/**
 * Remembered statements: a text seen before costs one map look-up. Two generations bound the
 * memory: when the young one is full it becomes the old one, and what is used again moves back.
 * Shapes are interned while they live, so that equal shapes are the same object.
 */
export class Statements {
  #young = new Map<string, Statement>();
  #old = new Map<string, Statement>();
  #youngBytes = 0;
  #shapeBytes = 0;
  #shapes = new Map<string, QueryShape>();
  readonly #maxTexts: number;
  readonly #maxBytes: number;
  readonly #maxShapes: number;

  /**
   * Limits as in the engine's options; texts and bytes are shared by both generations, and shapes
   * may weigh half as much again.
   */
  constructor(limits: { maxStatements: number; maxStatementBytes: number; maxShapes: number }) {
    this.#maxTexts = Math.max(1, limits.maxStatements >> 1);
    this.#maxBytes = limits.maxStatementBytes / 2;
    this.#maxShapes = limits.maxShapes;
  }

  get(text: string, dialect: Dialect): Statement {
    const known = this.#young.get(text);
    if (known !== undefined && known.shape.dialect === dialect) return known;
    return this.#recall(text, dialect);
  }

  #recall(text: string, dialect: Dialect): Statement {
    const old = this.#old.get(text);
    const statement = old?.shape.dialect === dialect ? old : this.#read(text, dialect);
    this.#remember(text, statement);
    return statement;
  }

  #read(text: string, dialect: Dialect): Statement {
    const statement = readStatement(text, dialect);
    const key = dialect + statement.shape.text;
    const shape = this.#shapes.get(key);
    if (shape !== undefined) return { shape, exportText: statement.exportText };
    const bytes = 2 * key.length;
    const isFull = this.#shapes.size >= this.#maxShapes;
    if (isFull || this.#shapeBytes + bytes > this.#maxBytes) this.#forget();
    this.#shapes.set(key, statement.shape);
    this.#shapeBytes += bytes;
    return statement;
  }

  #remember(text: string, statement: Statement): void {
    const bytes = 2 * (text.length + statement.exportText.length) + 64;
    if (bytes > this.#maxBytes) return;
    if (this.#young.size >= this.#maxTexts || this.#youngBytes + bytes > this.#maxBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    if (!this.#young.has(text)) this.#youngBytes += bytes;
    this.#young.set(text, statement);
  }

  #forget(): void {
    this.#shapes = new Map();
    this.#young = new Map();
    this.#old = new Map();
    this.#youngBytes = 0;
    this.#shapeBytes = 0;
  }
}
