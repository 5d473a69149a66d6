import type { LocalHours, PrivacyControls } from '../domain/privacy-controls.js';
import { DEFAULT_ZONE } from './effective-controls.js';
import { isWithin } from './hours.js';
import { tenantDay } from './stage-in-charge.js';

/** When a practice begins if the controls do not say: working hours. */
const PRACTICE_HOURS: readonly LocalHours[] = [
  { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' },
];

/** Whether a tenant practises each quarter: as its controls say, and if they say nothing, once it is claimed. */
export const practisesQuarterly = (
  { practice }: Pick<PrivacyControls, 'practice'>,
  isClaimed: boolean,
): boolean => practice?.quarterly ?? isClaimed;

/** Whether a practice may begin now: within its hours, on no quiet day and in no blackout of any rule. */
export function mayBeginPractice(
  { practice, rules = [], zone = DEFAULT_ZONE }: Pick<PrivacyControls, 'practice' | 'rules' | 'zone'>,
  now: Date,
): boolean {
  const hours = practice?.hours ?? PRACTICE_HOURS;
  const day = tenantDay({ zone }, now);
  const at = now.getTime();
  const isQuiet = rules.some(
    ({ quietDays = [], blackouts = [] }) =>
      quietDays.includes(day) ||
      blackouts.some(({ from, to }) => Date.parse(from) <= at && at < Date.parse(to)),
  );
  return !isQuiet && hours.some((each) => isWithin({ ...each, zone }, now));
}
