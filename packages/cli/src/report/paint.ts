import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Gives a text its look. */
export type Paint = (style: Style, text: string) => string;

/** Gives every text back as it is. */
export const plain: Paint = (_style, text) => text;

/** Colour on terminals only, and not where NO_COLOR is set (https://no-color.org). */
export function paintFor(
  output: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  if (output.isTTY !== true || env['NO_COLOR'] || env['TERM'] === 'dumb') return plain;
  return (style, text) => styleText(style, text, { validateStream: false });
}
