import type { Output } from '../context.ts';

/** Tells a person what is going on: one line that changes on a terminal, plain lines elsewhere. */
export interface Progress {
  /** Something began, such as `starting the database`. */
  step(text: string): void;
  /** May be called often; only a terminal shows it. */
  update(text: string): void;
  /** The step is over and this is what remains of it. */
  done(text: string): void;
  /** A line that stays, and is shown even when progress is not. */
  warn(text: string): void;
}

const clearLine = '\r\u001b[2K';
const minUpdateMs = 100;

/** `isQuiet` leaves the warnings only. `now` is any steady clock in milliseconds. */
export function progressOn(output: Output, isQuiet: boolean, now: () => number): Progress {
  const isLive = output.isTTY === true && !isQuiet;
  const clear = isLive ? clearLine : '';
  let shownAt = -Infinity;
  const line = (text: string) => output.write(`${clear}${text}\n`);
  const nothing = () => {};
  return {
    step: isQuiet ? nothing : (text) => (isLive ? output.write(clear + text) : line(text)),
    update(text) {
      if (!isLive || now() - shownAt < minUpdateMs) return;
      shownAt = now();
      output.write(clear + text);
    },
    done: isQuiet ? nothing : line,
    warn: line,
  };
}
