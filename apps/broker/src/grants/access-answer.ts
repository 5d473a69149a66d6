import type { AccessStatus } from '@countersign/access';
import type { Grant } from '@countersign/api';
import { accessReasonText } from '@countersign/wording';

/** Whether calls pass under a grant and why they do not, as the API answers it. */
export function accessAnswer({ access, reason }: AccessStatus): Pick<Grant, 'access' | 'accessReason'> {
  const accessReason = reason === null ? null : { ...reason, text: accessReasonText(reason, 'en') };
  return { access, accessReason };
}
