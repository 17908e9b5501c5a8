import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{packages,examples}/*/test/**/*.test.ts', '<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.backends\\.test\\.ts$', '\\.matrix\\.test\\.ts$'],
  modulePathIgnorePatterns: [
    '/dist/',
    '<rootDir>/bench/peers',
    '<rootDir>/test/matrix/frameworks/(node_modules|apps)/',
  ],
  // Tests read the packages' sources; tests that start processes use the built packages.
  moduleNameMapper: {
    '^@spandrel/bootstrap/doctor$': '<rootDir>/packages/bootstrap/src/doctor/index.ts',
    '^@spandrel/engine/(otlp|jaeger)$': '<rootDir>/packages/engine/src/$1/index.ts',
    '^@spandrel/(engine|processor|cache|bootstrap|cli)$': '<rootDir>/packages/$1/src/index.ts',
  },
  transform: {
    '^.+\\.[cm]?tsx?$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Many tests start processes; a busy machine is not a failure.
  testTimeout: 60_000,
  maxWorkers: 2,
};

export default config;
