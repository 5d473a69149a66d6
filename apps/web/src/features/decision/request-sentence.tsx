import type { AccessRequest } from '@countersign/api';
import { accessWords, durationText, requesterFactLines } from '@countersign/wording';
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
  const { terms, justification, ticket, reasonCode, asked } = request;
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
        {reasonCode === undefined ? null : `${text.reasonCode(reasonCodeWords(reasonCode, reasonCodes))} `}
        {ticket !== null ? (
          text.ticket(ticket)
        ) : 'ticket' in terms ? (
          <>
            {text.ticketErased} <Erased erased={request.erased['ticket']} />
          </>
        ) : (
          text.noTicket
        )}
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
