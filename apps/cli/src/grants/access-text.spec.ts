import { describeAccess, describeAccessReason } from './access-text.js';

const NOW = new Date('2026-11-24T15:30:00Z');
const NAMES = new Map([['usr_9', 'Ada Moreau']]);
const reason = (text: string, by: string | null) => ({
  ...{ code: 'locked_person' as const, by, at: '2026-11-24T15:20:00Z', side: 'customer' as const },
  ...{ rule: null, why: 'an audit', text },
});

test('why no call passes: who did it, and since when', () => {
  expect(
    describeAccessReason(
      { accessReason: reason('The customer has locked the engineer: an audit', 'usr_9') },
      NOW,
      NAMES,
    ),
  ).toMatch(
    /^The customer has locked the engineer: an audit\. By .*Ada Moreau.*, since 2026-11-24T15:20:00Z \(10 min ago\)$/,
  );
  expect(describeAccessReason({ accessReason: reason('The time is over.', null) }, NOW)).toBe(
    'The time is over. Since 2026-11-24T15:20:00Z (10 min ago)',
  );
  expect(describeAccessReason({ accessReason: null }, NOW)).toBeNull();
});

test('the access of a request; nothing if it has no grant', () => {
  expect(describeAccess({ access: null, accessReason: null }, NOW, NAMES)).toBeNull();
  expect(describeAccess({ access: 'open', accessReason: null }, NOW, NAMES)).toBe('open now');
  const accessReason = reason('The customer has locked the engineer: an audit', 'usr_9');
  expect(describeAccess({ access: 'locked', accessReason }, NOW, NAMES)).toMatch(/^locked: The customer has/);
});
