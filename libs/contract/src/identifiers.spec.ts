import {
  type IdPrefix,
  isAction,
  isId,
  isSealedLog,
  isServiceName,
  isSlug,
  isTenantSlug,
  sealedLogName,
} from './identifiers.js';

describe('ids, slugs and names', () => {
  const id = '0199f0a0-7b2c-7002-8000-000000000002';

  test.each([
    ['req', `req_${id}`, true],
    ['grt', `req_${id}`, false],
    ['req', 'req_0199F0A0-7b2c-7002-8000-000000000002', false],
    ['req', 'req_0199f0a0-7b2c-4002-8000-000000000002', false],
    ['req', 'req_0199f0a0-7b2c-7002-c000-000000000002', false],
    ['req', `req_${id}\n`, false],
    ['req', `req_${id.replaceAll('-', '')}`, false],
    ['req', id, false],
    ['req', '', false],
  ] satisfies [IdPrefix, string, boolean][])('isId(%s, %j) is %s', (prefix, value, answer) => {
    expect(isId(prefix, value)).toBe(answer);
  });

  test('a slug is 1 to 63 of a-z 0-9 - and does not begin with a hyphen', () => {
    expect(['a', '0', 'a-b', 'a'.repeat(63)].every(isSlug)).toBe(true);
    expect(['', '-a', 'A', 'a_b', 'a'.repeat(64), 'a\n', 'é'].some(isSlug)).toBe(false);
  });

  test('a tenant cannot have the slug of the deployment log', () => {
    expect([isTenantSlug('acme'), isTenantSlug('deployment')]).toEqual([true, false]);
  });

  test('a sealed log has the name of no tenant', () => {
    expect([
      isSealedLog(sealedLogName(id)),
      isSlug(sealedLogName(id)),
      isTenantSlug(sealedLogName(id)),
    ]).toEqual([...[true, true, false]]);
    for (const name of [
      'sealed',
      'sealed-acme',
      `sealed_${id}`,
      `${sealedLogName(id)}0`,
      sealedLogName(id).toUpperCase(),
    ])
      expect([name, isSealedLog(name)]).toEqual([name, false]);
  });

  test('a service cannot have the name of a gateway path, and its name begins with a letter', () => {
    expect(['billing', 'a', 'b-2'].every(isServiceName)).toBe(true);
    const taken = ['healthz', 'readyz', 'metrics', 'authz', 'countersign', 'import'];
    expect([...taken, '2b', '', 'B', 'a.b'].some(isServiceName)).toBe(false);
  });

  test('an action is never *', () => {
    expect([isAction('read'), isAction('*'), isAction(''), isAction('a b')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
