import type { TrustDocument } from '@countersign/contract';
import { joined, ruleWords } from '@countersign/wording';
import { durationText } from '../../text/clock.js';
import type { Language } from '../../text/language.js';
import type { ChangedMember } from './changes.js';
import type { TrustText } from './trust.text.js';

type Say = (document: TrustDocument, text: TrustText, language: Language) => string[];

/** What each rule of a trust document says, in lines; who is named in it is told elsewhere. */
export const RULE_WORDS: Readonly<Record<ChangedMember, Say>> = {
  approvals: ({ approvals }, text) => [text.approvalsOf(approvals)],
  threshold: ({ threshold }, text) => [text.thresholdOf(threshold)],
  countersign: ({ countersign: { exceptActions } }, text, language) => [
    exceptActions.length === 0 ? text.exceptNone : joined(exceptActions, language),
  ],
  forbid: ({ forbid }, text, language) =>
    forbid.length === 0
      ? [text.forbidNone]
      : forbid.map((rule) => `${rule.service}: ${ruleWords(rule, language)}`),
  bases: ({ bases }, text, language) =>
    bases.length === 0 ? [text.basesNone] : bases.map((each) => basisWords(each, text, language)),
  rpId: ({ rpId }) => [rpId],
  origins: ({ origins }) => origins,
  witnesses: ({ witnesses = [] }, text) => (witnesses.length === 0 ? [text.witnessesNone] : witnesses),
};

export const basisWords = (
  { basis, services, actions, maxSeconds }: TrustDocument['bases'][number],
  text: TrustText,
  language: Language,
): string =>
  text.basis(
    text.basisName[basis],
    `${joined(services, language)}, ${joined(actions, language)}`,
    durationText(maxSeconds, language),
  );
