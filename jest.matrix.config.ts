import type { Config } from 'jest';
import base from './jest.config.ts';

/** Long matrices: every packed package in every way of loading it, every framework. */
const config: Config = {
  ...base,
  testMatch: ['<rootDir>/**/*.matrix.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxConcurrency: 2,
};

export default config;
