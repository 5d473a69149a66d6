import type { Practice, PracticeCounts } from '@countersign/access';
import type { MailedKind } from '@countersign/contract';
import { writePracticeMail } from './practice-mail.js';

const KINDS = ['practice.opened', 'practice.due', 'practice.failed'] as const;
const practice = { dueAt: '2027-01-11T09:00:00Z' } as Practice;
const counts: PracticeCounts = { open: 0, passed: 4, wrong: 1, 'passkey-failed': 2, unanswered: 3, left: 0 };
const write = (kind: MailedKind<'practice'>, language: 'en' | 'de' = 'en') =>
  writePracticeMail(
    { kind, practice, counts, tenant: 'Acme Corp', link: 'https://x.example/practice' },
    { language, zone: 'UTC' },
  );

describe('the mail about a practice', () => {
  test.each(KINDS)('%s is marked as practice in its subject, and leads to the page', (kind) => {
    expect(write(kind).subject).toMatch(/^\[Practice\] Acme Corp: /);
    expect(write(kind, 'de').subject).toMatch(/^\[Übung\] Acme Corp: /);
    expect(write(kind).text).toContain('https://x.example/practice');
  });

  test('tells approvers by when to answer, and that nothing opens', () => {
    for (const kind of ['practice.opened', 'practice.due'] as const) {
      expect(write(kind).text).toContain('11 Jan 2027');
      expect(write(kind).text).toContain('Nothing opens, whatever you answer.');
      expect(write(kind).text).not.toContain('No answer');
    }
  });

  test('gives admins the number of each result', () => {
    expect(write('practice.failed').text.replaceAll(/\s+/g, ' ')).toMatch(
      /Passed:? 4 .*Wrong answer:? 1 .*Passkey failed:? 2 .*No answer:? 3 /,
    );
  });
});
