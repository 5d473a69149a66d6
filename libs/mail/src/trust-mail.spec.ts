import type { ReadUnit } from '@countersign/access';
import { isMailedAs, LANGUAGES, NOTICES, type NoticeKind } from '@countersign/contract';
import { NOTICE_TEXTS, type TrustNames } from '@countersign/wording';
import fc from 'fast-check';
import { anyText } from '../../../test/factories/any-text.js';
import { findTrustNews, type TrustMailFacts, writeTrustMail } from './trust-mail.js';

const LINK = 'http://localhost:4000/trust';
const NOTHING = {
  by: null,
  fingerprint: null,
  seq: null,
  validUntil: null,
  scope: null,
  countsFrom: null,
  person: null,
  reason: null,
};
const FACTS: TrustMailFacts = {
  ...NOTHING,
  kind: 'trust.expiring',
  at: '2026-11-24T15:00:00Z',
  tenant: 'Acme Corp',
  fingerprint: `sha256:${'ab'.repeat(32)}`,
  seq: 2,
  validUntil: '2026-12-24T12:00:00Z',
  link: LINK,
};

const KINDS = (Object.keys(NOTICES) as NoticeKind[]).filter((kind) => isMailedAs(kind, 'trust'));
const EN = { language: 'en', zone: 'UTC' } as const;

describe('a mail about a trust document', () => {
  test('says what ends, when, and what happens then', () => {
    const { subject, text } = writeTrustMail(FACTS, EN);
    expect(subject).toBe('Trust document of Acme Corp ends in 30 days');
    expect(text).toBe(
      `The trust document of Acme Corp ends in 30 days. After that all access to its data through Countersign is refused until its people sign the next one.

When: Tue, 24 Nov 2026, 15:00:00 UTC
Version: 2
Valid until: Thu, 24 Dec 2026, 12:00:00 UTC
Fingerprint: sha256:${'ab'.repeat(32)}

Open the page: ${LINK}

This mail opens nothing and decides nothing. You sign on the page, with your passkey.
`,
    );
    expect(writeTrustMail(FACTS, { ...EN, language: 'de' }).subject).toBe(
      'Vertrauensdokument von Acme Corp endet in 30 Tagen',
    );
  });

  test('names who stopped what, and the host if the host did it', () => {
    const stop = writeTrustMail(
      { ...FACTS, ...NOTHING, kind: 'trust.stopped', by: 'Ada Moreau', scope: 'everything' },
      EN,
    );
    expect(stop.text).toContain('By: Ada Moreau\nWhat: all access');
    const reset = writeTrustMail({ ...FACTS, ...NOTHING, kind: 'trust.reset', reason: 'a fire' }, EN);
    expect(reset.text).toContain('By: the vendor’s host\nReason: a fire');
    expect(writeTrustMail({ ...FACTS, kind: 'trust.adopted' }, EN).text).not.toContain('By:');
  });

  test('names nothing but the tenant if no facts are read for its kind', async () => {
    // A reader of facts fails without repositories.
    const readsFacts = async (kind: (typeof KINDS)[number]) =>
      findTrustNews({} as ReadUnit, { kind, tenant: 'acme', subject: 'one' }).then(
        () => false,
        () => true,
      );
    const names = new Proxy({} as TrustNames, {
      get: (_names, name) => {
        if (name !== 'tenant') throw new Error(`no reader finds “${String(name)}”`);
        return 'Acme Corp';
      },
    });
    for (const kind of KINDS) {
      if (await readsFacts(kind)) continue;
      for (const language of LANGUAGES) {
        const { subject, sentence } = NOTICE_TEXTS[language].kinds[kind].mail;
        expect(`${kind}: ${subject(names)} ${sentence(names)}`).toContain('Acme Corp');
      }
    }
    expect([await readsFacts('trust.adopted'), await readsFacts('log.stopped')]).toEqual([true, false]);
  });

  const nasty = fc.oneof(
    anyText({ maxLength: 40 }),
    fc.constantFrom('\r\nBcc: x@x.example', '<a href="http://evil.example">', 'http://evil.example'),
  );
  test('P11: no text of a user escapes: one-line subject, no markup, no link but ours', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.constantFrom(...LANGUAGES),
        fc.record({ tenant: nasty, by: nasty, reason: nasty }),
        (kind, language, texts) => {
          const { subject, text, html } = writeTrustMail(
            { ...FACTS, ...texts, kind },
            { language, zone: 'UTC' },
          );
          expect(subject).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
          expect(text.match(/:\/\/\S*/g)).toEqual(['://localhost:4000/trust']);
          expect(html.match(/:\/\/[^"]*/g)).toEqual(['://localhost:4000/trust']);
          expect(html.match(/<a /g)).toEqual(['<a ']);
        },
      ),
    );
  });
});
