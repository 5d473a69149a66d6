import type { Grant } from '@countersign/api';
import { useQuery } from '@tanstack/react-query';
import { paceQuery, refetchWhileOpen } from '../../api/grants.js';
import { useSession } from '../../api/session.js';
import { bytesText, numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { paceTexts } from './pace.text.js';

/** So many calls in a minute are worth a look if they are also a multiple of what is usual. */
const LEAST_UNUSUAL = 10;
const TIMES_USUAL = 3;

/** How fast the engineer calls now, beside their own earlier access there. */
export function Pace({ grant }: { grant: Pick<Grant, 'id' | 'state' | 'requester'> }) {
  const text = useText(paceTexts);
  const { earlier } = text;
  const { first, usual: usualText } = earlier[useSession().person === grant.requester ? 'own' : 'others'];
  const language = useLanguage();
  const { data } = useQuery({
    ...paceQuery(grant.id),
    enabled: grant.state === 'active',
    refetchInterval: refetchWhileOpen(grant),
  });
  if (data === undefined) return null;
  const { callsPerMinute, usual } = data;
  const isUnusual =
    callsPerMinute >= LEAST_UNUSUAL && callsPerMinute > TIMES_USUAL * (usual?.callsPerMinute ?? 0);
  const number = (value: number) => numberText(value, language);
  return (
    <div className="stack near pace">
      <p>
        {text.now(number(callsPerMinute))}{' '}
        {isUnusual ? (
          <Badge tone="wait" icon="alert">
            {text.unusual}
          </Badge>
        ) : null}
      </p>
      <p className="small soft">
        {usual === null
          ? first
          : usualText(
              number(usual.callsPerMinute),
              number(usual.calls),
              bytesText(usual.bytes, language),
              usual.grants,
            )}
      </p>
    </div>
  );
}
