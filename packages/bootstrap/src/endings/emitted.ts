type Emit = (...args: unknown[]) => boolean;

/** What is called around an event of the process; both are given its name. */
export interface Around {
  /** True keeps the event from its listeners. */
  readonly before?: (name: unknown) => boolean | void;
  readonly after?: (name: unknown) => void;
}

const watchers = new Set<Around>();
let original: Emit | undefined;

/**
 * Sees what the process emits without being a listener, which others would count or outlive: a
 * `once` listener is gone by the time the next is called, and one listener's `process.exit()` keeps
 * the others from being called. What goes wrong in `before` and `after` stays here. Returns a
 * function that undoes it.
 *
 * However many watch, one function stands before `process.emit`, and is one line in the stacks of
 * what listeners do.
 */
export function seeEmitted(watcher: Around): () => void {
  watchers.add(watcher);
  if (original === undefined) {
    original = process.emit as Emit;
    process.emit = watchedEmit as typeof process.emit;
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0 || (process.emit as unknown) !== watchedEmit) return;
    process.emit = original as typeof process.emit;
    original = undefined;
  };
}

function watchedEmit(this: NodeJS.Process, ...args: unknown[]): boolean {
  const [name] = args;
  if (isKept(name)) return false;
  try {
    return Reflect.apply(original!, this, args);
  } finally {
    for (const { after } of watchers) if (after !== undefined) quietly(after, name);
  }
}

/** Each of them is told, also where an earlier one keeps the event. */
function isKept(name: unknown): boolean {
  let kept = false;
  for (const { before } of watchers) {
    if (before !== undefined && quietly(before, name) === true) kept = true;
  }
  return kept;
}

function quietly(see: (name: unknown) => boolean | void, name: unknown): boolean | void {
  try {
    return see(name);
  } catch {
    // The application's own listeners come first.
  }
}
