import type { ControlsTest } from '@countersign/access';
import type { PrivacyControlsTest } from '@countersign/api';
import { formatDuration } from '@countersign/contract';
import { previewAnswer } from '../requests/request-answers.js';

type Trial = ControlsTest['differences'][number]['now'];

/** What a draft of the controls would have made of past requests. */
export function testAnswer({ change, tested, differences }: ControlsTest): PrivacyControlsTest {
  const isRefused = ({ refusals }: Trial) => refusals.length > 0;
  return {
    change: changeAnswer(change),
    tested,
    newlyRefused: differences.filter(({ now, draft }) => !isRefused(now) && isRefused(draft)).length,
    newlyPossible: differences.filter(({ now, draft }) => isRefused(now) && !isRefused(draft)).length,
    items: differences.map(({ request, now, draft, stricter }) => ({
      request: request.id,
      requester: request.requester,
      service: request.service,
      scope: request.terms.scope,
      createdAt: request.createdAt,
      now: trialAnswer(now),
      draft: trialAnswer(draft),
      stricter,
    })),
  };
}

function changeAnswer({ members, waits, ends }: ControlsTest['change']): PrivacyControlsTest['change'] {
  return {
    members,
    waits: waits && { ...waits, delay: waits.delay === 0 ? null : formatDuration(waits.delay) },
    ends: ends.map(({ grant, refusals }) => ({
      ...{ grant: grant.id, requester: grant.requester, service: grant.service },
      refusals,
    })),
  };
}

function trialAnswer({ refusals, needs }: Trial): PrivacyControlsTest['items'][number]['now'] {
  const { outcome, ...trial } = previewAnswer({ refusals, needs, invitation: null });
  return { outcome, refusals: trial.refusals, needs: trial.needs };
}
