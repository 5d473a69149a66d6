import type { Disclosure } from '@countersign/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { disclosuresQuery } from '../../api/disclosures.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { may, useSession } from '../../api/session.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Page } from '../../ui/page.js';
import { Empty, PagedList } from '../../ui/query-states.js';
import { useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { AnswerForm, DiscloseForm } from './disclosure-forms.js';
import { DISCLOSURE_LOOK, emergenciesTexts } from './emergencies.text.js';

/** `/emergencies`: what the vendor opened in emergencies, and how it explains them. The same page for both sides. */
export default function EmergenciesPage() {
  const text = useText(emergenciesTexts);
  const choice = useListChoice(['state'], Object.keys(DISCLOSURE_LOOK));
  const disclosures = useInfiniteQuery(disclosuresQuery(choice.state as Disclosure['state'] | undefined));
  return (
    <Page narrow help="emergency" title={text.title} lead={text.lead}>
      <div className="stack">
        <ListFilters fields={['state']} choice={choice} states={text.state} />
        <PagedList
          query={disclosures}
          empty={
            <NothingListed
              choice={choice}
              empty={
                <Empty icon="done" title={text.none}>
                  {text.noneLead}
                </Empty>
              }
            />
          }
        >
          {(items) => (
            <div className="stack loose">
              {items.map((each) => (
                <Emergency key={each.grant} emergency={each} />
              ))}
            </div>
          )}
        </PagedList>
      </div>
    </Page>
  );
}

function Emergency({ emergency }: { emergency: Disclosure }) {
  const text = useText(emergenciesTexts);
  const session = useSession();
  const { tenant } = useOrganisation();
  const { grant, requester, reviewers, state, disclosure, answer } = emergency;
  const name = useNames([requester, ...reviewers, disclosure?.by ?? '', answer?.by ?? ''].filter(Boolean));
  const mayGive =
    may(session, 'disclosure.give') &&
    (session.person === requester || session.roles.includes('security-admin'));
  const isOwed = state === 'due' || state === 'late' || state === 'disputed';
  return (
    <article className="sheet stack" id={grant} aria-label={grant}>
      <div className="row between">
        <Badge {...DISCLOSURE_LOOK[state]}>{text.state[state]}</Badge>
        {state !== 'late' && emergency.lateAt !== null ? (
          <Badge tone="stop" icon="alert">
            {text.wasLate}
          </Badge>
        ) : null}
      </div>
      <p>
        {text.had(name(requester), emergency.service, tenant(emergency.tenant))}{' '}
        <Instant at={emergency.startedAt} />
      </p>
      <dl className="facts">
        <dt>{text.openedBy}</dt>
        <dd>{reviewers.map(name).join(', ')}</dd>
        <dt>{text.due}</dt>
        <dd>
          <Instant at={emergency.dueAt} />
        </dd>
      </dl>
      {disclosure === null ? null : <Explanation disclosure={disclosure} by={name(disclosure.by)} />}
      {answer === null ? null : (
        <p>
          {text.answered[state === 'disputed' ? 'disputed' : 'acknowledged'](name(answer.by))}{' '}
          <Instant at={answer.at} />
          {answer.reason === null ? null : <>: {answer.reason}</>}
        </p>
      )}
      {mayGive && isOwed ? <DiscloseForm grant={grant} /> : null}
      {may(session, 'disclosure.answer') && state === 'given' ? <AnswerForm grant={grant} /> : null}
      <p className="row">
        <a className="button" href={`/grants/${grant}`}>
          {text.access}
        </a>
        <a className="button" href={`/requests/${emergency.request}`}>
          {text.request}
        </a>
      </p>
    </article>
  );
}

function Explanation({ disclosure, by }: { disclosure: NonNullable<Disclosure['disclosure']>; by: string }) {
  const text = useText(emergenciesTexts);
  const language = useLanguage();
  return (
    <section className="stack near">
      <h2>{text.explanation}</h2>
      <p className="soft">
        {text.explainedBy(by)} <Instant at={disclosure.at} />
      </p>
      <dl className="facts">
        <dt>{text.reason}</dt>
        <dd>{disclosure.reason ?? text.erased}</dd>
        <dt>{text.calls}</dt>
        <dd>{numberText(disclosure.calls, language)}</dd>
        <dt>{text.refused}</dt>
        <dd>{numberText(disclosure.refused, language)}</dd>
        <dt>{text.needed}</dt>
        <dd>{disclosure.needed ? text.yes : text.no}</dd>
        <dt>{text.prevention}</dt>
        <dd>{disclosure.prevention ?? text.erased}</dd>
      </dl>
    </section>
  );
}
