import { isRequesterFacts, requesterFactsSchema } from './requester-facts.js';

test('P13: the check without a schema library accepts what the schema accepts, and nothing else', () => {
  const fact = (value: unknown, verified: unknown = true) => ({ value, verified });
  const good = { country: fact('DE'), entity: fact('Northwind GmbH'), employment: fact('employee', false) };
  const values: unknown[] = [
    ...[good, { country: fact('XX') }, { entity: fact('A'.repeat(80)) }, { employment: fact('other') }],
    ...[null, [], 'DE', 1, {}, { ...good, name: fact('Erin') }, { toString: fact('DE') }],
    ...[{ country: fact('de') }, { country: fact('DEU') }, { country: 'DE' }, { country: null }],
    ...[
      { country: fact('DE', 'yes') },
      { country: { value: 'DE' } },
      { country: { ...fact('DE'), by: 'me' } },
    ],
    ...[
      { entity: fact('') },
      { entity: fact(' GmbH') },
      { entity: fact('A'.repeat(81)) },
      { entity: fact(1) },
    ],
    ...[
      { entity: fact('North\u200bwind') },
      { employment: fact('friend') },
      { employment: fact('toString') },
    ],
  ];
  for (const value of values)
    expect([value, isRequesterFacts(value)]).toEqual([value, requesterFactsSchema.safeParse(value).success]);
});
