import type { TrustDocument } from '@countersign/contract';
import { Fragment, type ReactNode } from 'react';
import { useNames } from '../../api/names.js';
import { useLanguage, useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { RULE_WORDS } from './rule-words.js';
import { trustTexts } from './trust.text.js';

const SHOWN = [
  ['approvals', 'approvals'],
  ['countersign', 'except'],
  ['forbid', 'forbid'],
  ['bases', 'bases'],
  ['threshold', 'threshold'],
  ['origins', 'where'],
] as const;

/** A trust document in words: everything that it says, and nothing else. */
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
            // By who it is: until their names are known, all lines read alike.
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
