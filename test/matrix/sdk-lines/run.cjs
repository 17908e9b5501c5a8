const attributes = (text) => ({ 'db.system.name': 'postgresql', 'db.query.text': text });

module.exports = async function run(load) {
  const api = load('@opentelemetry/api');
  const { SpandrelProcessor } = load('@spandrel/processor');
  const { NodeSDK } = load('@opentelemetry/sdk-node');
  const exported = [];
  const exporter = {
    export(spans, done) {
      exported.push(...spans);
      done({ code: 0 });
    },
    shutdown: async () => undefined,
  };
  const findings = [];
  const processor = new SpandrelProcessor({
    exporter,
    onFinding: ({ finding, service }) => findings.push(summaryOf(finding, service)),
  });
  const sdk = new NodeSDK({
    serviceName: 'shop',
    spanProcessors: [processor],
    instrumentations: [],
  });
  sdk.start();
  requests(api);
  await sdk.shutdown();
  const [root] = exported.filter(({ name }) => name === 'GET /users/:id');
  process.stdout.write(
    `${JSON.stringify({
      // They come with the costliest first, which here is chance.
      findings: findings.sort((one, other) => other.rule.localeCompare(one.rule)),
      names: exported.map(({ name }) => name).sort(),
      root: Object.fromEntries(
        Object.entries(root.attributes).filter(([key]) => !/_(?:ms|bytes)$/.test(key)),
      ),
      events: root.events.map(({ name }) => name),
      texts: [...new Set(exported.map((span) => span.attributes['db.query.text']))].sort(),
      hasCommandLine: exported.some(({ resource }) =>
        Object.keys(resource.attributes).some((key) => key.startsWith('process.command')),
      ),
      dropped: processor.counts.droppedSpans,
    })}\n`,
  );
};

/** A loop, duplicates, and work that outlives its request. */
function requests({ trace, SpanKind }) {
  const tracer = trace.getTracer('shop');
  const server = {
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/users/:id',
      'url.path': '/users/42',
      'url.query': 'token=hush',
    },
  };
  const query = (text) =>
    tracer.startSpan('SELECT', { kind: SpanKind.CLIENT, attributes: attributes(text) });
  tracer.startActiveSpan('GET /users/:id', server, (root) => {
    for (let i = 0; i < 6; i++) query(`SELECT name FROM users WHERE id = ${i}`).end();
    for (let i = 0; i < 3; i++) query("SELECT value FROM settings WHERE name = 'hush'").end();
    const late = query('SELECT 1');
    root.end();
    late.end();
  });
}

function summaryOf({ rule, endpoint, repeats, severity, shape, callSite }, service) {
  return { rule, service, endpoint, repeats, severity, shape, site: callSite?.function ?? null };
}
