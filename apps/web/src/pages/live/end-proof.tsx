import type { AccessRecord, Grant } from '../../api/client.js';
import { useNames } from '../../api/names.js';
import { useText } from '../../text/language.js';
import { Instant, Time } from '../../ui/clock.js';
import { Seal } from '../../ui/seal.js';
import { liveTexts } from './live.text.js';
import { proofOf } from './proof.js';

/** After the end: when the last call came through, and when the next one was turned away. */
export function EndProof({ grant, records }: { grant: Grant; records: readonly AccessRecord[] }) {
  const text = useText(liveTexts);
  const name = useNames(grant.endedBy === null ? [] : [grant.endedBy]);
  const isStopped = grant.endReason === 'revoked';
  const { lastAllowed, nextRefused } = proofOf(grant, records);
  return (
    <section className="sheet proof stack" data-stopped={isStopped || undefined} aria-label={text.proof}>
      {isStopped && grant.endedAt !== null ? (
        <Seal tone="stop">
          <p className="strong">{text.stoppedBy(grant.endedBy === null ? '–' : name(grant.endedBy))}</p>
          <p>
            <Instant at={grant.endedAt} seconds />
          </p>
        </Seal>
      ) : null}
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
    </section>
  );
}
