import { AccessError, type Principal } from '@countersign/access';
import type { SlackParts } from '../config.js';
import { pressRefusalText } from './press.js';

const refusedBy = (...codes: ('locked' | 'forbidden_scope')[]) =>
  new AccessError('controls_changed', 'This cannot be approved now.', {
    refusals: codes.map((code) => ({ code, pointer: '', detail: `${code}.` })),
  });

const textOf = (error: AccessError, language: 'en' | 'de' = 'en') =>
  pressRefusalText(
    { settings: { language } } as unknown as SlackParts,
    {} as Principal,
    { request: 'req_1', digest: '' },
    error,
  );

test('a press that only a stop or a lock refuses is not told that the rules have changed', async () => {
  expect(await textOf(refusedBy('locked'))).toBe(
    'Access is stopped or locked. Once that is lifted, this request can be approved.',
  );
  expect(await textOf(refusedBy('locked'), 'de')).toContain('gestoppt oder gesperrt');
  expect(await textOf(refusedBy('locked', 'forbidden_scope'))).toContain(
    'Your privacy controls have changed',
  );
});
