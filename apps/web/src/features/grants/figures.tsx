import type { Grant } from '@countersign/api';
import { useNames } from '../../api/organisation.js';
import { bytesText, numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Countdown, Instant } from '../../ui/clock.js';
import { Help } from '../../ui/help.js';
import { Seal } from '../../ui/seal.js';
import { isBlocked } from './blocked.js';
import { liveTexts } from './live.text.js';

/** Time left, calls and data, in large figures. */
export function Figures({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  const language = useLanguage();
  const { used, budget } = grant;
  const calls = budget?.calls;
  const bytes = budget?.bytes;
  return (
    <div className="figures sheet">
      <div className="figure">
        <TimeLeft grant={grant} />
      </div>
      <div className="figure">
        <b>{numberText(used.calls, language)}</b>
        <span className="soft">
          {calls === undefined ? text.calls : text.callsOf(numberText(calls, language))}
        </span>
        {calls === undefined ? null : (
          <progress max={calls} value={used.calls} aria-label={text.callsOf(numberText(calls, language))} />
        )}
      </div>
      <div className="figure">
        <b>{bytesText(used.bytes, language)}</b>
        <span className="soft">
          {bytes === undefined ? text.data : text.dataOf(bytesText(bytes, language))}
        </span>
        {bytes === undefined ? null : (
          <progress max={bytes} value={used.bytes} aria-label={text.dataOf(bytesText(bytes, language))} />
        )}
      </div>
      <EndsAt grant={grant} />
    </div>
  );
}

function TimeLeft({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  const { access, startsAt, endsAt } = grant;
  if (isBlocked(grant))
    return (
      <>
        <b>–</b>
        <span className="soft">{text.blocked}</span>
      </>
    );
  if (access === 'ended')
    return (
      <>
        <b>0:00</b>
        <span className="soft">{text.ended}</span>
      </>
    );
  if (startsAt === null || endsAt === null)
    return (
      <>
        <b>–</b>
        <span className="soft">{text.firstUse}</span>
      </>
    );
  const isOpen = access === 'open';
  return (
    <>
      <b>
        <Countdown until={isOpen ? endsAt : startsAt} />
      </b>
      <span className="soft">{isOpen ? text.left : text.beginsIn}</span>
    </>
  );
}

/** When the access begins if it has not, and when it ends or has ended. It has a line of its own below the figures, on a phone too. */
function EndsAt({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  const { startsAt, endsAt, endedAt } = grant;
  if (grant.access === 'ended')
    return endedAt === null ? null : (
      <p className="figures-note soft">
        {text.endsAt} <Instant at={endedAt} seconds />
      </p>
    );
  return endsAt === null ? null : (
    <p className="figures-note soft">
      {grant.access === 'not_yet' && startsAt !== null ? (
        <>
          {text.begins} <Instant at={startsAt} />.{' '}
        </>
      ) : null}
      {isBlocked(grant) ? text.wouldEnd : text.ends} <Instant at={endsAt} />
    </p>
  );
}

/** Who countersigned this access, or that it is on the vendor's word. */
export function Countersigned({ grant: { countersignedBy } }: { grant: Pick<Grant, 'countersignedBy'> }) {
  const text = useText(liveTexts);
  const name = useNames(countersignedBy);
  if (countersignedBy.length === 0)
    return (
      <div className="countersigned">
        <Notice tone="plain" icon="info">
          <p className="strong">
            {text.word} <Help about="vendors-word" word={text.word} />
          </p>
          <p>{text.wordWhy}</p>
        </Notice>
      </div>
    );
  return (
    <ul className="plain-list countersigned">
      {countersignedBy.map((person) => (
        <li key={person}>
          <Seal>
            <p className="strong">{text.countersigned(name(person))}</p>
          </Seal>
        </li>
      ))}
    </ul>
  );
}
