import { type Language, type TrustDocument, WITNESS_GRACE_SECONDS } from '@countersign/contract';
import { durationText, joinWithAnd, ruleWords } from '@countersign/wording';
import { Fragment, type ReactNode } from 'react';
import { useNames } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import type { ChangedMember } from './changes.js';
import { type TrustText, trustTexts } from './trust.text.js';

const SHOWN = [
  ['approvals', 'approvals'],
  ['countersign', 'except'],
  ['forbid', 'forbid'],
  ['bases', 'bases'],
  ['threshold', 'threshold'],
  ['origins', 'where'],
] as const;

/** Everything that a trust document says, in words. */
export function TrustRules({ document }: { document: TrustDocument }) {
  const text = useText(trustTexts);
  const language = useLanguage();
  const name = useNames(document.people.map(({ person }) => person));
  const { people, recovery = [] } = document;
  return (
    <dl className="facts">
      <dt>{text.people}</dt>
      <dd>
        <ul className="plain-list">
          {people.map(({ person, passkeys }) => {
            const paper = recovery.some((key) => key.person === person) ? ` ${text.withRecovery}` : '';
            // Keyed by person: until the names have loaded, all lines are equal.
            return <li key={person}>{`${name(person)}: ${text.keys(passkeys.length)}${paper}`}</li>;
          })}
        </ul>
      </dd>
      {SHOWN.map(([member, label]) => (
        <Fragment key={member}>
          <dt>{text[label]}</dt>
          <dd className={member === 'approvals' ? 'strong' : undefined}>
            <Lines lines={RULE_WORDS[member](document, text, language)} />
          </dd>
        </Fragment>
      ))}
      {document.witnesses === undefined ? null : (
        <>
          <dt>{text.witnesses}</dt>
          <dd>
            <Lines lines={document.witnesses} />
          </dd>
          <dt>{text.witnessGrace}</dt>
          <dd>
            <Lines lines={RULE_WORDS.witnessGraceSeconds(document, text, language)} />
          </dd>
        </>
      )}
      <dt>{text.validUntil}</dt>
      <dd>
        <Instant at={document.validUntil} />
      </dd>
    </dl>
  );
}

function Lines({ lines }: { lines: readonly string[] }): ReactNode {
  return (
    <ul className="plain-list">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

type Say = (document: TrustDocument, text: TrustText, language: Language) => string[];

/** Each rule of a trust document in words, one string per line. */
export const RULE_WORDS: Readonly<Record<ChangedMember, Say>> = {
  approvals: ({ approvals }, text) => [text.approvalsOf(approvals)],
  threshold: ({ threshold }, text) => [text.thresholdOf(threshold)],
  countersign: ({ countersign: { exceptActions } }, text, language) => [
    exceptActions.length === 0 ? text.exceptNone : joinWithAnd(exceptActions, language),
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
  witnessGraceSeconds: ({ witnessGraceSeconds = WITNESS_GRACE_SECONDS }, _text, language) => [
    durationText(witnessGraceSeconds, language),
  ],
};

export const basisWords = (
  { basis, services, actions, maxSeconds }: TrustDocument['bases'][number],
  text: TrustText,
  language: Language,
): string =>
  text.basis(
    text.basisName[basis],
    `${joinWithAnd(services, language)}, ${joinWithAnd(actions, language)}`,
    durationText(maxSeconds, language),
  );
