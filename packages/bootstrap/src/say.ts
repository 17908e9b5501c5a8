/** In the host process we write to stderr only. */
export function say(sentence: string): void {
  process.stderr.write(`spandrel: ${sentence}\n`);
}

/** Someone sits in front of it: `NODE_ENV=development`, or a terminal that is not said to be production. */
export function isDevelopment(): boolean {
  const { NODE_ENV } = process.env;
  return NODE_ENV === 'development' || (process.stderr.isTTY === true && NODE_ENV !== 'production');
}
