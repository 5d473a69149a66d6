import type { AccessRequest } from '@countersign/api';
import { accessWords, durationText, requesterFactLines, STATED_TEXTS } from '@countersign/wording';
import { Fragment } from 'react';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
import { Erased } from '../../ui/erased.js';
import { reasonCodeTexts, reasonCodeWords } from '../../ui/reason-codes.text.js';
import { assuranceTexts, decisionTexts } from './decision.text.js';

/** One sentence: who wants what, where and for how long. The reason and the ticket follow. */
export function Sentence({ request, short = false }: { request: AccessRequest; short?: boolean }) {
  const text = useText(decisionTexts);
  const assurance = useText(assuranceTexts);
  const reasonCodes = useText(reasonCodeTexts);
  const language = useLanguage();
  const name = useNames([request.requester]);
  const organisation = useOrganisation();
  const { terms, justification, asked } = request;
  return (
    <div className="stack near">
      <p className={short ? undefined : 'sentence'}>
        <span className="strong">{name(request.requester)}</span> {text.of(organisation.vendor)}
        {asked === null ? null : ` (${assurance[asked.assurance]})`} {text.wants}{' '}
        <span className="strong">{accessWords(terms, language)}</span>{' '}
        {text.at(organisation.tenant(request.tenant))}{' '}
        <span className="strong">{text.forTime(durationText(terms.seconds, language))}</span>.
      </p>
      <RequesterFactList facts={terms.requesterFacts} />
      <blockquote className="reason">
        {justification ?? <Erased erased={request.erased['justification']} />}
      </blockquote>
      <p className="soft">
        {STATED_TEXTS.map((name) => {
          const { said, erased, none } = text.stated[name];
          const value = request[name] ?? null;
          return (
            <Fragment key={name}>
              {value !== null ? (
                `${said(name === 'reasonCode' ? reasonCodeWords(value, reasonCodes) : value)} `
              ) : name in terms ? (
                <>
                  {erased} <Erased erased={request.erased[name]} />
                </>
              ) : (
                none
              )}
            </Fragment>
          );
        })}
      </p>
    </div>
  );
}

/** Place and employer of the engineer in the terms, each with its source. Nothing if the terms have none. */
export function RequesterFactList({ facts }: { facts: AccessRequest['terms']['requesterFacts'] }) {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const lines = requesterFactLines(facts, language);
  if (lines.length === 0) return null;
  return (
    <ul className="bullets soft" aria-label={text.placeAndEmployer}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
