import './live.css';
import type { Grant } from '@countersign/api';
import { accessWords } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { api } from '../../api/client.js';
import { grantQuery, recordsQuery, refetchWhileOpen } from '../../api/grants.js';
import { onStreamState, streamState } from '../../api/live-updates.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { may, useSession } from '../../api/session.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useLanguage, useText } from '../../text/language.js';
import { useParams } from '../../ui/address.js';
import { Badge, GrantAccessBadge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { BlockedNotice } from './blocked.js';
import { CallTable } from './call-table.js';
import { EndProof } from './end-proof.js';
import { EngineerActions } from './engineer-actions.js';
import { Countersigned, Figures } from './figures.js';
import { liveTexts } from './live.text.js';
import { Pace } from './pace.js';
import { SignedStop, StoppedBySignature } from './signed-stops.js';

/** `/grants/{id}`: the calls under a grant as they happen, and a button that stops it. */
export default function LivePage() {
  const { id = '' } = useParams();
  const query = useQuery({ ...grantQuery(id), refetchInterval: ({ state }) => refetchWhileOpen(state.data) });
  return <Loaded query={query}>{(grant) => <Live grant={grant} />}</Loaded>;
}

function Live({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  const language = useLanguage();
  const session = useSession();
  const organisation = useOrganisation();
  const name = useNames([grant.requester]);
  const records = useQuery({
    ...recordsQuery(grant),
    enabled: may(session, 'log.read'),
    refetchInterval: refetchWhileOpen(grant),
  });
  const stop = useStop(grant);
  const isOver = grant.state === 'ended';
  return (
    <Page
      title={text.title(name(grant.requester), grant.service)}
      lead={text.may(accessWords(grant, language), organisation.tenant(grant.tenant))}
    >
      <div className="stack loose live">
        <StateAndLinks grant={grant} />
        <div role="status" className="visually-hidden">
          {stop.isSuccess ? text.stopped : ''}
        </div>
        {isOver ? null : <BlockedNotice grant={grant} />}
        {isOver ? null : <StoppedBySignature grant={grant} />}
        {isOver ? <EndProof grant={grant} mayRead={may(session, 'log.read')} /> : null}
        <Countersigned grant={grant} />
        <Figures grant={grant} />
        <Pace grant={grant} />
        {grant.requester === session.person && !isOver ? <EngineerActions grant={grant} /> : null}
        <section className="stack near live-calls">
          <h2>{text.callsTitle}</h2>
          {records.error === null ? null : (
            <ProblemNotice error={records.error} retry={() => void records.refetch()} />
          )}
          {records.data === undefined ? null : <CallTable page={records.data} />}
        </section>
      </div>
      {!isOver && may(session, 'grant.revoke') ? (
        <div className="stop-bar no-print">
          <Button look="stop" icon="stop" busy={stop.isPending} onClick={() => stop.mutate()}>
            {text.stop}
          </Button>
          <p className="small soft stop-why">{text.stopWhy}</p>
          <SignedStop grant={grant} />
          <SigningNotice error={stop.error} />
        </div>
      ) : null}
    </Page>
  );
}

/** The state of the access, and the ways to its request and its receipt. */
function StateAndLinks({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  return (
    <div className="row between">
      <span className="row near">
        <GrantAccessBadge access={grant.access} endReason={grant.endReason} />
        {grant.state === 'ended' ? null : <LiveIndicator isOpen={grant.access === 'open'} />}
      </span>
      <span className="row near">
        <Link className="button small" to={`/requests/${grant.request}`}>
          {text.request}
        </Link>
        <Link className="button small" to={`/grants/${grant.id}/receipt`}>
          {text.receipt}
        </Link>
      </span>
    </div>
  );
}

/** Whether the page receives live updates. Green is for open access alone, so beside “Stopped” it only says that they are lost. */
function LiveIndicator({ isOpen }: { isOpen: boolean }) {
  const text = useText(liveTexts);
  const state = useSyncExternalStore(onStreamState, streamState);
  if (state !== 'open')
    return (
      <Badge tone="wait" icon="offline">
        {text.reconnecting}
      </Badge>
    );
  return isOpen ? (
    <Badge tone="open" icon="done">
      {text.follows}
    </Badge>
  ) : null;
}

/** The log keeps this in one language, for every reader. */
const STOP_REASON = 'Stopped from the live page';

/** Revokes this grant. */
function useStop(grant: Grant) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/grants/{id}/revocation', {
          params: { path: { id: grant.id } },
          body: { reason: STOP_REASON },
        }),
      ),
    onSettled: () => invalidate(['grant', grant.id], ['grants'], ['records', grant.id]),
  });
}
