import { expect, test } from '@jest/globals';
import { hostileValues } from '../../processor/test/hostile-values.ts';
import { checkedPattern, checkedTags } from '../src/call-options.ts';
import { checkKey, entryKey, tagKey } from '../src/keys.ts';

test.each(Object.keys(hostileValues))(
  'a key, a tag and a pattern of %s is taken or refused with its name',
  (name) => {
    const make = hostileValues[name]!;
    for (const use of [
      () => {
        const key = make();
        checkKey('key', key);
        expect(entryKey('a', key).length).toBeLessThan(20_000);
        expect(tagKey('a', key).length).toBeLessThan(20_000);
      },
      () => checkedTags([make()]),
      () => checkedPattern({ keyPattern: make() as never }),
    ]) {
      try {
        use();
      } catch (error) {
        expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
        expect((error as Error).message.length).toBeLessThan(200);
      }
    }
  },
);
