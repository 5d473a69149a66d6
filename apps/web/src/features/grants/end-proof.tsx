import type { Grant } from '@countersign/api';
import { useQuery } from '@tanstack/react-query';
import { logOfGrant, recordPages } from '../../api/grants.js';
import { useNames } from '../../api/organisation.js';
import { useText } from '../../text/language.js';
import { Instant, Time } from '../../ui/clock.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { Seal } from '../../ui/seal.js';
import { liveTexts } from './live.text.js';
import { findEndProof, type Proof } from './proof.js';

/** Shown after the end: the time of the last allowed call, and of the first refused call after it. */
export function EndProof({ grant, mayRead }: { grant: Grant; mayRead: boolean }) {
  const text = useText(liveTexts);
  const name = useNames(grant.endedBy === null ? [] : [grant.endedBy]);
  const isStopped = grant.endReason === 'revoked';
  const proof = useQuery({
    queryKey: ['records', grant.id, 'proof', grant.endedAt],
    enabled: mayRead,
    queryFn: ({ signal }) => findEndProof(grant, recordPages(logOfGrant(grant), { grant: grant.id }, signal)),
  });
  return (
    <section className="sheet proof stack" data-stopped={isStopped || undefined} aria-label={text.proof}>
      {isStopped && grant.endedAt !== null ? (
        <Seal tone="stop">
          <p className="strong">{text.stoppedBy(grant.endedBy === null ? '–' : name(grant.endedBy))}</p>
          <p>
            <Instant at={grant.endedAt} seconds />
          </p>
          {grant.accessReason?.why == null ? null : <p>{grant.accessReason.why}</p>}
        </Seal>
      ) : null}
      {proof.data === undefined ? null : <Calls proof={proof.data} />}
      {proof.error === null ? null : <ProblemNotice error={proof.error} retry={() => void proof.refetch()} />}
    </section>
  );
}

/** Shown only once all relevant records have been read. */
function Calls({ proof: { lastAllowed, nextRefused } }: { proof: Proof }) {
  const text = useText(liveTexts);
  return (
    <dl className="figures" aria-live="polite">
      <div className="figure">
        <dt className="soft">{text.lastCall}</dt>
        <dd>
          {lastAllowed === null ? (
            text.noCall
          ) : (
            <b>
              <Time at={lastAllowed.at} />
            </b>
          )}
        </dd>
      </div>
      <div className="figure">
        <dt className="soft">{text.nextRefused}</dt>
        <dd>
          {nextRefused === null ? (
            text.noneSince
          ) : (
            <b>
              <Time at={nextRefused.at} />
            </b>
          )}
        </dd>
      </div>
    </dl>
  );
}
