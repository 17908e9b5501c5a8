import { readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const heartbeatMs = 2_000;
const staleMs = 15_000;

/**
 * Runs `work` while this process alone holds the file `path`, and removes the file afterwards.
 *
 * The holder touches the file every two seconds; one untouched for 15 s belonged to a process that
 * was killed, and is taken over. (The time of the last touch also serves in containers that share a
 * folder, where process ids mean nothing.) Two processes may take over in the same instant, or a
 * sleeping machine lose its lock: then work is done twice, so `work` must place its result atomically.
 * `onWait` is called once, with the holder's process id, when someone else is at it.
 */
export async function withLock(path, work, { onWait, signal } = {}) {
  let hasWaited = false;
  while (!(await take(path))) {
    if (!hasWaited) onWait?.(await readFile(path, 'utf8').catch(() => 'unknown'));
    hasWaited = true;
    await delay(250);
    signal?.throwIfAborted();
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // taken over: see above
  }, heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await unlink(path).catch(() => {});
  }
}

async function take(path) {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const lastTouchMs = await stat(path).then(
    (found) => found.mtimeMs,
    () => Date.now(), // released between the two calls: try again
  );
  if (Date.now() - lastTouchMs > staleMs) await unlink(path).catch(() => {});
  return false;
}
