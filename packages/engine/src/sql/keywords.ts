import { Lexer } from './lexer.ts';

/** What the shape must know of a word; flags. */
export const WordTrait = {
  /** A minus or plus behind it is a sign, and `(` behind it opens no call. */
  keyword: 1,
  /** `(` behind it opens no call, but it ends an operand. */
  noCall: 2,
  /** `NULL`, `TRUE`, `FALSE`: values where a value may stand. */
  constant: 4,
  /** Behind it a constant is part of the syntax: `IS NULL`, `NOT NULL`, `SET NULL`. */
  keepsConstant: 8,
  /** No statement ends with it. */
  needsMore: 16,
} as const;

const keyword = [
  'select where and or in values limit offset between by when then else case like ilike on',
  'having returning from distinct all top fetch default using interval',
];
const noCall = ['into as exists join over any all some within filter array recursive union except'];

/** The same by name, in lower case. */
export const wordTraits = new Map<string, number>();

const slots = 512;
const keysA = new Int32Array(slots);
const keysB = new Int32Array(slots);
const traits = new Uint8Array(slots);

function add(words: readonly string[], trait: number): void {
  const lexer = new Lexer();
  for (const word of words.flatMap((line) => line.split(' '))) {
    lexer.open(word, 'postgresql');
    lexer.next();
    let slot = lexer.hashA & (slots - 1);
    while (traits[slot] !== 0 && keysA[slot] !== lexer.hashA) slot = (slot + 1) & (slots - 1);
    keysA[slot] = lexer.hashA;
    keysB[slot] = lexer.hashB;
    traits[slot] = traits[slot]! | trait;
    wordTraits.set(word, traits[slot]!);
  }
}

add(keyword, WordTrait.keyword);
add(noCall, WordTrait.noCall);
add(['null true false'], WordTrait.constant);
add(
  [
    'select from where and or in like ilike between join inner left right on set values into by order',
    'group having limit offset as is not using when then else case union with insert returning',
  ],
  WordTrait.needsMore,
);
add(['is not set'], WordTrait.keyword | WordTrait.keepsConstant);

/** Traits of the word with these hashes (`Lexer.hashA`, `hashB`); 0 for any name. */
export function traitsOf(hashA: number, hashB: number): number {
  let slot = hashA & (slots - 1);
  while (traits[slot] !== 0) {
    if (keysA[slot] === hashA && keysB[slot] === hashB) return traits[slot]!;
    slot = (slot + 1) & (slots - 1);
  }
  return 0;
}
