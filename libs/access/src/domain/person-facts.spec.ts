import {
  effectiveFacts,
  factsUnder,
  outdatedFacts,
  requesterFactsOf,
  unmetFacts,
  withFacts,
} from './person-facts.js';

const T1 = '2026-11-24T15:00:00.000Z';
const T2 = '2026-11-25T15:00:00.000Z';
const OIDC = { issuer: 'https://id.example', clientId: 'c', clientSecretFile: 'f' };

describe('facts about a person', () => {
  test('a provider counts before the file, and the source that changed last before the other', () => {
    const facts = {
      stated: { at: T2, country: 'FR', employment: 'employee' },
      oidc: { at: T1, country: 'DE' },
      scim: { at: T2, country: 'AT', entity: 'Northwind' },
    };
    expect(effectiveFacts(facts).map(({ name, value, source }) => [name, value, source])).toEqual([
      ['country', 'AT', 'scim'],
      ['entity', 'Northwind', 'scim'],
      ['employment', 'employee', 'stated'],
    ]);
    expect(requesterFactsOf({ facts })?.employment).toEqual({ value: 'employee', verified: false });
  });

  test('nothing known is nothing in the terms', () => {
    expect(requesterFactsOf({})).toBeUndefined();
    expect(withFacts(undefined, 'oidc', {}, T1)).toBeUndefined();
  });

  test('the same values keep their time; other values have a new one; none takes away what the source had said', () => {
    const first = withFacts(undefined, 'oidc', { country: 'DE' }, T1);
    expect(withFacts(first, 'oidc', { country: 'DE' }, T2)).toEqual({ oidc: { country: 'DE', at: T1 } });
    expect(withFacts(first, 'oidc', { country: 'FR' }, T2)).toEqual({ oidc: { country: 'FR', at: T2 } });
    expect(withFacts(first, 'oidc', {}, T2)).toBeUndefined();
  });

  test('what the file no longer asks the provider for does not count any more', () => {
    const facts = { oidc: { at: T1, country: 'DE', entity: 'N' }, scim: { at: T1, employment: 'agency' } };
    const vendor = { oidc: { ...OIDC, claims: { country: 'ctry' } } };
    expect(factsUnder(vendor, facts, { employment: 'employee' }, T2)).toEqual({
      oidc: { at: T2, country: 'DE' },
      stated: { at: T2, employment: 'employee' },
    });
    expect(factsUnder({ oidc: null }, facts, {}, T2)).toBeUndefined();
  });
});

describe('terms that state facts', () => {
  const de = { country: { value: 'DE', verified: true } };
  test.each([
    ['the same', de, de, []],
    ['another value', de, { country: { value: 'FR', verified: true } }, ['country']],
    ['no longer known', de, undefined, ['country']],
    ['no longer verified', de, { country: { value: 'DE', verified: false } }, ['country']],
    ['verified since then', { country: { value: 'DE', verified: false } }, de, []],
    ['known since then', undefined, de, []],
  ])('%s', (_what, pinned, now, outdated) => {
    expect(outdatedFacts(pinned, now)).toEqual(outdated);
  });
});

describe('what a customer requires of the requester', () => {
  const facts = {
    country: { value: 'DE', verified: true },
    entity: { value: 'Müller GmbH', verified: false },
  };
  const problems = (
    requirement: Parameters<typeof unmetFacts>[0],
    known: Parameters<typeof unmetFacts>[1] = facts,
  ) => unmetFacts(requirement, known).map(({ name, problem }) => `${name} ${problem}`);

  test('each list has to be met', () => {
    expect(problems({ countries: ['FR', 'DE'], entities: ['MÜLLER gmbh'] })).toEqual([]);
    expect(problems({ countries: ['FR'] })).toEqual(['country other']);
    expect(problems({ entities: ['Müller'] })).toEqual(['entity other']);
  });

  test('what is not known does not pass, nor what is only stated if it has to be verified', () => {
    expect(problems({ employment: ['employee'] })).toEqual(['employment unknown']);
    expect(problems({ countries: ['DE'] }, {})).toEqual(['country unknown']);
    expect(problems({ countries: ['DE'], entities: ['Müller GmbH'], verifiedOnly: true })).toEqual([
      'entity unverified',
    ]);
  });
});
