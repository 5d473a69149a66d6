/**
 * The channels by which notices leave the broker. `isPersonal`: people choose which topics come this way. `carriesDuty`: what
 * must reach a person may come this way alone. A push does not carry one: it says little, a push service may drop it or keep it
 * for hours, and it ends when someone ends its session.
 */
export const NOTICE_CHANNELS = {
  mail: { isPersonal: true, carriesDuty: true },
  webhook: { isPersonal: false, carriesDuty: true },
  slack: { isPersonal: true, carriesDuty: true },
  push: { isPersonal: true, carriesDuty: false },
} as const satisfies Readonly<Record<string, { isPersonal: boolean; carriesDuty: boolean }>>;

/** A channel by which people and programs are notified. */
export type DeliveryChannel = keyof typeof NOTICE_CHANNELS;
export const DELIVERY_CHANNELS = Object.keys(NOTICE_CHANNELS) as readonly DeliveryChannel[];

/** A channel by which a notice reaches one person. `push`: in browsers in which the person has turned it on. */
export type NoticeWay = {
  [Channel in DeliveryChannel]: (typeof NOTICE_CHANNELS)[Channel] extends { isPersonal: true }
    ? Channel
    : never;
}[DeliveryChannel];
export const NOTICE_WAYS = DELIVERY_CHANNELS.filter(
  (channel): channel is NoticeWay => NOTICE_CHANNELS[channel].isPersonal,
);

export const carriesDuty = (channel: DeliveryChannel): boolean => NOTICE_CHANNELS[channel].carriesDuty;

/**
 * What a person may choose by topic. Everything else always goes to them by every way: emergencies, demands, supervision, stops,
 * trust, passkeys, keys, widenings and access that someone ended.
 *
 * - `decide`: something waits for this person: a request, a question's answer, an access review, a practice.
 * - `own`: what happens to one's own requests and access.
 * - `decided`: what others decided about a request that one could decide.
 * - `access`: others' access begins, is used and ends.
 * - `reports`: statements of the day, and results of reviews and practices.
 */
export const PERSONAL_TOPICS = ['decide', 'own', 'decided', 'access', 'reports'] as const;
export type PersonalTopic = (typeof PERSONAL_TOPICS)[number];

/** Topics that must keep at least one way that carries a duty: the process stalls if the person does not learn of it. */
export const DUTIES = ['decide', 'own'] as const satisfies readonly PersonalTopic[];
