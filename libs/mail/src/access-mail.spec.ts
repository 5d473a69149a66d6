import { isMailedAs, LANGUAGES, NOTICES, type NoticeKind } from '@countersign/contract';
import fc from 'fast-check';
import { anyText } from '../../../test/factories/any-text.js';
import { type MailFacts, writeMail } from './access-mail.js';

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
  texts: { ticket: 'CASE-4711' },
  change: null,
  lapsesAt: '2026-11-25T03:00:00Z',
  requested: { startsAt: null, useBy: null, isExtension: false },
  grant: null,
  crossing: null,
  dueAt: null,
  said: null,
  by: null,
  blocked: null,
  link: LINK,
};
const KINDS = (Object.keys(NOTICES) as NoticeKind[]).filter((kind) => isMailedAs(kind, 'access'));
const EN = { language: 'en', zone: 'UTC' } as const;
const DE = { language: 'de', zone: 'UTC' } as const;
const GRANT = {
  state: 'active' as const,
  createdAt: '2026-11-24T15:10:00Z',
  startsAt: '2026-11-24T15:10:00Z',
  endsAt: '2026-11-24T16:40:00Z',
  endedAt: null,
  endReason: null,
};

describe('a mail', () => {
  test('about a counter-offer says what was asked, and shows what is offered', () => {
    const offered = [{ resource: 'invoices/17', actions: ['read'] }];
    const facts = { ...FACTS, kind: 'request.countered' as const, scope: offered, seconds: 600 };
    const { text } = writeMail(facts, EN);
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
    const open = writeMail({ ...FACTS, kind: 'grant.active', grant: GRANT }, EN);
    expect(open.subject).toBe('Access is open: Erin Okafor to Acme Corp');
    for (const [language, why] of [
      ['en', 'The customer has locked the engineer: an audit'],
      ['de', 'Der Kunde hat den Engineer gesperrt: an audit'],
    ] as const) {
      const { subject, text } = writeMail(
        { ...FACTS, kind: 'grant.active', grant: GRANT, blocked },
        { language, zone: 'UTC' },
      );
      expect(`${subject} ${text}`).not.toMatch(/is open|ist (jetzt )?offen/);
      expect(text).toContain(why);
      expect(text).toContain('15:20:00 UTC');
    }
  });

  test('says where the engineer works and who employs them, and who says so, if the terms do', () => {
    const requesterFacts = {
      country: { value: 'DE', verified: true },
      entity: { value: 'Northwind GmbH', verified: false },
    };
    const { text } = writeMail({ ...FACTS, requesterFacts }, EN);
    expect(text).toMatch(/works in Germany \(DE\) – verified by the vendor’s identity provider/);
    expect(text).toMatch(/works for Northwind GmbH – stated by the vendor, not verified/);
    expect(writeMail(FACTS, DE).text).not.toContain('Ort und Arbeitgeber');
    expect(writeMail({ ...FACTS, requesterFacts }, DE).text).toContain('Ort und Arbeitgeber');
  });

  test('says who wants what for how long and why, both clocks with a zone, and what silence means', () => {
    const { subject, text } = writeMail(FACTS, EN);
    expect(subject).toBe('Your decision: Erin Okafor requests access to Acme Corp');
    expect(text).toBe(
      `Erin Okafor requests access to the data of Acme Corp in billing for 1 h 30 min. It waits for your decision.

What: invoices/*: list, read
Hidden fields: The field iban is hidden.
Why:
  | Case 4711:
  | the totals differ[.]
Ticket: CASE-4711
The request lapses: Wed, 25 Nov 2026, 03:00:00 UTC
Access would end: 1 h 30 min after approval, at the latest Wed, 25 Nov 2026, 04:30:00 UTC

If no one decides, the request lapses and grants nothing.

Open the request: ${LINK}

This mail opens nothing and decides nothing. You decide on the page, signed in.
`.replace('differ[.]', 'differ.'),
    );
  });

  test('says the same in German', () => {
    const { subject, text } = writeMail(FACTS, DE);
    expect(subject).toBe('Ihre Entscheidung: Erin Okafor bittet um Zugriff auf Acme Corp');
    expect(text).toContain(
      'Der Zugriff würde enden: 1 Std. 30 Min. nach der Freigabe, spätestens Mi., 25. Nov. 2026',
    );
  });

  test.each([
    [
      { startsAt: '2026-11-25T08:00:00Z', useBy: null, isExtension: false },
      'Access would begin: Wed, 25 Nov 2026, 08:00:00 UTC\nAccess would end: Wed, 25 Nov 2026, 09:30:00 UTC',
    ],
    [
      { startsAt: '2026-11-25T08:00:00Z', useBy: null, isExtension: true },
      'Access would begin:\n  | Wed, 25 Nov 2026, 08:00:00 UTC\n  | This continues earlier access, from its planned end.\nAccess would end: ',
    ],
    [
      { startsAt: null, useBy: '2026-11-26T08:00:00Z', isExtension: false },
      'Access would begin: with the first use\nAccess would end: 1 h 30 min after its first use, at the latest Thu, 26 Nov 2026, 09:30:00 UTC',
    ],
  ])('knows when access would begin and end: %j', (requested, lines) => {
    expect(writeMail({ ...FACTS, requested }, EN).text).toContain(lines);
  });

  test('about an ended grant says when and why it ended', () => {
    const grant = { ...GRANT, endedAt: '2026-11-24T15:20:00Z', endReason: 'revoked' };
    const { text } = writeMail({ ...FACTS, kind: 'grant.ended', grant }, EN);
    expect(text).toContain(
      'Access began: Tue, 24 Nov 2026, 15:10:00 UTC\nAccess ended: Tue, 24 Nov 2026, 15:20:00 UTC',
    );
    expect(text).toContain('Ended because: it was stopped');
    for (const startsAt of [null, '2026-11-24T16:00:00Z'])
      expect(writeMail({ ...FACTS, kind: 'grant.ended', grant: { ...grant, startsAt } }, EN).text).toContain(
        'Access began: never\nAccess ended: Tue, 24 Nov 2026, 15:20:00 UTC',
      );
    // Stopped in the second in which it began.
    const atOnce = { ...grant, startsAt: grant.endedAt };
    expect(writeMail({ ...FACTS, kind: 'grant.ended', grant: atOnce }, EN).text).toContain(
      'Access began: Tue, 24 Nov 2026, 15:20:00 UTC',
    );
  });

  test('has both clocks in the time zone of its reader', () => {
    const { text } = writeMail(FACTS, { language: 'en', zone: 'Europe/Berlin' });
    expect(text).toContain('The request lapses: Wed, 25 Nov 2026, 04:00:00 CET');
    expect(text).toContain('at the latest Wed, 25 Nov 2026, 05:30:00 CET');
    expect(writeMail(FACTS, { language: 'de', zone: 'Europe/Berlin' }).text).toContain('04:00:00 MEZ');
  });

  test('about a denial or an end names the person, the side and the words that were given', () => {
    const by = { name: 'Ada Moreau', side: 'customer' as const, reason: 'Which case is it?' };
    const denied = writeMail({ ...FACTS, kind: 'request.denied', by }, EN).text;
    expect(denied).toContain('By: Ada Moreau (customer)\nReason given: Which case is it?\n');
    const grant = {
      ...GRANT,
      state: 'ended' as const,
      endedAt: '2026-11-24T15:20:00Z',
      endReason: 'revoked',
    };
    const ended = writeMail({ ...FACTS, kind: 'grant.ended', grant, by }, DE).text;
    expect(ended).toContain('Von: Ada Moreau (Kunde)\nAngegebener Grund: Which case is it?');
    const silent = { ...by, reason: null };
    expect(writeMail({ ...FACTS, kind: 'grant.ended', grant, by: silent }, EN).text).not.toContain(
      'Reason given',
    );
  });

  test('about an approval also says that access is open, or opens later, if both came in the same second', () => {
    const approved = { ...FACTS, kind: 'request.approved' as const, at: '2026-11-24T15:10:00.400Z' };
    const text = (grant: MailFacts['grant']) => writeMail({ ...approved, grant }, EN).text;
    expect(text(GRANT)).toContain('It was approved, and the access is open now.');
    expect(text(GRANT)).toContain('Access ends: Tue, 24 Nov 2026, 16:40:00 UTC');
    expect(text({ ...GRANT, state: 'scheduled' })).toContain('It was approved, and the access opens later.');
    const reason = {
      code: 'locked_person',
      by: null,
      at: FACTS.at,
      side: 'customer',
      rule: null,
      why: null,
    } as const;
    const stopped = writeMail({ ...approved, grant: GRANT, blocked: { reason, by: null } }, EN).text;
    expect(stopped).toContain('no call passes');
    expect(stopped).not.toContain('open now');
    // What began later has a mail of its own, and what has ended is not called open.
    for (const other of [{ createdAt: '2026-11-24T15:09:00Z' }, { state: 'ended' as const }])
      expect(text({ ...GRANT, ...other })).toMatch(/It was approved\.\n/);
  });

  test('has one layout in HTML: the seal, a button, and a table that a screen reader reads by its labels', () => {
    const seal = (kind: MailFacts['kind']) =>
      /<td class="(accent|wait|stop)"/.exec(writeMail({ ...FACTS, kind }, EN).html)?.[1];
    expect(seal('request.awaiting_customer')).toBe('wait');
    expect(seal('request.approved')).toBe('accent');
    expect(seal('request.denied')).toBe('stop');
    const { html } = writeMail(FACTS, EN);
    expect(html).toMatch(
      /<a href="http:\/\/localhost:4000\/requests\/req_1" style="display:inline-block;[^"]*background:/,
    );
    expect(html).toMatch(/<th [^>]*scope="row"[^>]*>The request lapses<\/th>/);
    expect(html).toContain('prefers-color-scheme: dark');
    // Nothing loads when the mail is opened.
    expect(html).not.toMatch(/<img|<link|url\(|src=/);
  });

  test('says so if the justification was erased', () => {
    expect(writeMail({ ...FACTS, justification: null, texts: { ticket: null } }, EN).text).toContain(
      'Why: (erased)',
    );
  });

  test.each([
    ['‮evil', '[U+202E]evil'],
    ['ze​ro', 'ze[U+200B]ro'],
    ['a\r\nBcc: x', 'a[U+000D][U+000A]Bcc: x'],
    ['see https://evil.example/x', 'see https[:]//evil[.]example/x'],
  ])('shows what would be unseen, and makes no second link: %j', (requester, shown) => {
    expect(writeMail({ ...FACTS, requester }, EN).subject).toContain(shown);
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
          kind: fc.constantFrom(...KINDS),
          language: fc.constantFrom(...LANGUAGES),
          requester: nasty,
          tenant: nasty,
          justification: nasty,
          texts: fc.record({ ticket: nasty }),
          resource: nasty,
          said: nasty,
          person: nasty,
          reason: nasty,
          granted: fc.boolean(),
          isBlocked: fc.boolean(),
        }),
        ({ kind, language, resource, person, reason, granted, isBlocked, ...texts }) => {
          const scope = [{ resource, actions: ['read'] }];
          const grant = granted ? GRANT : null;
          const by = { name: person, side: 'customer' as const, reason };
          const blocked = isBlocked
            ? {
                by: person,
                reason: {
                  ...{ code: 'paused' as const, by: 'usr_9', at: FACTS.at },
                  ...{ side: 'customer' as const, rule: person, why: reason },
                },
              }
            : null;
          const { subject, text, html } = writeMail(
            { ...FACTS, ...texts, kind, scope, grant, by, blocked },
            { language, zone: 'UTC' },
          );
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
  const { text } = writeMail({ ...FACTS, change }, EN);
  expect(text).toContain('PATCH /tenants/acme/invoices/7');
  expect(text).toContain('/status');
  expect(writeMail({ ...FACTS, change }, DE).text).toContain('Die eine Änderung');
});
