import type { AccessRequest, AccessRequestDetail } from '@countersign/api';
import { needChangeTexts, waitsForLock } from '@countersign/wording';
import { useReaderSide } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice, RequestStateBadge } from '../../ui/badge.js';
import { type availableAction, isOutdated } from './available-action.js';
import { decisionTexts } from './decision.text.js';

/** What the request needs now and did not need before; empty if it would be refused altogether. */
const useChanges = ({ outdatedBy = [] }: Pick<AccessRequest, 'outdatedBy'>): string[] =>
  needChangeTexts(outdatedBy, useReaderSide(), useLanguage());

/** What the reader can do about it. All others only read. */
const OUTDATED_NEXT: Partial<Record<ReturnType<typeof availableAction>, 'outdatedAsk' | 'outdatedDeny'>> = {
  ...{ own: 'outdatedAsk', accept: 'outdatedAsk' },
  decide: 'outdatedDeny',
};

/** Says at the top why an open request can no longer be approved, so that no one presses a button that cannot work. */
export function OutdatedNotice({
  request,
  turn,
}: {
  request: AccessRequestDetail;
  turn: ReturnType<typeof availableAction>;
}) {
  const text = useText(decisionTexts);
  const changes = useChanges(request);
  const isLocked = waitsForLock(request.outdatedBy);
  if (!isOutdated(request)) return null;
  return (
    <Notice tone="stop" icon="alert" live>
      <p className="strong">{isLocked ? text.notNow : text.outdated}</p>
      {changes.length === 0 ? (
        <p lang="en">{request.outdated}</p>
      ) : (
        changes.map((change) => <p key={change}>{change}</p>)
      )}
      <p>{text[isLocked ? 'notNowNext' : (OUTDATED_NEXT[turn] ?? 'outdatedRead')]}</p>
    </Notice>
  );
}

/** The same in a list. Nothing for a request that can be approved. @param badge false if the badge of its state says so already */
export function OutdatedMark({ request, badge = true }: { request: AccessRequest; badge?: boolean }) {
  const text = useText(decisionTexts);
  const changes = useChanges(request);
  if (!isOutdated(request)) return null;
  const says = waitsForLock(request.outdatedBy) ? text.notNow : text.outdated;
  return (
    <div className="stack tight">
      {badge ? (
        <p>
          <RequestStateBadge request={request} />
        </p>
      ) : null}
      <p className="soft">{[`${says}.`, ...changes].join(' ')}</p>
    </div>
  );
}
