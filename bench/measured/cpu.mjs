/**
 * Starts a clock over this process; the function it returns reads it. `cpuMs` is the time of all
 * threads, so it is more than `wallMs` when compiling or collecting ran beside the code.
 */
export function startClock() {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { cpuMs: (user + system) / 1000, wallMs: performance.now() - startMs };
  };
}

/** What a measuring process has to say, for the bench that started it. */
export function tell(result) {
  console.log(JSON.stringify({ node: process.version, ...result }));
}
