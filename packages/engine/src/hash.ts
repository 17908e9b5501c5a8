/**
 * 64 bits of a text as 16 hexadecimal digits: two 32-bit FNV-1a lanes over its UTF-16 units, the
 * second with another offset and finished by a mix. For grouping, not for secrecy. Sixteen digits
 * as a string, because fingerprints are read, pasted and searched by people.
 *
 * Method: Fowler, Noll and Vo, FNV-1a; finishing as in MurmurHash3's fmix32.
 */
export function hash64(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit ^ (a >>> 15), 0x85ebca6b);
  }
  return hex(finish(a)) + hex(finish(b ^ text.length));
}

function finish(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
