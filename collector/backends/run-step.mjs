import { spawn } from 'node:child_process';

const isWindows = process.platform === 'win32';
const killAfterMs = 5_000;
const keptOutputChars = 20_000;

/**
 * Runs one command to its end and gives its output (both streams, the last 20,000 characters).
 *
 * Rejects when the command cannot start, fails (the message ends with its last lines), or when
 * `signal` aborts: then the command and everything it started has ended before this rejects.
 * From two seconds on, `onProgress` gets a line with the elapsed seconds, every ten seconds.
 */
export async function runStep({ what, command, args, cwd, env, signal, onProgress }) {
  signal?.throwIfAborted();
  const startedMs = Date.now();
  // A process group of its own: the builder starts `go`, which starts compilers, and all must end.
  const child = spawn(command, args, {
    cwd,
    env,
    detached: !isWindows,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk) => (output = (output + chunk).slice(-keptOutputChars));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);

  let killTimer;
  const stop = () => {
    endGroup(child, 'SIGINT'); // `go` removes its work folder on SIGINT only
    killTimer = setTimeout(() => endGroup(child, 'SIGKILL'), killAfterMs);
  };
  signal?.addEventListener('abort', stop, { once: true });
  const stopProgress = everyTenSeconds(
    (seconds) => onProgress?.(`${what}, ${seconds} s`),
    startedMs,
  );
  try {
    const { code, killedBy } = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, killedBy) => resolve({ code, killedBy }));
    });
    signal?.throwIfAborted();
    if (code !== 0) {
      const tail = output.trimEnd().split('\n').slice(-20).join('\n');
      throw new Error(`${what} failed (${killedBy ?? `exit code ${code}`}):\n${tail}`);
    }
    return output;
  } finally {
    stopProgress();
    clearTimeout(killTimer);
    signal?.removeEventListener('abort', stop);
  }
}

function endGroup(child, signalName) {
  if (child.pid === undefined) return; // never started
  try {
    if (isWindows) child.kill(signalName);
    else process.kill(-child.pid, signalName);
  } catch {
    // Ended already.
  }
}

function everyTenSeconds(say, startedMs) {
  let timer;
  const tick = () => {
    say(Math.round((Date.now() - startedMs) / 1000));
    timer = setTimeout(tick, 10_000);
  };
  timer = setTimeout(tick, 2_000);
  return () => clearTimeout(timer);
}
