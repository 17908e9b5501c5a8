import type { Config } from 'jest';
import base from './jest.config.ts';

/** The real Collector and the real Jaeger: minutes to build once, then cached. */
const config: Config = {
  ...base,
  testMatch: ['<rootDir>/**/*.backends.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

export default config;
