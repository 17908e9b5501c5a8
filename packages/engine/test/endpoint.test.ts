import { describe, expect, test } from '@jest/globals';
import { endpointOf } from '../src/endpoint.ts';
import { SpanKind } from '../src/types.ts';
import type { Attributes, Span } from '../src/types.ts';
import { aSpan } from './build.ts';

const aRoot = (attributes: Attributes, given: Partial<Span> = {}): Span =>
  aSpan({ kind: SpanKind.server, name: 'GET', attributes, ...given });
const aHandler = (route: string, given: Partial<Span> = {}): Span =>
  aSpan({ name: 'request handler', attributes: { 'http.route': route }, ...given });

describe('the name of an endpoint', () => {
  const get = { 'http.request.method': 'GET' };

  test('is the method with the route of the root', () => {
    const root = aRoot({ ...get, 'http.route': '/u/:id', 'url.path': '/u/42' });
    expect(endpointOf(root, [aHandler('/other/:id')])).toBe('GET /u/:id');
  });

  test('is what the process of the root called it, where it did', () => {
    const attributes = { ...get, 'http.route': '/u/:id', 'spandrel.endpoint': 'GET /(other)' };
    expect(endpointOf(aRoot(attributes), [])).toBe('GET /(other)');
  });

  test('of a long one is its beginning, which stays the same when it is named again', () => {
    const path = '/way'.repeat(5000);
    const name = endpointOf(aRoot({ ...get, 'url.path': path }), []);
    expect(name).toBe(`${`GET ${path}`.slice(0, 299)}…`);
    expect(endpointOf(aRoot({ ...get, 'spandrel.endpoint': name }), [])).toBe(name);
  });

  test('reads the older name of the method, and the route of Next.js', () => {
    expect(endpointOf(aRoot({ 'http.method': 'POST', 'http.route': '/u' }), [])).toBe('POST /u');
    expect(endpointOf(aRoot({ ...get, 'next.route': '/u/[id]' }), [])).toBe('GET /u/[id]');
  });

  test('is the longest route a child knows, where the root knows none', () => {
    const children = [aHandler('/u'), aHandler('/u/:id/notes'), aHandler('/')];
    expect(endpointOf(aRoot({ ...get, 'url.path': '/u/42/notes' }), children)).toBe(
      'GET /u/:id/notes',
    );
  });

  test('takes no route from a call to another service', () => {
    const call = aHandler('/their/very/long/route', { kind: SpanKind.client });
    expect(endpointOf(aRoot({ ...get, 'url.path': '/mine' }), [call])).toBe('GET /mine');
  });

  test('is the templated path where nobody knows a route', () => {
    expect(endpointOf(aRoot({ ...get, 'url.path': '/u/42' }), [])).toBe('GET /u/:param');
    expect(endpointOf(aRoot({ 'http.method': 'GET', 'http.target': '/u/42?a=b' }), [])).toBe(
      'GET /u/:param',
    );
  });

  test('is METHOD * where there is not even a path', () => {
    expect(endpointOf(aRoot(get), [])).toBe('GET *');
  });

  test('is the name of a root that is no request', () => {
    expect(endpointOf(aSpan({ name: 'nightly report' }), [])).toBe('nightly report');
    const call = aRoot({ ...get, 'url.path': '/x' }, { kind: SpanKind.client, name: 'GET x' });
    expect(endpointOf(call, [])).toBe('GET x');
  });

  test('takes attributes of the wrong type for missing ones', () => {
    expect(endpointOf(aRoot({ ...get, 'http.route': 7, 'url.path': '' }), [])).toBe('GET *');
  });
});
