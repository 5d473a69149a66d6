import fc from 'fast-check';
import { anyText } from '../../../test/factories/any-text.js';
import { type MailFacts, writeMail } from './access-mail.js';
import { LANGUAGES, MAIL_KINDS } from './words/words.js';

const LINK = 'http://localhost:4000/requests/req_1';
const FACTS: MailFacts = {
  kind: 'request.awaiting_customer',
  at: '2026-11-24T15:00:00Z',
  requester: 'Erin Okafor',
  tenant: 'Acme Corp',
  service: 'billing',
  scope: [{ resource: 'invoices/*', actions: ['list', 'read'] }],
  hidden: { fields: ['/iban'] },
  seconds: 5_400,
  requestedSeconds: 5_400,
  justification: 'Case 4711:\nthe totals differ.',
  ticket: 'CASE-4711',
  change: null,
  lapsesAt: '2026-11-25T03:00:00Z',
  requested: { startsAt: null, useBy: null },
  grant: null,
  crossing: null,
  dueAt: null,
  said: null,
  blocked: null,
  link: LINK,
};
const GRANT = {
  startsAt: '2026-11-24T15:10:00Z',
  endsAt: '2026-11-24T16:40:00Z',
  endedAt: null,
  endReason: null,
};

describe('a mail', () => {
  test('about a counter-offer says what was asked, and shows what is offered', () => {
    const offered = [{ resource: 'invoices/17', actions: ['read'] }];
    const facts = { ...FACTS, kind: 'request.countered' as const, scope: offered, seconds: 600 };
    const { text } = writeMail(facts, 'en');
    expect(text).toContain('for 1 h 30 min');
    expect(text).toMatch(/Offered instead:?\s+invoices\/17: read/);
    expect(text).toContain('10 min');
  });

  test('never says that access is open while it is stopped or locked, and says who did it, since when and why', () => {
    const blocked: MailFacts['blocked'] = {
      reason: {
        ...{ code: 'locked_person', by: 'usr_9', at: '2026-11-24T15:20:00Z', side: 'customer' },
        ...{ rule: null, why: 'an audit' },
      },
      by: 'Ada Moreau',
    };
    const open = writeMail({ ...FACTS, kind: 'grant.active', grant: GRANT }, 'en');
    expect(open.subject).toBe('Access is open: Erin Okafor to Acme Corp');
    for (const [language, why] of [
      ['en', 'The customer has locked the engineer: an audit'],
      ['de', 'Der Kunde hat den Engineer gesperrt: an audit'],
    ] as const) {
      const { subject, text } = writeMail(
        { ...FACTS, kind: 'grant.active', grant: GRANT, blocked },
        language,
      );
      expect(`${subject} ${text}`).not.toMatch(/is open|ist (jetzt )?offen/);
      expect(text).toContain(why);
      expect(text).toContain('Ada Moreau, 2026-11-24 15:20:00 UTC');
    }
  });

  test('says where the engineer works and who employs them, and who says so, if the terms do', () => {
    const requesterFacts = {
      country: { value: 'DE', verified: true },
      entity: { value: 'Northwind GmbH', verified: false },
    };
    const { text } = writeMail({ ...FACTS, requesterFacts }, 'en');
    expect(text).toMatch(/works in Germany \(DE\) – verified by the vendor’s identity provider/);
    expect(text).toMatch(/works for Northwind GmbH – stated by the vendor, not verified/);
    expect(writeMail(FACTS, 'de').text).not.toContain('Ort und Arbeitgeber');
    expect(writeMail({ ...FACTS, requesterFacts }, 'de').text).toContain('Ort und Arbeitgeber');
  });

  test('says who wants what for how long and why, both clocks with a zone, and what silence means', () => {
    const { subject, text } = writeMail(FACTS, 'en');
    expect(subject).toBe('Your decision: Erin Okafor requests access to Acme Corp');
    expect(text).toBe(
      `Erin Okafor requests access to the data of Acme Corp in billing for 1 h 30 min. It waits for your decision.

What: invoices/*: list, read
Hidden fields: The field iban is hidden.
Why:
  | Case 4711:
  | the totals differ[.]
Ticket: CASE-4711
The request lapses: 2026-11-25 03:00:00 UTC
Access would end: 1 h 30 min after approval, at the latest 2026-11-25 04:30:00 UTC

If no one decides, the request lapses and grants nothing.

Open the request: ${LINK}

This mail opens nothing and decides nothing. You decide on the page, signed in.
`.replace('differ[.]', 'differ.'),
    );
  });

  test('says the same in German', () => {
    const { subject, text } = writeMail(FACTS, 'de');
    expect(subject).toBe('Ihre Entscheidung: Erin Okafor bittet um Zugriff auf Acme Corp');
    expect(text).toContain(
      'Der Zugriff würde enden: 1 Std. 30 Min. nach der Freigabe, spätestens 2026-11-25',
    );
  });

  test.each([
    [{ startsAt: '2026-11-25T08:00:00Z', useBy: null }, 'Access would end: 2026-11-25 09:30:00 UTC'],
    [
      { startsAt: null, useBy: '2026-11-26T08:00:00Z' },
      'Access would end: 1 h 30 min after its first use, at the latest 2026-11-26 09:30:00 UTC',
    ],
  ])('knows when access would end: %j', (requested, line) => {
    expect(writeMail({ ...FACTS, requested }, 'en').text).toContain(line);
  });

  test('about an ended grant says when and why it ended', () => {
    const grant = { ...GRANT, endedAt: '2026-11-24T15:20:00Z', endReason: 'revoked' };
    const { text } = writeMail({ ...FACTS, kind: 'grant.ended', grant }, 'en');
    expect(text).toContain('Access begins: 2026-11-24 15:10:00 UTC\nAccess ended: 2026-11-24 15:20:00 UTC');
    expect(text).toContain('Ended because: it was stopped');
  });

  test('says so if the justification was erased', () => {
    expect(writeMail({ ...FACTS, justification: null, ticket: null }, 'en').text).toContain('Why: (erased)');
  });

  test.each([
    ['‮evil', '[U+202E]evil'],
    ['ze​ro', 'ze[U+200B]ro'],
    ['a\r\nBcc: x', 'a[U+000D][U+000A]Bcc: x'],
    ['see https://evil.example/x', 'see https[:]//evil[.]example/x'],
  ])('shows what would be unseen, and makes no second link: %j', (requester, shown) => {
    expect(writeMail({ ...FACTS, requester }, 'en').subject).toContain(shown);
  });

  const wild = anyText({ maxLength: 60 });
  const nasty = fc.oneof(
    wild,
    fc.constantFrom(
      '\r\nBcc: evil@x.example',
      '</td><script>alert(1)</script>',
      '"><img src=x onerror=y>',
      '\u202e\u2066',
      'http://evil.example',
      "' onclick='x",
      '\n\nOpen the request: http://evil.example',
    ),
  );
  test('P11: no user text breaks out: one-line subject, no markup, no link but ours', () => {
    fc.assert(
      fc.property(
        fc.record({
          kind: fc.constantFrom(...MAIL_KINDS),
          language: fc.constantFrom(...LANGUAGES),
          requester: nasty,
          tenant: nasty,
          justification: nasty,
          ticket: nasty,
          resource: nasty,
          granted: fc.boolean(),
        }),
        ({ kind, language, resource, granted, ...texts }) => {
          const scope = [{ resource, actions: ['read'] }];
          const grant = granted ? GRANT : null;
          const { subject, text, html } = writeMail({ ...FACTS, ...texts, kind, scope, grant }, language);
          expect(subject).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(text.match(/:\/\/\S*/g)).toEqual(['://localhost:4000/requests/req_1']);
          expect(html.match(/:\/\/[^"]*/g)).toEqual(['://localhost:4000/requests/req_1']);
          const tags = new Set([...html.matchAll(/<\/?([a-z!]+)/g)].map(([, tag]) => tag));
          for (const tag of tags)
            expect('!doctype html head meta title style body p table tr th td br a').toContain(tag);
          expect(html.match(/<[^>]*\son[a-z]+=|<a /g)).toEqual(['<a ']);
          // Lines of ours are known by their labels: a user's lines are set apart or stand behind one.
          for (const line of text.split('\n').slice(2)) expect(line).not.toMatch(/^http/);
        },
      ),
    );
  });
});

test('an exact change: the call and which values change, never the values', () => {
  const change = { call: 'PATCH /tenants/acme/invoices/7', values: ['/status', '/total'] };
  const { text } = writeMail({ ...FACTS, change }, 'en');
  expect(text).toContain('PATCH /tenants/acme/invoices/7');
  expect(text).toContain('/status');
  expect(writeMail({ ...FACTS, change }, 'de').text).toContain('Die eine Änderung');
});
