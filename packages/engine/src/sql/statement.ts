import { commentTagsOf } from './comment-tags.ts';
import type { CommentTags } from './comment-tags.ts';
import { endsEarly } from './cut.ts';
import type { Dialect } from './dialect.ts';
import { exportTextOf } from './export-text.ts';
import { shapeOf } from './query-shape.ts';
import type { QueryShape } from './query-shape.ts';
import { ShapeReader } from './shape.ts';

export type { CommentTags } from './comment-tags.ts';
export type { QueryShape, StatementKind } from './query-shape.ts';

/** One statement text as an application sent it. */
export interface Statement {
  readonly shape: QueryShape;
  /** Literals replaced by `?` and comments removed, otherwise as written: safe to export. */
  readonly exportText: string;
  /** What sqlcommenter wrote into the text's comments; null when nothing. */
  readonly tags: CommentTags | null;
  /**
   * True when the text was cut off: a string, comment or parenthesis stays open, or it ends in dots
   * or where more must follow. Its shape is then that of the part that is there.
   */
  readonly isCut: boolean;
}

/**
 * Reads a statement once. `text` may be anything, also cut off in the middle; never throws.
 * Cost: linear in the length of `text`.
 */
export function readStatement(text: string, dialect: Dialect): Statement {
  return readWith(text, dialect, undefined);
}

/** Remembered shapes: gives the shape with a reader's hash, or makes and keeps it. */
export interface ShapeMemory {
  shapeOf(reader: ShapeReader, text: string, dialect: Dialect): QueryShape;
}

/** The same, with shapes from a memory. */
export function readWith(
  text: string,
  dialect: Dialect,
  shapes: ShapeMemory | undefined,
): Statement {
  const reader = sharedReader;
  reader.read(text, dialect);
  const shape =
    shapes === undefined ? shapeOf(reader, text, dialect) : shapes.shapeOf(reader, text, dialect);
  const statement = new ReadText(text, shape, reader);
  reader.close();
  return statement;
}

/** One is enough: a reading runs to its end before the next begins. */
const sharedReader = new ShapeReader();

/** Makes the rarer answers when they are asked for. */
class ReadText implements Statement {
  readonly shape: QueryShape;
  readonly isCut: boolean;
  readonly #text: string;
  readonly #hasParameters: boolean;
  readonly #hasComment: boolean;
  #exportText: string | undefined;

  constructor(text: string, shape: QueryShape, reader: ShapeReader) {
    const { hasComment } = reader.lexer;
    this.shape = shape;
    this.isCut = endsEarly(reader);
    this.#text = text;
    this.#hasParameters = reader.hasParameters;
    this.#hasComment = hasComment;
    this.#exportText = reader.hasLiterals || hasComment ? undefined : text;
  }

  get exportText(): string {
    return (this.#exportText ??= exportTextOf(this.#text, this.shape.dialect, this.#hasParameters));
  }

  get tags(): CommentTags | null {
    return this.#hasComment ? commentTagsOf(this.#text, this.shape.dialect) : null;
  }
}
