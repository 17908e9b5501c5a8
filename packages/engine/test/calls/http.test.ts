import { describe, expect, test } from '@jest/globals';
import { arePages, areSameUrl, slugTemplateOf } from '../../src/calls/http-kinds.ts';
import { httpCallOf } from '../../src/calls/http.ts';
import type { HttpCall } from '../../src/calls/http.ts';
import { SpanKind, StatusCode } from '../../src/types.ts';
import type { Attributes, Span } from '../../src/types.ts';
import { aSpan } from '../build.ts';

function call(attributes: Attributes, span: Partial<Span> = {}): HttpCall | undefined {
  return httpCallOf(aSpan({ kind: SpanKind.client, attributes, ...span }));
}

function get(url: string): HttpCall {
  return call({ 'http.request.method': 'GET', 'url.full': url })!;
}

describe('an HTTP call', () => {
  test.each([
    ['https://api.example/users/7?x=1#y', 'GET api.example/users/:param', 'x=1'],
    ['https://me:secret@api.example:8443/users', 'GET api.example:8443/users', null],
    ['https://api.example:443', 'GET api.example/', null],
    ['https://api.example?page=2', 'GET api.example/', 'page=2'],
    ['https://api.example/users?', 'GET api.example/users', ''],
    ['/users/7?x=1', 'GET /users/:param', 'x=1'],
    ['', 'GET /', null],
  ])('is read from %s', (url, template, query) => {
    expect(get(url)).toMatchObject({ template, query });
  });

  test('is read from new names and old', () => {
    const parts = {
      'url.path': '/a',
      'url.query': 'b=1',
      'server.address': 'h',
      'server.port': 81,
    };
    expect(call({ 'http.request.method': 'put', ...parts })).toMatchObject({
      template: 'PUT h:81/a',
      query: 'b=1',
    });
    const old = { 'http.target': '/a?b=1', 'net.peer.name': 'h', 'net.peer.port': 80 };
    expect(call({ 'http.method': 'GET', ...old })).toMatchObject({
      template: 'GET h/a',
      query: 'b=1',
    });
    expect(call({ 'http.method': 'GET', 'url.template': '/u/{id}' })?.template).toBe('GET /u/{id}');
  });

  test('is no request that came in, no query, no batch of telemetry and nothing without a method', () => {
    const method = { 'http.request.method': 'POST' };
    expect(call(method, { kind: SpanKind.server })).toBeUndefined();
    expect(call({ ...method, 'db.system.name': 'clickhouse' })).toBeUndefined();
    expect(call({ ...method, 'url.full': 'http://otel:4318/v1/logs' })).toBeUndefined();
    expect(call({ 'url.full': 'http://a/b' })).toBeUndefined();
    expect(call({ 'http.request.method': 7, 'url.full': ['x'] })).toBeUndefined();
  });

  test('has failed where trying again makes sense', () => {
    const failed = (status: unknown, statusCode: number = StatusCode.unset): unknown =>
      call({ 'http.request.method': 'GET', 'http.response.status_code': status }, { statusCode })
        ?.hasFailed;
    expect([503, 500, 429, 408].map((status) => failed(status))).toEqual([true, true, true, true]);
    expect([200, 404, 400, 304].map((status) => failed(status, StatusCode.error))).not.toContain(
      true,
    );
    expect(failed(undefined, StatusCode.error)).toBe(true);
    expect(failed(undefined)).toBe(false);
  });
});

describe('pages', () => {
  const pages = (...queries: string[]): boolean =>
    arePages(queries.map((query) => get(`https://h/list?${query}`)));

  test('differ only in what chooses a page', () => {
    expect(pages('page=1', 'page=2')).toBe(true);
    expect(pages('q=a&offset=0&limit=9', 'limit=9&q=a&offset=9')).toBe(true);
    expect(pages('page[number]=1', 'page%5Bnumber%5D=2')).toBe(true);
    expect(pages('$skip=0', '%24skip=10')).toBe(true);
    expect(pages('size=9', 'pageToken=x&size=9')).toBe(true);
  });

  test('are not keys, not the same page again, and not unknown queries', () => {
    expect(pages('id=1', 'id=2')).toBe(false);
    expect(pages('q=a&page=1', 'q=b&page=1')).toBe(false);
    expect(pages('page=1', 'page=1')).toBe(false);
    expect(pages('', '')).toBe(false);
    expect(arePages([get('https://h/a?page=1'), get('https://h/b?page=2')])).toBe(false);
    expect(arePages([])).toBe(false);
  });
});

test('one URL is the same only where nothing of it is hidden', () => {
  expect(areSameUrl([get('https://h/a?x=1'), get('https://h/a?x=1')])).toBe(true);
  expect(areSameUrl([get('https://h/a'), get('https://h/a')])).toBe(true);
  expect(areSameUrl([get('https://h/a?'), get('https://h/a?')])).toBe(false);
  expect(areSameUrl([get('https://h/a?x=1'), get('https://h/a?x=2')])).toBe(false);
});

test.each([
  ['/users/alice', '/users/:slug', ['alice']],
  ['/users/thomas/posts', '/users/:slug/posts', ['thomas']],
  ['/v1/people/7/posts/hello-world', '/v1/people/:slug/posts/:slug', [':param', 'hello-world']],
])('names are keys behind a word in plural: %s', (path, template, slugs) => {
  expect(slugTemplateOf(get(`https://h${path}`))).toEqual({ template: `GET h${template}`, slugs });
});

test.each(['/status/live', '/address/home', '/analysis/today', '/users', '/users/', '/', '/7/8'])(
  'nothing is a key by its place in %s',
  (path) => expect(slugTemplateOf(get(`https://h${path}`))).toBeUndefined(),
);
