/** What a notice address can be notified of. docs/privacy-controls.md lists the notices of each topic. */
export const NOTICE_TOPICS = [
  'emergency',
  'disclosure',
  'demand',
  'access',
  'supervision',
  'widening',
  'trust',
  'review',
  'practice',
  'statement',
] as const;
/** One of `NOTICE_TOPICS`. */
export type NoticeTopic = (typeof NOTICE_TOPICS)[number];
