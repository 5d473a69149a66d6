import type { AccessRequest, Grant } from '@countersign/api';
import { formatPerson } from '../api/people.js';
import { formatInstant } from '../terminal/time.js';

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** Why no call passes, with who and when. */
export const describeAccessReason = (
  { accessReason = null }: { accessReason?: Grant['accessReason'] },
  now: Date,
  names = NO_NAMES,
): string | null => {
  if (accessReason === null) return null;
  const since = accessReason.by === null ? 'Since' : `By ${formatPerson(accessReason.by, names)}, since`;
  // People's reasons often have no full stop at their end.
  const text = /[.!?]$/.test(accessReason.text) ? accessReason.text : `${accessReason.text}.`;
  return `${text} ${since} ${formatInstant(accessReason.at, now)}`;
};

/** Whether calls pass under the grant of a request, and why they do not. */
export function describeAccess(
  request: Partial<Pick<AccessRequest, 'access' | 'accessReason'>>,
  now: Date,
  names: ReadonlyMap<string, string>,
): string | null {
  const { access = null } = request;
  if (access === null) return null;
  const why = describeAccessReason(request, now, names);
  return why === null ? ACCESS_WORDS[access] : `${ACCESS_WORDS[access]}: ${why}`;
}

const ACCESS_WORDS = {
  open: 'open now',
  not_yet: 'not begun',
  stopped: 'stopped',
  locked: 'locked',
  ended: 'ended',
} as const satisfies Record<NonNullable<AccessRequest['access']>, string>;
