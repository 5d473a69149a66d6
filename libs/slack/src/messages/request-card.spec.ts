import type { AccessRequest } from '@countersign/access';
import { sampleFacts, sampleReview } from '../../../../test/factories/card-facts.js';
import { sampleGrant, sampleRequest } from '../../../../test/factories/domain.js';
import { alive, walk } from '../../../../test/fakes/slack/show/alive.js';
import type { CardFacts } from '../facts.js';
import type { Rendered } from './blocks.js';
import { audienceOf } from './decide-buttons.js';
import { detailsView } from './details.js';
import { requestCard } from './request-card.js';

const URL = 'https://countersign.example';

interface Pressable {
  words: string;
  style: unknown;
  asks: unknown;
}

function buttons({ blocks }: Rendered): Pressable[] {
  const found: Pressable[] = [];
  walk(blocks, (object) => {
    if (object['type'] !== 'button') return;
    const { text } = object['text'] as { text: string };
    found.push({ words: text, style: object['style'], asks: object['confirm'] });
  });
  return found;
}

/** The buttons, without the one for details that every card has. */
const words = (card: Rendered): string[] =>
  buttons(card)
    .map((each) => each.words)
    .filter((each) => each !== 'Details…' && each !== 'Einzelheiten…');

/** What the modal of the details says. */
const saidInDetails = (
  facts: Parameters<typeof detailsView>[0],
  audience: 'approver' | 'requester' = 'approver',
) =>
  said({ text: '', blocks: detailsView(facts, audience, `${URL}/requests/1`).blocks as Rendered['blocks'] });

function said({ blocks }: Rendered): string {
  const texts: string[] = [];
  walk(blocks, ({ type, text }) => {
    if (type === 'plain_text' || type === 'mrkdwn') texts.push(String(text));
  });
  return texts.join('\n');
}

const needs = (
  channels: AccessRequest['needs']['customer']['channels'],
  level: 'low' | 'medium' | 'high',
) => ({
  vendor: { required: 1, approved: 1 },
  customer: {
    ...{ required: 1, approved: 0, countersignature: level === 'high', channels },
    reasons: [
      { code: level === 'high' ? ('trust_signs' as const) : ('any_channel' as const), actions: ['read'] },
    ],
  },
  risk: { level, reasons: ['Because.'] },
  impact: { level: 'low' as const, reasons: [{ code: 'listed' as const, actions: ['read'] }] },
});

const atCustomer = (change: Partial<AccessRequest> = {}) =>
  sampleFacts({ request: sampleRequest({ state: 'awaiting_customer', ...change }) });

/** Beside every decision: ask the engineer, or hand it to a colleague. */
const TALK = ['Ask a question…', 'Forward…'];

const LOW = needs(['web', 'api', 'slack'], 'low');

test('low risk is decided here: approve, offer less by preset or form, deny, or open the browser', () => {
  expect(words(requestCard(atCustomer({ needs: LOW }), 'approver', URL))).toEqual([
    'Approve',
    'Deny…',
    'Open in browser',
    'Half the time',
    'Only these objects…',
    'Approve less…',
    ...TALK,
  ]);
});

describe('an exact change whose texts are shown', () => {
  const card = (body: string, before: string | null) => {
    const { terms } = sampleRequest();
    const call = {
      method: 'PATCH',
      path: '/tenants/acme/invoices/7',
      bodySha256: `sha256:${'ab'.repeat(32)}`,
    };
    const at = '2026-11-24T14:03:00Z';
    const change = {
      ...{ ...call, body: terms.justification },
      ...(before === null ? {} : { before: { body: terms.justification, at } }),
    };
    const facts = atCustomer({ needs: LOW, terms: { ...terms, budget: { calls: 1 }, change } });
    return requestCard({ ...facts, change: { body, before } }, 'approver', URL);
  };

  test('is on the card in short, before and after, as the engineer’s statement', () => {
    const shown = card('{"status":"void"}', '{"id":7,"status":"open"}');
    expect(said(shown)).toContain('/status: "open" → "void"');
    expect(said(shown)).toContain('Before: as the engineer’s own read returned it');
    expect(words(shown)).toContain('Approve');
    expect(said(card('{"status":"void"}', null))).toContain('has not shown what was there before');
  });

  test('makes no mention and no link of what a body contains', () => {
    const shown = card('{"note":"<!channel> *<https://evil.example|ok>*"}', null);
    const live = alive(shown as never);
    expect([live.mentions, live.links.filter((link) => link.includes('evil'))]).toEqual([[], []]);
  });

  test('an engineer who shows no body gets no approval in Slack for it', () => {
    const { terms } = sampleRequest();
    const call = {
      method: 'PATCH',
      path: '/tenants/acme/invoices/7',
      bodySha256: `sha256:${'ab'.repeat(32)}`,
    };
    const whole = (change: typeof call) =>
      requestCard(
        atCustomer({ needs: LOW, terms: { ...terms, budget: { calls: 1 }, change } }),
        'approver',
        URL,
      );
    const cardOf = (change: typeof call) => words(whole(change));
    const textOf = (change: typeof call) => JSON.stringify(whole(change).blocks);
    expect(cardOf(call)).not.toContain('Approve');
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const removal = { ...call, method: 'DELETE', bodySha256: `sha256:${empty}` };
    expect(cardOf(removal)).toContain('Approve');
    // Method, path and query are on the card before anyone approves, and so is the budget.
    const path = '/tenants/acme/invoices/7?cascade=true';
    expect(textOf({ ...removal, path })).toMatch(/DELETE \/tenants\/acme\/invoices\/7\?cascade=true/);
    expect(textOf(removal)).toMatch(/1 call/);
    expect(cardOf({ ...removal, path: `${path}&note=${'x'.repeat(500)}` })).not.toContain('Approve');
  });

  test('the call itself is shown beside the values that it changes', () => {
    expect(JSON.stringify(card('{"status":"paid"}', null).blocks)).toContain(
      'PATCH /tenants/acme/invoices/7',
    );
  });

  test('the details show the call and its budget once', () => {
    const { terms } = sampleRequest();
    const change = {
      ...{ method: 'PATCH', path: '/tenants/acme/invoices/7' },
      bodySha256: `sha256:${'ab'.repeat(32)}`,
    };
    const facts = atCustomer({ needs: LOW, terms: { ...terms, budget: { calls: 1 }, change } });
    expect(saidInDetails(facts).split('PATCH /tenants/acme/invoices/7')).toHaveLength(2);
    expect(saidInDetails(facts).match(/at most 1 call\b/g)).toHaveLength(1);
  });

  test.each([
    ['a value that is cut', `{"note":"${'x'.repeat(200)}"}`],
    [
      'more values than fit',
      JSON.stringify(Object.fromEntries('abcdefg'.split('').map((name) => [name, 1]))),
    ],
    ['a body that cannot be compared', 'status=void'],
  ])('with %s it is approved in the browser alone', (_what, body) => {
    expect(words(card(body, null))).not.toContain('Approve');
  });
});

test('a card leads to the browser once: by a button, or by a link if it has no such button', () => {
  const open = {
    ...atCustomer({ state: 'approved' }),
    ...{ grant: sampleGrant(), access: 'open' as const },
  };
  const cards = [
    requestCard(atCustomer({ needs: LOW }), 'approver', URL),
    requestCard(atCustomer({ needs: needs(['web'], 'high') }), 'approver', URL),
    requestCard(atCustomer({ state: 'awaiting_vendor' }), 'reviewer', URL),
    requestCard(atCustomer({ state: 'denied' }), 'approver', URL),
    requestCard(open, 'approver', URL),
    requestCard(atCustomer({ needs: LOW }), 'requester', URL),
  ];
  for (const card of cards) expect(said(card).split('Open in browser')).toHaveLength(2);
  const own = requestCard(open, 'requester', URL);
  expect(words(own)).toContain('Open');
  expect(said(own)).not.toContain('Open in browser');
});

test('read only is offered if that narrows the request', () => {
  const { terms } = sampleRequest();
  const wide = { ...terms, scope: [{ resource: 'invoices/*', actions: ['read', 'update'] }] };
  expect(words(requestCard(atCustomer({ needs: LOW, terms: wide }), 'approver', URL))).toContain('Read only');
});

test('medium risk is approved in the browser, and may be denied here', () => {
  const card = requestCard(atCustomer({ needs: needs(['web', 'api'], 'medium') }), 'approver', URL);
  expect(words(card)).toEqual(['Open in browser', 'Deny…', ...TALK]);
});

test('what must be countersigned shows only the browser, with a passkey', () => {
  const card = requestCard(atCustomer({ needs: needs(['web'], 'high') }), 'approver', URL);
  expect(words(card)).toEqual(['Open in browser', ...TALK]);
  expect(said(card)).toContain('with a passkey');
});

test('the dangerous button is never the primary, and approving asks in one sentence', () => {
  for (const level of ['low', 'medium', 'high'] as const)
    for (const audience of ['approver', 'reviewer'] as const) {
      const channels = level === 'low' ? (['web', 'slack'] as const) : (['web'] as const);
      const state = audience === 'approver' ? 'awaiting_customer' : 'awaiting_vendor';
      const card = requestCard(atCustomer({ state, needs: needs([...channels], level) }), audience, URL);
      for (const each of buttons(card)) {
        if (/Deny|Stop/.test(each.words)) expect(each.style).toBe('danger');
        if (each.words === 'Approve')
          expect(each.asks).toMatchObject({ text: { text: expect.stringMatching(/\.$/) } });
      }
      expect(buttons(card).filter(({ style }) => style === 'primary')).toHaveLength(1);
    }
});

test('the reviewer’s card asks in the reviewer’s turn, the customer’s in the customer’s', () => {
  expect(words(requestCard(atCustomer({ state: 'awaiting_vendor' }), 'reviewer', URL))).toEqual([
    'Approve',
    'Deny…',
    'Open in browser',
    ...TALK,
  ]);
  expect(words(requestCard(atCustomer({ state: 'awaiting_vendor' }), 'approver', URL))).toEqual([]);
  expect(words(requestCard(atCustomer({ needs: LOW }), 'reviewer', URL))).toEqual([]);
});

test('a request that the rules no longer allow offers no approval to anyone, and says so', () => {
  const facts = { ...atCustomer({ needs: LOW }), outdated: 'rules' as const };
  expect(words(requestCard(facts, 'approver', URL))).toEqual(['Open in browser', 'Deny…']);
  expect(said(requestCard(facts, 'approver', URL))).toContain('It can no longer be approved');
  expect(words(requestCard(facts, 'requester', URL))).toEqual(['Withdraw the request']);
});

test.each(['approver', 'requester'] as const)(
  'while access is stopped or locked, the card of the %s says that, and not that the rules have changed',
  (audience) => {
    const facts = { ...atCustomer({ needs: LOW }), outdated: 'locked' as const };
    const text = said(requestCard(facts, audience, URL));
    expect(text).toContain('Access is stopped or locked. Once that is lifted, this request can be approved.');
    expect(text).not.toContain('The rules have changed');
    expect(words(requestCard(facts, audience, URL))).not.toContain('Approve');
    expect(said(requestCard({ ...facts, language: 'de' }, audience, URL))).toContain(
      'Der Zugriff ist gestoppt oder gesperrt.',
    );
  },
);

test('a card is one sentence, four facts, and buttons; the details are one press away', () => {
  const facts = atCustomer({ needs: LOW });
  const card = requestCard(facts, 'approver', URL);
  const fields = card.blocks.flatMap((block) => (block.type === 'section' ? (block.fields ?? []) : []));
  // Each fact is a label and its value.
  expect(fields).toHaveLength(8);
  const text = said(card);
  for (const part of [
    'Erin Okafor of Northwind Cloud wants to read any invoice at Acme Corp for 1 hour.',
    '“Case 4711: the total of an invoice is wrong”',
    'CASE-4711',
    'Low risk: It only reads, and your controls list all of it as low risk.',
    `<!date^${Date.parse('2026-11-25T03:00:00Z') / 1_000}^{date_short_pretty} {time}|2026-11-25 03:00 UTC>`,
    'Access would end: 1 hour after approval',
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('Everything else of billing');
  expect(buttons(card).map((each) => each.words)).toContain('Details…');
  const whole = saidInDetails(facts);
  for (const part of [
    '• invoices/*: read',
    '“Case 4711: the total of an invoice is wrong”',
    '• update: any invoice',
    'Everything else of billing',
    'On the web, by the API or in Slack. Your controls let it be approved in Slack too.',
    'Silence is a no.',
  ])
    expect(whole).toContain(part);
});

test('a card and its details say when access would begin, if it does not begin with the approval', () => {
  const { terms } = sampleRequest();
  const startsAt = '2026-11-25T08:00:00Z';
  const later = atCustomer({ needs: LOW, terms: { ...terms, startsAt, extends: terms.justification } });
  const begin = `Access would begin: <!date^${Date.parse(startsAt) / 1_000}^`;
  expect(said(requestCard(later, 'approver', URL))).toContain(begin);
  expect(said(requestCard(later, 'approver', URL))).toContain('This continues earlier access');
  expect(saidInDetails(later)).toContain('This continues earlier access');
  const onUse = atCustomer({ needs: LOW, terms: { ...terms, startsOn: 'first-use', useBy: startsAt } });
  expect(said(requestCard(onUse, 'approver', URL))).toContain('Access would begin: with the first use');
  expect(said(requestCard(atCustomer({ needs: LOW }), 'approver', URL))).not.toContain('would begin');
});

test('a card lists each entry of a scope that its sentence would only sum up', () => {
  const { terms } = sampleRequest();
  const scope = ['a', 'b', 'c', 'd'].map((resource) => ({ resource, actions: ['read'] }));
  const card = requestCard(atCustomer({ needs: LOW, terms: { ...terms, scope } }), 'approver', URL);
  expect(said(card)).toContain('• a: read\n• b: read\n• c: read\n• d: read');
  expect(words(card)).toContain('Approve');
});

test.each([
  ['not_yet', 'Approved, not begun: access of Erin Okafor to Acme Corp'],
  ['open', 'Open now: access of Erin Okafor to Acme Corp'],
  ['stopped', 'Stopped: access of Erin Okafor to Acme Corp'],
  ['locked', 'Locked: access of Erin Okafor to Acme Corp'],
  ['ended', 'Ended: access of Erin Okafor to Acme Corp'],
] as const)('the title of a card follows the state: %s', (access, heading) => {
  const state = access === 'ended' ? ('ended' as const) : ('active' as const);
  const facts = { ...atCustomer({ state: 'approved' }), grant: sampleGrant({ state }), access };
  for (const audience of ['approver', 'requester'] as const) {
    const card = requestCard(facts, audience, URL);
    expect(card.blocks[0]).toMatchObject({ type: 'header', text: { text: heading } });
    expect(card.text.startsWith(`${heading}.`)).toBe(true);
  }
});

test('what is decided shows who decided, when and how, and has nothing to press', () => {
  for (const [decision, state, title] of [
    ['approve', 'approved', 'Approved by Ada Moreau'],
    ['deny', 'denied', 'Denied by Ada Moreau'],
  ] as const) {
    const facts = {
      ...atCustomer({ state }),
      reviews: [sampleReview({ decision, reason: 'Because I say so' })],
    };
    for (const audience of ['approver', 'reviewer', 'requester'] as const) {
      const card = requestCard(facts, audience, URL);
      expect(words(card)).toEqual([]);
      expect(said(card)).toContain(title);
      expect(said(card)).toContain('for the customer · in Slack · on the vendor’s word');
      expect(said(card)).toContain('|2026-11-24 15:10 UTC>');
      expect(said(card)).toContain('“Because I say so”');
    }
  }
});

test('a countersignature is sealed in the same words as on the pages', () => {
  const facts = { ...atCustomer({ state: 'approved' }), reviews: [sampleReview({ assurance: 'passkey' })] };
  const text = said(requestCard(facts, 'approver', URL));
  expect(text).toContain('Countersigned by Ada Moreau with a passkey');
  expect(text).not.toContain('vendor’s word');
});

test('Stop access stays on the customer’s card until the grant ends', () => {
  const decided = { ...atCustomer({ state: 'approved' }), reviews: [sampleReview()] };
  const stop = (state: 'scheduled' | 'active' | 'ended') =>
    words(requestCard({ ...decided, grant: sampleGrant({ state }) }, 'approver', URL));
  expect(stop('scheduled')).toEqual(['Stop access']);
  expect(stop('active')).toEqual(['Stop access']);
  expect(stop('ended')).toEqual([]);
});

test('the engineer gets the command to paste, the page, the time left and the buttons for more time and to release access', () => {
  const facts = {
    ...atCustomer({ state: 'approved' }),
    ...{ grant: sampleGrant(), access: 'open' as const, now: '2026-11-24T15:20:00Z' },
  };
  const card = requestCard(facts, 'requester', URL);
  expect(words(card)).toEqual(['Open', 'Ask for more time…', 'Release']);
  expect(said(card)).toContain(`npx countersign curl ${sampleGrant().id} -- /tenants/acme/invoices/ID`);
  expect(said(card)).toContain('40 minutes left');
});

test('the engineer opens the service in the browser, if it has an origin and the access passes calls', () => {
  const browserUrl = `https://billing.gw.example/countersign/open?grant=${sampleGrant().id}`;
  const facts = {
    ...atCustomer({ state: 'approved' }),
    grant: sampleGrant(),
    access: 'open' as const,
    browserUrl,
  };
  const card = requestCard(facts, 'requester', URL);
  expect(words(card)).toEqual(['Open in the browser', 'Open', 'Ask for more time…', 'Release']);
  expect(JSON.stringify(card)).toContain(`"url":"${browserUrl}"`);
  const german = requestCard({ ...facts, language: 'de' }, 'requester', URL);
  expect(words(german)[0]).toBe('Im Browser öffnen');
  for (const access of ['stopped', 'locked'] as const)
    expect(words(requestCard({ ...facts, access }, 'requester', URL))).toEqual(['Open', 'Release']);
  expect(words(requestCard(facts, 'approver', URL))).not.toContain('Open in the browser');
});

test.each([
  ['stopped', 'The customer has stopped this access.'],
  ['locked', 'This access is locked.'],
] as const)('a card never says that %s access is open, nor what to paste', (access, says) => {
  const accessReason: CardFacts['accessReason'] = {
    ...{ code: 'locked_person', by: 'usr_9', name: 'Ada Moreau', at: '2026-11-24T15:10:00Z' },
    ...{ side: 'customer', rule: null, why: 'an audit' },
  };
  const facts = { ...atCustomer({ state: 'approved' }), grant: sampleGrant(), access, accessReason };
  for (const reader of ['approver', 'requester'] as const) {
    const text = said(requestCard(facts, reader, URL));
    expect(text).toContain(says);
    expect(text).toContain('The customer has locked the engineer: an audit\nBy Ada Moreau.');
    expect(text).toContain(`<!date^${Date.parse(accessReason.at) / 1_000}`);
    expect(text).not.toMatch(/open now|Paste this/);
  }
});

test('a card that does not show the whole scope has no button to approve', () => {
  const { terms } = sampleRequest();
  const scope = Array.from({ length: 20 }, (_, at) => ({
    resource: `${String.fromCharCode(97 + at)}/${'x'.repeat(900)}`,
    actions: ['read'],
  }));
  const card = requestCard(atCustomer({ needs: LOW, terms: { ...terms, scope } }), 'approver', URL);
  expect(words(card)).toEqual(['Open in browser', 'Deny…', ...TALK]);
  expect(said(card)).toMatch(/more, in the browser|longer than a message/);
});

const question = { kind: 'question' as const, text: 'Which *invoice*?', name: 'Ada Moreau', toName: '' };
const answer = { kind: 'answer' as const, text: 'That of November', name: 'Erin Okafor', toName: '' };
const forward = { kind: 'forward' as const, text: null, name: 'Ada Moreau', toName: 'Bob Chen' };

test('while a question waits, the engineer can answer it, no one can ask another, and it can still be decided', () => {
  const facts = { ...atCustomer({ needs: LOW }), notes: [question, forward] };
  const theirs = requestCard(facts, 'approver', URL);
  expect(words(theirs)).toEqual(expect.arrayContaining(['Approve', 'Deny…', 'Forward…']));
  expect(words(theirs)).not.toContain('Ask a question…');
  const own = requestCard(facts, 'requester', URL);
  expect(words(own)).toEqual(['Answer the question…', 'Withdraw the request']);
  for (const card of [theirs, own]) {
    expect(said(card)).toContain('Ada Moreau asked\n“Which *invoice*?”');
    expect(said(card)).toContain('Ada Moreau forwarded it to Bob Chen');
    expect(said(card)).toContain('The engineer has to answer a question.');
    expect(card.text).toContain('The engineer has to answer a question.');
  }
});

test('once it is answered, the card shows both and waits for the decision again; once it is decided, nothing waits', () => {
  const open = { ...atCustomer({ needs: LOW }), notes: [question, answer] };
  const card = requestCard(open, 'approver', URL);
  expect(words(card)).toEqual(expect.arrayContaining(TALK));
  expect(said(card)).toContain('Erin Okafor answered\n“That of November”');
  expect(said(card)).toContain('It waits for the customer’s decision.');
  expect(words(requestCard(open, 'requester', URL))).toEqual(['Withdraw the request']);
  const denied = { ...atCustomer({ state: 'denied' }), notes: [question] };
  expect(words(requestCard(denied, 'requester', URL))).toEqual([]);
  expect(said(requestCard(denied, 'requester', URL))).toContain('It was denied.');
});

test('a card says who has to act and since when, how long each stage took, and how long the customer usually takes', () => {
  const waits = [
    { for: 'vendor' as const, since: '2026-11-24T15:00:00Z' },
    { for: 'customer' as const, since: '2026-11-24T15:10:00Z', stage: 'owner' },
    { for: 'customer' as const, since: '2026-11-24T16:00:00Z', stage: 'dpo' },
  ];
  const text = said(requestCard({ ...atCustomer({ needs: LOW, waits }), usually: 2_400 }, 'requester', URL));
  expect(text).toContain(
    'So far: the vendor’s review: 10 minutes · the customer (stage “owner”): 50 minutes',
  );
  expect(text).toContain('Waits for: the customer (stage “dpo”), since\n<!date^');
  expect(text).toContain('This customer usually decides within 40 minutes.');
  const over = requestCard(
    atCustomer({ state: 'denied', waits, endedAt: '2026-11-24T17:00:00Z' }),
    'requester',
    URL,
  );
  expect(said(over)).not.toContain('Waits for');
});

test('in German every word of ours is German, on the buttons and in their questions too', () => {
  const waits = [{ for: 'customer' as const, since: '2026-11-24T15:10:00Z', stage: 'owner' }];
  const change = { language: 'de' as const, notes: [question], usually: 2_400, justification: 'Fall 4711' };
  const open = { ...atCustomer({ needs: LOW, waits }), ...change };
  const card = requestCard(open, 'approver', URL);
  expect(words(card)).toEqual([
    ...['Freigeben', 'Ablehnen…', 'Im Browser öffnen', 'Halbe Zeit', 'Nur diese Objekte…'],
    ...['Weniger freigeben…', 'Weiterleiten…'],
  ]);
  expect(words(requestCard(open, 'requester', URL))).toEqual([
    'Die Frage beantworten…',
    'Anfrage zurückziehen',
  ]);
  const text = `${said(card)}\n${saidInDetails(open)}`;
  for (const part of [
    'Erin Okafor bittet um Zugriff auf Acme Corp',
    'Ada Moreau hat gefragt',
    'Wer anfragt, muss noch eine Frage beantworten.',
    'Wartet auf: Kunde (Stufe „owner“), seit',
    'Dieser Kunde entscheidet meist innerhalb von 40 Minuten.',
    'Schweigen heißt nein.',
    'Erin Okafor darf dann bei Acme Corp:',
  ])
    expect(text).toContain(part);
  expect(text).not.toMatch(/\b(the|waits|access|for|of|this|back)\b/i);
});

test('the block_id of a row of buttons gives the audience; any other gives null', () => {
  expect(audienceOf('approver.decide')).toBe('approver');
  expect(audienceOf('requester.own:req_1:0:3')).toBe('requester');
  for (const other of ['', 'toString', 'decide', undefined]) expect(audienceOf(other)).toBeNull();
});

test('the details say where the engineer works and who employs them, if the terms do', () => {
  const { terms } = sampleRequest({});
  const requesterFacts = { country: { value: 'DE', verified: false } };
  const facts = atCustomer({ needs: LOW, terms: { ...terms, requesterFacts } });
  expect(saidInDetails(facts)).toContain('works in Germany (DE) – stated by the vendor, not verified');
  expect(saidInDetails(atCustomer({ needs: LOW }))).not.toContain('Place and employer');
});

test('a card says that there is no ticket, or that it was erased', () => {
  const shown = (texts: Parameters<typeof detailsView>[0]['texts']) => {
    const facts = { ...atCustomer({ needs: LOW }), texts };
    return [said(requestCard(facts, 'approver', URL)), saidInDetails(facts)];
  };
  for (const text of shown({})) expect(text).toContain('No ticket was given.');
  for (const text of shown({ ticket: null })) expect(text).toContain('The ticket has been erased.');
  for (const text of shown({ ticket: '4711' })) expect(text).toMatch(/\*Ticket\*\n4711/);
});
