import { channel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { watchRequests } from '../../src/watchdog/requests.ts';

const requests = channel('http.server.request.start');
let stop: () => void = () => {};

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  stop();
  jest.useRealTimers();
});

function watching(given: { spans: number; share?: number }) {
  const said: string[] = [];
  stop = watchRequests({
    serverSpans: () => given.spans,
    share: given.share ?? 1,
    likelyCause: () => ({ code: 'E-SPANS-01', sentence: 'the cause is not known' }),
    warn: (sentence) => said.push(sentence),
  });
  return said;
}

test('nobody listens any more once a request made a span', () => {
  const process = { spans: 0 };
  watching(process);
  requests.publish({});
  process.spans = 1;
  expect(requests.hasSubscribers).toBe(true);
  requests.publish({});
  expect(requests.hasSubscribers).toBe(false);
});

test('warns once, a second after the request, and is gone', () => {
  const said = watching({ spans: 0 });
  requests.publish({});
  requests.publish({});
  expect(said).toEqual([]);
  jest.advanceTimersByTime(1000);
  requests.publish({});
  jest.advanceTimersByTime(5000);
  expect(said).toEqual([
    '2 requests and no server spans: the cause is not known (E-SPANS-01; spandrel doctor says more)',
  ]);
  expect(requests.hasSubscribers).toBe(false);
});

test('says nothing when the span comes within that second', () => {
  const process = { spans: 0 };
  const said = watching(process);
  requests.publish({});
  process.spans = 1;
  jest.advanceTimersByTime(5000);
  expect(said).toEqual([]);
});

test('a thin sampler is given time', () => {
  const said = watching({ spans: 0, share: 0.1 });
  for (let n = 0; n < 90; n++) requests.publish({});
  jest.advanceTimersByTime(5000);
  expect(said).toEqual([]);
  requests.publish({});
  jest.advanceTimersByTime(5000);
  expect(said).toHaveLength(1);
});
