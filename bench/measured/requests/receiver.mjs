import { createServer } from 'node:http';

/** An OTLP/HTTP receiver that takes everything, counts the spans and lets go. */
export async function startReceiver() {
  let spans = 0;
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/traces') spans += spansIn(Buffer.concat(chunks));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' });
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    takeSpans() {
      const taken = spans;
      spans = 0;
      return taken;
    },
    close: () => server.close(),
  };
}

/** Fields on the way to a span: resource_spans = 1, scope_spans = 2, spans = 2. */
function spansIn(request) {
  let count = 0;
  for (const resourceSpans of messages(request, 1)) {
    for (const scopeSpans of messages(resourceSpans, 2)) {
      for (const _span of messages(scopeSpans, 2)) count++;
    }
  }
  return count;
}

/** The messages of one field, where all fields are messages or strings. */
function* messages(bytes, wanted) {
  let at = 0;
  while (at < bytes.length) {
    const field = bytes[at++] >>> 3;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (field === wanted) yield bytes.subarray(at, at + length);
    at += length;
  }
}
