import { encodeBase64url } from '@countersign/contract';
import fc from 'fast-check';
import { groupedKey, printKey, readPrintedKey } from './printed-key.js';

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => encodeBase64url(bytes));

test('a key is 56 characters that cannot be mistaken for each other, and reads back as it was', async () => {
  await fc.assert(
    fc.asyncProperty(secret, async (key) => {
      const printed = await printKey(key);
      expect(printed).toMatch(/^[0-9A-HJKMNP-TV-Z]{56}$/);
      expect(await readPrintedKey(printed)).toBe(key);
      expect(await readPrintedKey(` ${groupedKey(printed).toLowerCase()}\n`)).toBe(key);
      expect(await readPrintedKey(printed.replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(key);
    }),
    { numRuns: 50 },
  );
});

test('a known key keeps its printed form: it is on paper', async () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, at) => at);
  const printed = await printKey(encodeBase64url(bytes));
  expect(printed.slice(0, 48)).toBe('000G40R40M30E209185GR38E1W8124GK2GAHC5RR34D1P70X');
  expect(await readPrintedKey(printed)).toBe(encodeBase64url(bytes));
});

test('every single wrong character, two that changed places, or a missing one is found', async () => {
  const printed = await printKey(encodeBase64url(new Uint8Array(32).fill(0xa7)));
  for (let at = 0; at < printed.length; at += 1) {
    for (const other of '0123456789ABCDEFGHJKMNPQRSTVWXYZ')
      if (other !== printed[at])
        expect(await readPrintedKey(printed.slice(0, at) + other + printed.slice(at + 1))).toBeNull();
    const [one, two] = [printed[at], printed[at + 1]];
    if (two !== undefined && one !== two)
      expect(await readPrintedKey(printed.slice(0, at) + two + one + printed.slice(at + 2))).toBeNull();
  }
  for (const typed of ['', 'my recovery key', printed.slice(1), `${printed}0`, printed.replace(/./, 'U')])
    expect(await readPrintedKey(typed)).toBeNull();
});
