// What a soak's measurements say.

/** Every cap that the load is made to fill, and where its count stands. */
const caps = {
  maxOpenTraces: (health) => health['spandrel.self.traces.dropped'].max_open_traces,
  maxQuietMs: (health) => health['spandrel.self.traces.dropped'].abandoned,
  maxHeldSpans: (health) => health['spandrel.self.spans.unjudged'].max_held_spans,
  maxSpansPerTrace: (health) => health['spandrel.self.spans.unjudged'].max_spans_per_trace,
  rememberedTraces: (health) => health['spandrel.self.spans.unjudged'].no_open_trace,
  maxQueueSpans: (health) => health['spandrel.self.spans.dropped'].queue_full,
  export: (health) =>
    health['spandrel.self.spans.dropped'].export_failed ??
    health['spandrel.self.spans.dropped'].export_timeout,
  ...Object.fromEntries(
    [
      'maxEndpoints',
      'maxShapes',
      'maxCaches',
      'maxProblems',
      'maxFindingsPerTrace',
      'maxStatisticsBytes',
      'maxWatchedReads',
    ].map((cap) => [cap, (health) => health['spandrel.self.overflow'][cap]]),
  ),
};

/** Names of the caps that have dropped something. */
export function fullCaps(health) {
  return Object.keys(caps).filter((cap) => (caps[cap](health) ?? 0) > 0);
}

export function areAllFull(health) {
  return fullCaps(health).length === Object.keys(caps).length;
}

/** What became of the spans that ended. */
export function sums(health) {
  const exported = health['spandrel.self.spans.exported'];
  const dropped = Object.values(health['spandrel.self.spans.dropped']).reduce((a, b) => a + b, 0);
  const held = health['spandrel.self.spans.held'] - health['spandrel.self.spans.sent_early'];
  const waiting = held + health['spandrel.self.spans.queued'];
  return { exported, dropped, waiting, all: exported + dropped + waiting };
}

/**
 * All but `n-plus-one-remote`, which only several services show, and `cacheable-read`: the corpus'
 * procedures may write to any table, so that nothing here is seldom written.
 */
const leastRules = 17;
const mostGrowthBytes = 8 * 1024 * 1024;

/** The heap may grow by a tenth or 8 MB, from the first measurement with every cap full to the last. */
export function judge(measured, stopped, distinctCount) {
  const words = [];
  const failures = [];
  const check = (isRight, sentence) => {
    words.push(`${isRight ? 'ok    ' : 'FAILED'}  ${sentence}`);
    if (!isRight) failures.push(sentence);
  };
  const last = measured.at(-1);
  check(
    last.made.distinct >= distinctCount,
    `${last.made.distinct} distinct paths and statements, of ${distinctCount} at least`,
  );
  const missing = Object.keys(caps).filter((cap) => !fullCaps(last.health).includes(cap));
  const first = measured.find(({ health }) => areAllFull(health));
  check(
    first !== undefined && first !== last,
    `every cap full and counted${missing.length > 0 ? `; not: ${missing}` : ` in minute ${first.minute}`}`,
  );
  if (first !== undefined) {
    const grown = last.heapBytes - first.heapBytes;
    const percent = (100 * grown) / first.heapBytes;
    check(
      grown <= mostGrowthBytes || percent <= 10,
      `heap from minute ${first.minute} to ${last.minute}: ${megabytes(first.heapBytes)} to ${megabytes(last.heapBytes)} MB (${percent.toFixed(1)} %)`,
    );
  }
  for (const { minute, spans, health } of measured) {
    const { all } = sums(health);
    if (all !== spans.ended)
      check(false, `minute ${minute}: ${spans.ended} spans ended, ${all} are accounted for`);
  }
  const end = sums(stopped.health);
  const neverEnded = stopped.spans.started - stopped.spans.ended;
  check(
    neverEnded === stopped.neverEnded,
    `${neverEnded} of the spans that started never ended, ${stopped.neverEnded} were made so`,
  );
  check(
    end.all === stopped.spans.ended && end.waiting === 0,
    `spans: ${stopped.spans.started} started, ${neverEnded} never ended; ${stopped.spans.ended} ended = ${end.exported} exported + ${end.dropped} dropped + ${end.waiting} waiting`,
  );
  const rules = Object.keys(stopped.findings);
  check(
    rules.length >= leastRules,
    `findings of ${rules.length} rules: ${listOf(stopped.findings)}`,
  );
  words.push(`        dropped: ${listOf(stopped.health['spandrel.self.spans.dropped'])}`);
  words.push(`        unjudged spans: ${listOf(stopped.health['spandrel.self.spans.unjudged'])}`);
  words.push(`        unjudged traces: ${listOf(stopped.health['spandrel.self.traces.dropped'])}`);
  words.push(`        overflow: ${listOf(stopped.health['spandrel.self.overflow'])}`);
  words.push(`        made: ${listOf(last.made)}`);
  const longest = stopped.health['spandrel.self.time.longest'];
  const loop = Math.max(...measured.map(({ pauses }) => pauses.maxMs));
  const bare = Math.max(...measured.map(({ without }) => without.maxMs));
  words.push(
    `        longest pause, ms: our callbacks ${partsOf(longest)}; of the event loop ${loop.toFixed(1)} ms, of the same load without us ${bare.toFixed(1)} ms`,
  );
  words.push(
    `        time in our callbacks, ms: ${partsOf(stopped.health['spandrel.self.time.spent'])}; CPU of the process ${last.cpuMs.toFixed(0)}, without us ${last.withoutCpuMs.toFixed(0)}`,
  );
  return { words, failures };
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

function listOf(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function partsOf(seconds) {
  return Object.entries(seconds)
    .map(([part, value]) => `${part} ${(1000 * value).toFixed(1)}`)
    .join(', ');
}
