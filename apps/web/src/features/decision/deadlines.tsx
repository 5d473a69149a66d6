import type { AccessRequest } from '@countersign/api';
import { durationText } from '@countersign/wording';
import { useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Countdown, Instant, useNow } from '../../ui/clock.js';
import { availableAction } from './available-action.js';
import { decisionTexts } from './decision.text.js';

/** When the request lapses, and when the access would begin and end. */
export function Clocks({ request, seconds }: { request: AccessRequest; seconds: number }) {
  const text = useText(decisionTexts);
  return (
    <section className="clocks" aria-label={text.deadlines}>
      <div className="stack tight">
        <h2>{text.lapses}</h2>
        <p className="strong">
          <Instant at={request.lapsesAt} />
        </p>
        <p className="soft">
          <Countdown until={request.lapsesAt} /> {text.lapsesIn}
        </p>
      </div>
      <Begin terms={request.terms} />
      <div className="stack tight">
        <h2>{text.wouldEnd}</h2>
        <End request={request} seconds={seconds} />
      </div>
    </section>
  );
}

/** Nothing if access begins with the approval. */
function Begin({ terms: { startsAt, useBy, extends: extended } }: Pick<AccessRequest, 'terms'>) {
  const text = useText(decisionTexts);
  if (startsAt === undefined && useBy === undefined) return null;
  return (
    <div className="stack tight">
      <h2>{text.wouldBegin}</h2>
      <p className="strong">{startsAt === undefined ? text.withFirstUse : <Instant at={startsAt} />}</p>
      {useBy === undefined ? null : (
        <p className="soft">
          {text.useBy} <Instant at={useBy} />
        </p>
      )}
      {extended === undefined ? null : <p className="soft">{text.extends}</p>}
    </div>
  );
}

const MINUTE_MS = 60_000;

function End({ request, seconds }: { request: AccessRequest; seconds: number }) {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const now = useNow(MINUTE_MS / 4);
  const { startsAt, startsOn } = request.terms;
  const ends = availableAction(request, useSession()) === 'decide' ? 'wouldEndNow' : 'wouldEndOwn';
  if (startsOn === 'first-use')
    return <p className="strong">{text.wouldEndFirstUse(durationText(seconds, language))}</p>;
  const begins = startsAt === undefined ? now : Date.parse(startsAt);
  return (
    <>
      <p className="strong">
        <Instant at={new Date(begins + seconds * 1_000).toISOString()} />
      </p>
      <p className="soft">
        {startsAt === undefined ? text[ends](durationText(seconds, language)) : text.wouldEndAt}
      </p>
    </>
  );
}
