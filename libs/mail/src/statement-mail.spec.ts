import { writeStatementMail } from './statement-mail.js';

const statement = (change: { accesses?: number; isComplete?: boolean }) => ({
  ...{ day: '2026-11-24', isComplete: true, accesses: 0, size: 1204, root: 'cm9vdA==', note: 'n' },
  madeAt: '2026-11-25T00:01:00.000Z',
  ...change,
});
const write = (change: Parameters<typeof statement>[0], language: 'en' | 'de' = 'en') =>
  writeStatementMail(
    { statement: statement(change), tenant: 'Acme Corp', link: 'https://x.example/s' },
    language,
  );

describe('the mail about a day’s statement', () => {
  test('says that there was no access, the newest size and root, and what is always excepted', () => {
    const { subject, text } = write({});
    expect(subject).toBe('No access to Acme Corp on 2026-11-24');
    for (const part of [
      'recorded no access',
      '1204 leaves, root cm9vdA==',
      'sealed leaf',
      'https://x.example/s',
    ])
      expect(text).toContain(part);
  });

  test('counts the calls, and says if the statement is not complete', () => {
    const { subject, text } = write({ accesses: 3, isComplete: false });
    expect(subject).toBe('Access to Acme Corp on 2026-11-24: calls 3');
    expect(text).toContain('3 allowed calls');
    expect(text).toContain('names each gateway whose records may be missing');
  });

  test('in German too', () => {
    expect(write({}, 'de').subject).toBe('Kein Zugriff auf Acme Corp am 2026-11-24');
    expect(write({ accesses: 1 }, 'de').text).toContain('einen erlaubten Aufruf');
  });
});
