// A collector with moods: well, slow, failing, frozen, well again, once a minute.
import { createServer } from 'node:http';

/** Second of the minute from which on it is in that mood. */
const moods = [
  [0, 'well'],
  [15, 'slow'],
  [25, 'failing'],
  [33, 'frozen'],
  [48, 'well'],
];

const answers = {
  well: (response) => response.end(),
  slow: (response) => setTimeout(() => response.end(), 1000),
  failing: (response) => response.writeHead(500).end(),
  frozen: () => undefined,
};

export async function startCollector() {
  const startMs = performance.now();
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on('data', (chunk) => (bytes += chunk.length));
    request.on('error', () => undefined);
    request.on('end', () => answers[mood()](response));
  });
  const mood = () => {
    const second = ((performance.now() - startMs) / 1000) % 60;
    return moods.findLast(([from]) => second >= from)[1];
  };
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    get receivedBytes() {
      return bytes;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
