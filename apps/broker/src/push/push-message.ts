import type { Notice } from '@countersign/access';
import {
  type Language,
  NOTICES,
  noticePath,
  type PersonalNoticeKind,
  safeLocalPath,
} from '@countersign/contract';
import { NOTICE_TEXTS } from '@countersign/wording';

/** What the worker in the browser shows. A newer message about the same thing replaces the older one, by `tag`. */
export interface PushMessage {
  title: string;
  path: string;
  tag: string;
  language: Language;
}

/**
 * @param request the request that the notice is about; null if it is about none
 * @param side the tenant of the person who reads it; null for the vendor's staff
 */
export function writePushMessage(
  notice: Pick<Notice, 'subject'> & { kind: PersonalNoticeKind },
  { request, side, language }: { request: string | null; side: string | null; language: Language },
): PushMessage {
  const path = safeLocalPath(noticePath(notice, { request, side }));
  return {
    title: NOTICE_TEXTS[language].push[NOTICES[notice.kind].push],
    path,
    tag: request ?? path,
    language,
  };
}
