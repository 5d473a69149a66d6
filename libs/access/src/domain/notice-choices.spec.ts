import type { NoticeWay } from '@countersign/contract';
import { personalTopic } from '../use-cases/notices/recipients.js';
import { chosenMessages, isNarrower, keepsDuties } from './notice-choices.js';

const by = (...ways: NoticeWay[]) => ways.map((way) => ({ way, isFixed: false, surelyArrives: true }));
const waysOf = (messages: { way: NoticeWay }[]) => messages.map(({ way }) => way);

test('a person who has chosen nothing gets everything by every way', () => {
  expect(waysOf(chosenMessages(by('mail', 'slack'), 'access', undefined))).toEqual(['mail', 'slack']);
  expect(waysOf(chosenMessages(by('mail', 'slack'), 'access', { decided: ['mail'] }))).toEqual([
    'mail',
    'slack',
  ]);
});

test('a way that is switched off for a topic is left out; what is no duty can be switched off wholly', () => {
  expect(waysOf(chosenMessages(by('mail', 'slack'), 'access', { access: ['mail'] }))).toEqual(['slack']);
  expect(chosenMessages(by('mail', 'slack'), 'access', { access: ['mail', 'slack'] })).toEqual([]);
});

test('what always goes out cannot be switched off', () => {
  expect(waysOf(chosenMessages(by('mail', 'slack'), null, { own: ['mail'], access: ['mail'] }))).toEqual([
    'mail',
    'slack',
  ]);
});

test('a duty reaches its person although the way that is on does not exist for them', () => {
  expect(waysOf(chosenMessages(by('mail'), 'decide', { decide: ['mail'] }))).toEqual(['mail']);
  expect(waysOf(chosenMessages(by('mail', 'slack'), 'decide', { decide: ['mail'] }))).toEqual(['slack']);
  expect(keepsDuties({ decide: ['mail', 'slack'] })).toBe(false);
  expect(keepsDuties({ own: ['slack', 'mail'] })).toBe(false);
  expect(keepsDuties({ decide: ['mail'], own: ['slack'], access: ['mail', 'slack'] })).toBe(true);
});

test('a duty reaches its person although the app in Slack is gone; what is no duty waits for it', () => {
  for (const isFixed of [false, true]) {
    const messages = [...by('mail'), { way: 'slack' as const, isFixed, surelyArrives: false }];
    expect(waysOf(chosenMessages(messages, 'own', { own: ['mail'] }))).toEqual(['mail', 'slack']);
    expect(waysOf(chosenMessages(messages, 'access', { access: ['mail'] }))).toEqual(['slack']);
  }
});

test('a push meets no duty: what waits for a person goes by another way besides', () => {
  const push = { way: 'push' as const, isFixed: false, surelyArrives: false };
  expect(keepsDuties({ decide: ['mail', 'slack'] })).toBe(false);
  expect(waysOf(chosenMessages([...by('mail'), push], 'decide', { decide: ['mail'] }))).toEqual([
    ...['mail', 'push'],
  ]);
  expect(waysOf(chosenMessages([...by('mail'), push], 'access', { access: ['mail'] }))).toEqual(['push']);
  expect(waysOf(chosenMessages([...by('mail'), push], 'decide', { decide: ['push'] }))).toEqual(['mail']);
});

test('choices are narrower if a way of a topic is newly off, even if another one is newly on', () => {
  expect(isNarrower({}, { own: ['mail'] })).toBe(false);
  expect(isNarrower({ own: ['mail'] }, { own: ['mail'], access: ['slack'] })).toBe(false);
  expect(isNarrower({ own: ['slack'] }, { own: ['mail'] })).toBe(true);
  expect(isNarrower({ own: ['mail'], reports: ['mail'] }, { own: ['mail'] })).toBe(true);
});

test('a card that a person has is kept up to date, and meets the duty', () => {
  const messages = [...by('mail'), { way: 'slack' as const, isFixed: true, surelyArrives: true }];
  expect(waysOf(chosenMessages(messages, 'decide', { decide: ['mail'] }))).toEqual(['slack']);
  expect(waysOf(chosenMessages(messages, 'decided', { decided: ['mail', 'slack'] }))).toEqual(['slack']);
});

test('the topic depends on whose request it is; whatever takes access away, opens an emergency or changes keys has none', () => {
  const about = { requester: 'usr_erin', endReason: null };
  expect(personalTopic('request.awaiting_customer', 'usr_ada', about)).toBe('decide');
  expect(personalTopic('request.denied', 'usr_erin', about)).toBe('own');
  expect(personalTopic('request.denied', 'usr_ada', about)).toBe('decided');
  expect(personalTopic('grant.active', 'usr_erin', about)).toBe('own');
  expect(personalTopic('grant.ended', 'usr_ada', { ...about, endReason: 'expired' })).toBe('access');
  for (const person of ['usr_erin', 'usr_ada'])
    expect(personalTopic('grant.ended', person, { ...about, endReason: 'revoked' })).toBeNull();
  for (const kind of [
    ...(['trust.stopped', 'passkey.enrolled', 'emergency.opening', 'supervision.stopped'] as const),
    ...(['demand.opening', 'account.key-created', 'widening.proposed', 'log.stopped'] as const),
    'account.notices-changed' as const,
  ])
    expect(personalTopic(kind, 'usr_erin', about)).toBeNull();
});
