/** What this means as a key of hashes: every process its own. */
export const randomKeyWord = 'random';
