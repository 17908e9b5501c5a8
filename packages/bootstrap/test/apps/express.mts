// Serves one request of its own by express and ends.
import http from 'node:http';
import express from 'express';
import serveOnce from './serve-once.cjs';

const serve: (http: unknown, express: unknown) => void = serveOnce;
serve(http, express);
