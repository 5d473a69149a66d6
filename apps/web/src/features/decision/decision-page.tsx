import './decision.css';
import type { AccessRequest, AccessRequestDetail, Service } from '@countersign/api';
import { hiddenFields, type Terms } from '@countersign/contract';
import { evaluateChoice, hiddenFieldsText, waitsForLock, wholeChoice } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { controlsQuery, personQuery, useNames } from '../../api/organisation.js';
import { RULES_REFETCH_MS, requestQuery, serviceQuery } from '../../api/requests.js';
import { isVendor, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { useParams } from '../../ui/address.js';
import { Notice, RequestStateBadge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { CopyId } from '../../ui/copy.js';
import { Help, Helped } from '../../ui/help.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { AskAgain } from './ask-again.js';
import { availableAction, isOutdated, isOver } from './available-action.js';
import { Comparison } from './comparison.js';
import { EarlierDenials, NotIncluded } from './context.js';
import { Conversation, Stages } from './conversation.js';
import { Clocks } from './deadlines.js';
import { decisionTexts } from './decision.text.js';
import { AnswerBar, DecideBar } from './decision-bar.js';
import { NarrowForm } from './narrow-form.js';
import { OutdatedNotice } from './outdated.js';
import { Sentence } from './request-sentence.js';
import { Reviews } from './reviews.js';
import { HowApproved, RiskReasons } from './risk.js';

// On a slow line the page is usable earlier without what most requests do not have yet.
const AccessNow = lazy(async () => ({ default: (await import('./access-now.js')).AccessNow }));
const ExactChange = lazy(async () => ({ default: (await import('./exact-change.js')).ExactChange }));

/** The request of an open page is read again, because no event says that rules were loosened. */
const rereadWhileOpen = (request: AccessRequest | undefined): number | false =>
  request === undefined || isOver(request) ? false : RULES_REFETCH_MS;

/** `/requests/{id}`: a request to read and decide, and later its outcome. */
export default function DecisionPage() {
  const { id = '' } = useParams();
  const query = useQuery({
    ...requestQuery(id),
    refetchInterval: ({ state }) => rereadWhileOpen(state.data),
  });
  return <Loaded query={query}>{(request) => <Decision key={request.id} request={request} />}</Loaded>;
}

function Decision({ request }: { request: AccessRequestDetail }) {
  const text = useText(decisionTexts);
  const session = useSession();
  const terms = request.terms as Terms;
  const reading = useReading(request);
  const { turn, outdated, decides, hasChanged, granting } = reading;
  const isOpen = turn !== 'over' && !outdated;
  const [announcement, announce] = useAnnouncement();
  const service = useQuery(serviceQuery(request.service)).data;
  const requester = useQuery(personQuery(request.requester));
  const name = useNames([request.requester]);
  return (
    <Page narrow title={text.title(name(request.requester), request.service)}>
      <div className="stack loose">
        <p className="visually-hidden" role="status">
          {announcement}
        </p>
        {hasChanged && turn !== 'over' ? <ChangedNotice onRead={reading.confirmRead} /> : null}
        <BasisNotice request={request} />
        <OutdatedNotice request={request} turn={turn} />
        <RequestStatus request={request} turn={turn} />
        {request.requester === session.person && !isOpen && !waitsForLock(request.outdatedBy) ? (
          <AskAgain request={request} />
        ) : null}
        <HiddenFieldsNotice terms={terms} service={service} />
        <Sentence request={request} />
        <section aria-label={text.risk}>
          <RiskReasons needs={request.needs} />
        </section>
        {isOpen ? <Clocks request={request} seconds={granting.seconds} /> : null}
        <ComparedTerms request={request} reading={reading} service={service} />
        {isOpen ? <WaysToApprove request={request} /> : null}
        <Change request={request} />
        <NotIncluded request={request} scope={granting.scope} service={service} />
        {isOpen ? <Silence /> : null}
        {turn === 'over' || request.reviews.length === 0 ? null : (
          <section className="stack">
            <h2>{text.reviews}</h2>
            <Reviews request={request} />
          </section>
        )}
        <Conversation request={request} />
        <Stages request={request} />
        <EarlierDenials denials={request.earlierDenials} />
        <Details request={request} />
      </div>
      {decides && !hasChanged ? (
        <DecideBar
          request={request}
          outcome={reading.outcome}
          mayApprove={!outdated && request.state !== 'notifying'}
          isRead={requester.isSuccess}
          onDecided={announce}
        />
      ) : null}
      {turn === 'accept' || turn === 'own' ? <AnswerBar request={request} mayAccept={!outdated} /> : null}
    </Page>
  );
}

/** What the reader can do about the request, which terms they have read, and what they choose to grant. */
function useReading(request: AccessRequestDetail) {
  const session = useSession();
  const { digest } = request;
  const terms = request.terms as Terms;
  // They cannot decide a newer digest until they confirm that they have read it.
  const [read, setRead] = useState({ digest, terms });
  const [choice, setChoice] = useState(() => wholeChoice(terms));
  const turn = availableAction(request, session);
  const decides = turn === 'decide';
  const outcome = evaluateChoice(terms, digest, choice);
  const offered = decides ? undefined : (request.offer?.terms as Terms | undefined);
  return {
    ...{ turn, decides, outdated: isOutdated(request), hasChanged: read.digest !== digest },
    ...{ termsAtFirstView: read.terms, choice, setChoice, outcome, offered },
    granting: outcome.kind === 'less' ? outcome.terms : (offered ?? terms),
    confirmRead() {
      setRead({ digest, terms });
      setChoice(wholeChoice(terms));
    },
  };
}

/** The buttons disappear after the decision, so the heading gets the focus and a status message is announced. */
function useAnnouncement(): [message: string, announce: (message: string) => void] {
  const [message, setMessage] = useState('');
  const announce = (decided: string) => {
    setMessage(decided);
    document.querySelector('h1')?.focus();
  };
  return [message, announce];
}

/** Compares what is asked, what the customer allows and what would be granted; below, the form that grants less. */
function ComparedTerms({
  request,
  reading,
  service,
}: {
  request: AccessRequestDetail;
  reading: ReturnType<typeof useReading>;
  service: Service | undefined;
}) {
  const text = useText(decisionTexts);
  const vendor = isVendor(useSession());
  const { outdated, offered } = reading;
  const controls = useQuery({ ...controlsQuery(request.tenant), enabled: !vendor }).data;
  const decides = reading.decides && !outdated;
  const mayOffer = decides && !vendor && !reading.hasChanged && request.state === 'awaiting_customer';
  return (
    <section className="stack near">
      <h2>{text.compare}</h2>
      <Comparison
        request={request}
        termsAtFirstView={reading.termsAtFirstView}
        granting={reading.granting}
        controls={outdated ? undefined : controls}
        service={service}
        decides={decides}
        grantingLabel={decides ? text.granting : offered === undefined ? null : text.offeredTerms}
      />
      {mayOffer ? (
        <NarrowForm
          terms={request.terms as Terms}
          service={service}
          choice={reading.choice}
          outcome={reading.outcome}
          onChange={reading.setChoice}
        />
      ) : null}
    </section>
  );
}

/** Says before all else that the access is for an emergency or for an authority. */
function BasisNotice({ request: { terms, sealedLog } }: { request: AccessRequestDetail }) {
  const text = useText(decisionTexts);
  if (terms.basis === 'emergency')
    return (
      <Notice tone="stop" icon="alert">
        <p className="strong">{text.emergency}</p>
        <p>{text.emergencyLead}</p>
      </Notice>
    );
  if (terms.basis !== 'legal') return null;
  return (
    <Notice tone="wait" icon="alert">
      <p className="strong">{text.forAuthority}</p>
      <p>{sealedLog === undefined ? text.forAuthorityLead : text.sealedLead}</p>
    </Notice>
  );
}

function WaysToApprove({ request: { needs } }: { request: AccessRequestDetail }) {
  const text = useText(decisionTexts);
  return (
    <section className="stack near">
      <Helped about="countersignature" word={text.countersignature}>
        <h2>{text.howApproved}</h2>
      </Helped>
      <HowApproved needs={needs} />
    </section>
  );
}

/** What happens if no one decides. */
function Silence() {
  const text = useText(decisionTexts);
  return (
    <section className="stack tight">
      <h2>{text.silence}</h2>
      <p>{text.silenceMeans}</p>
    </section>
  );
}

/**
 * The exact change that the request is for. The page must not offer a decision without it, so the whole page waits for its code.
 * For another request: links to the exact changes that were proposed beside it.
 */
function Change({ request }: { request: AccessRequestDetail }) {
  if ((request.terms as Terms).change !== undefined) return <ExactChange request={request} />;
  const { proposed = [] } = request;
  return (
    <Suspense fallback={null}>{proposed.length === 0 ? null : <ExactChange request={request} />}</Suspense>
  );
}

/** Says before all else that the access shows what the service hides. */
function HiddenFieldsNotice({ terms, service }: { terms: Terms; service: Service | undefined }) {
  const text = useText(decisionTexts);
  const language = useLanguage();
  if (terms.unmasked !== true) return null;
  return (
    <Notice tone="wait" icon="alert">
      <p className="strong">
        {hiddenFieldsText(hiddenFields(service?.routes ?? [], terms.scope), terms, language)}{' '}
        <Help about="hidden-field" word={text.hiddenFields} />
      </p>
      <p>{text.hiddenFieldsLead}</p>
    </Notice>
  );
}

/** Says that the request has changed while the page was open. The reader confirms that they have read the new terms. */
function ChangedNotice({ onRead }: { onRead: () => void }) {
  const text = useText(decisionTexts);
  return (
    <Notice tone="wait" icon="alert" live>
      <p className="strong">{text.changed}</p>
      <p>{text.changedLead}</p>
      <p>
        <Button small onClick={onRead}>
          {text.changedRead}
        </Button>
      </p>
    </Notice>
  );
}

/** The state of the request, the decisions so far, and who decides next. */
function RequestStatus({
  request,
  turn,
}: {
  request: AccessRequestDetail;
  turn: ReturnType<typeof availableAction>;
}) {
  const text = useText(decisionTexts);
  const lines: Partial<Record<typeof turn, string | undefined>> = {
    accept: isOutdated(request) ? text.offered : text.answer,
    own: isOutdated(request) ? undefined : text.own,
    read: text.notYours,
    decided: text.youDecided,
  };
  const waits = {
    awaiting_vendor: text.waitsVendor,
    awaiting_customer: text.waitsCustomer,
    countered: text.waitsRequester,
    notifying: text.notifying,
  };
  const line =
    request.state === 'notifying'
      ? text.notifying
      : turn === 'decide' || turn === 'over'
        ? undefined
        : (lines[turn] ??
          (request.state in waits && !isOutdated(request)
            ? waits[request.state as keyof typeof waits]
            : undefined));
  return (
    <section className="stack" aria-live="polite">
      <p>
        <RequestStateBadge request={request} />
      </p>
      <Suspense fallback={null}>{request.grant === null ? null : <AccessNow id={request.grant} />}</Suspense>
      {request.state in text.over ? <h2>{text.over[request.state as keyof typeof text.over]}</h2> : null}
      {request.state === 'expired' ? (
        <p>
          <Instant at={request.lapsesAt} />. {text.nothingGranted}
        </p>
      ) : null}
      {line === undefined ? null : <p>{line}</p>}
      {turn === 'over' ? <Reviews request={request} /> : null}
    </section>
  );
}

/** For auditors: the ids, and the terms exactly as they are hashed. */
export function Details({ request }: { request: AccessRequest }) {
  const text = useText(decisionTexts);
  return (
    <>
      {request.grant === null ? null : (
        <p className="row">
          <Link className="button primary" to={`/grants/${request.grant}`}>
            {text.watch}
          </Link>
          <Link className="button" to={`/grants/${request.grant}/receipt`}>
            {text.receipt}
          </Link>
        </p>
      )}
      <details className="details">
        <summary>{text.details}</summary>
        <dl className="facts">
          <dt>{text.request}</dt>
          <dd>
            <CopyId id={request.id} />
          </dd>
          <dt>
            {text.digest} <Help about="digest" word={text.digest} />
          </dt>
          <dd>
            <CopyId id={request.digest} />
          </dd>
        </dl>
        <pre className="terms">{JSON.stringify(request.terms, null, 2)}</pre>
      </details>
    </>
  );
}
