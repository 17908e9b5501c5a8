import { TokenKind } from './scanner.ts';
import type { Scanner } from './scanner.ts';

/**
 * Collects a statement's text for export while a scanner walks it: literals become `?`, comments
 * go. Untouched text is handed back as the very string that came in, so the usual parameterised
 * statement costs nothing here.
 */
export class SafeText {
  readonly #text: string;
  #out = '';
  #copied = 0;
  #last = 0;
  #lastStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `isSigned` says that the token before, a minus or plus, belongs to this number. */
  take({ kind, start, end, afterComment, gap }: Scanner, isSigned: boolean): void {
    if (afterComment) {
      const isFirst = this.#last === 0;
      this.#out += this.#text.slice(this.#copied, this.#last) + (isFirst ? '' : gap || ' ');
      this.#copied = start;
    }
    if (kind === TokenKind.literal) {
      const from = Math.max(this.#copied, isSigned ? this.#lastStart : start);
      this.#out += `${this.#text.slice(this.#copied, from)}?`;
      this.#copied = end;
    }
    this.#lastStart = start;
    this.#last = end;
  }

  text(endsWithComment: boolean): string {
    if (this.#copied === 0 && !endsWithComment) return this.#text;
    const stop = endsWithComment ? this.#last : this.#text.length;
    return this.#out + this.#text.slice(this.#copied, stop);
  }
}
