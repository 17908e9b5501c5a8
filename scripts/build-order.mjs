/** The packages, inner rings first. */
export const buildOrder = ['engine', 'processor', 'cache', 'bootstrap', 'cli'];
