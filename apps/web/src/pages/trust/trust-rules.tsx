import type { TrustDocument } from '@countersign/scope';
import { joined, ruleWords } from '@countersign/scope';
import type { ReactNode } from 'react';
import { useNames } from '../../api/names.js';
import { durationText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { trustTexts } from './trust.text.js';

/** A trust document in words: everything that it says, and nothing else. */
export function TrustRules({ document }: { document: TrustDocument }) {
  const text = useText(trustTexts);
  const language = useLanguage();
  const name = useNames(document.people.map(({ person }) => person));
  const { countersign, forbid, bases, people, recovery = [] } = document;
  return (
    <dl className="facts">
      <dt>{text.people}</dt>
      <dd>
        <Lines
          lines={people.map(({ person, passkeys }) => {
            const paper = recovery.some((key) => key.person === person) ? ` ${text.withRecovery}` : '';
            return `${name(person)}: ${text.keys(passkeys.length)}${paper}`;
          })}
        />
      </dd>
      <dt>{text.approvals}</dt>
      <dd className="strong">{text.approvalsOf(document.approvals)}</dd>
      <dt>{text.except}</dt>
      <dd>
        {countersign.exceptActions.length === 0
          ? text.exceptNone
          : joined(countersign.exceptActions, language)}
      </dd>
      <dt>{text.forbid}</dt>
      <dd>
        {forbid.length === 0 ? (
          text.forbidNone
        ) : (
          <Lines lines={forbid.map((rule) => `${rule.service}: ${ruleWords(rule, language)}`)} />
        )}
      </dd>
      <dt>{text.bases}</dt>
      <dd>
        {bases.length === 0 ? (
          text.basesNone
        ) : (
          <Lines
            lines={bases.map(({ basis, services, actions, maxSeconds }) =>
              text.basis(
                basis,
                `${joined(services, language)}, ${joined(actions, language)}`,
                durationText(maxSeconds, language),
              ),
            )}
          />
        )}
      </dd>
      <dt>{text.threshold}</dt>
      <dd>{text.thresholdOf(document.threshold)}</dd>
      <dt>{text.where}</dt>
      <dd>{document.origins.join(', ')}</dd>
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
