import './live.css';
import { scopeWords } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { Link, useParams } from 'react-router';
import type { Grant } from '../../api/client.js';
import { useNames } from '../../api/names.js';
import { useOrganisation } from '../../api/organisation.js';
import { grantQuery, recordsQuery, whileOpen } from '../../api/queries.js';
import { mayReadRecords, mayStop, useSession } from '../../api/session.js';
import { onStreamState, streamState } from '../../api/stream.js';
import { SigningNotice } from '../../passkey/signing-notice.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Page } from '../../ui/page.js';
import { GrantState } from '../../ui/state-badges.js';
import { Loaded, ProblemNotice } from '../../ui/states.js';
import { CallTable } from './call-table.js';
import { Countersigned } from './countersigned.js';
import { EndProof } from './end-proof.js';
import { Figures } from './figures.js';
import { liveTexts } from './live.text.js';
import { SignedStop, StoppedBySignature } from './signed-stop.js';
import { useStop } from './use-stop.js';
import { Work } from './work.js';

/** `/grants/{id}`: what happens under a grant as it happens, and one press that ends it. */
export default function LivePage() {
  const { id = '' } = useParams();
  const query = useQuery({ ...grantQuery(id), refetchInterval: ({ state }) => whileOpen(state.data) });
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
    enabled: mayReadRecords(session),
    refetchInterval: whileOpen(grant),
  });
  const stop = useStop(grant);
  const isOver = grant.state === 'ended';
  return (
    <Page
      title={text.title(name(grant.requester), grant.service)}
      lead={text.may(scopeWords(grant.scope, language), organisation.tenant(grant.tenant))}
    >
      <div className="stack loose">
        <div className="row between">
          <span className="row near">
            <GrantState state={grant.state} endReason={grant.endReason} />
            {isOver ? null : <Following />}
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
        <div role="status" className="said">
          {stop.isSuccess ? text.stopped : ''}
        </div>
        {isOver ? null : <StoppedBySignature grant={grant} />}
        {isOver ? <EndProof grant={grant} mayRead={mayReadRecords(session)} /> : null}
        <Countersigned grant={grant} />
        <Figures grant={grant} />
        {grant.requester === session.person && !isOver ? <Work grant={grant} /> : null}
        <section className="stack near">
          <h2>{text.callsTitle}</h2>
          {records.error === null ? null : (
            <ProblemNotice error={records.error} retry={() => void records.refetch()} />
          )}
          {records.data === undefined ? null : <CallTable page={records.data} />}
        </section>
      </div>
      {!isOver && mayStop(session) ? (
        <div className="stop-bar no-print">
          <SigningNotice error={stop.error} />
          <Button look="stop" icon="stop" busy={stop.isPending} onClick={() => stop.mutate()}>
            {text.stop}
          </Button>
          <p className="small soft">{text.stopWhy}</p>
          <SignedStop grant={grant} />
        </div>
      ) : null}
    </Page>
  );
}

/** Says whether what is shown is as it happens. */
function Following() {
  const text = useText(liveTexts);
  const state = useSyncExternalStore(onStreamState, streamState);
  return state === 'open' ? (
    <Badge tone="open" icon="done">
      {text.follows}
    </Badge>
  ) : (
    <Badge tone="wait" icon="offline">
      {text.reconnecting}
    </Badge>
  );
}
