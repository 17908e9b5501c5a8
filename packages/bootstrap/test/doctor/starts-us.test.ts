import { expect, test } from '@jest/globals';
import { startsUs } from '../../src/doctor/checks/preload.ts';

test.each([
  ['node --require @spandrel/bootstrap/register app.js', true],
  ["import { start } from '@spandrel/bootstrap';\nstart({ serviceName: 'a' });", true],
  ["const { setUser } = require('@spandrel/bootstrap');", false],
  ['node app.js', false],
])('whether %j starts us: %p', (text, does) => {
  expect(startsUs(text)).toBe(does);
});
