import { UntrustedOrigins } from './untrusted-origins.js';

test('an origin is found once, and stays', () => {
  const found: string[] = [];
  const untrusted = new UntrustedOrigins((origin) => found.push(origin));
  for (const origin of ['http://a.test', 'http://b.test', 'http://a.test']) untrusted.add(origin);
  expect([found, untrusted.all]).toEqual([untrusted.all, ['http://a.test', 'http://b.test']]);
  expect(['http://a.test', 'https://a.test'].map((origin) => untrusted.has(origin))).toEqual([true, false]);
});
