/** What was given cannot be read further; the message says why and where, without the file's name. */
export class BrokenInput extends Error {}

/** `1,234,567`: positions are long. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** People count bytes from 1, as editors and `head -c` do. */
export function byteAt(position: number): string {
  return `byte ${grouped(position + 1)}`;
}
