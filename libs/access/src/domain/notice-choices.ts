/** A way by which a notice reaches one person. */
export const NOTICE_WAYS = ['mail', 'slack'] as const;
export type NoticeWay = (typeof NOTICE_WAYS)[number];

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

/** Of these at least one way is always on: the broker depends on their person knowing of it. */
export const DUTIES: readonly PersonalTopic[] = ['decide', 'own'];
/** Ways that count for a duty: each of them retries, and keeps the message until its person has read it. */
export const DUTY_WAYS: readonly NoticeWay[] = ['mail', 'slack'];

/** The ways that a person has switched off, by topic. A topic that is absent comes by every way. */
export type NoticeChoices = Partial<Record<PersonalTopic, NoticeWay[]>>;

/** Whether each duty still has a way. */
export const keepsDuties = (off: NoticeChoices): boolean =>
  DUTIES.every((topic) => DUTY_WAYS.some((way) => !(off[topic] ?? []).includes(way)));

/** One message to one person. `isFixed`: it goes out whatever the person chose, as an update of a card that they have. */
export interface PersonalMessage {
  way: NoticeWay;
  isFixed: boolean;
}

/**
 * Which of a person's messages about one notice go out.
 *
 * A duty reaches its person even if every way that is on is missing: if none of those messages is by mail or Slack, what was
 * switched off by these ways goes out all the same.
 */
export function chosenMessages<Message extends PersonalMessage>(
  messages: readonly Message[],
  topic: PersonalTopic | null,
  off: NoticeChoices | undefined,
): Message[] {
  if (topic === null || off === undefined) return [...messages];
  const isOn = ({ way, isFixed }: Message) => isFixed || !(off[topic] ?? []).includes(way);
  const counts = ({ way }: Message) => DUTY_WAYS.includes(way);
  const isMet = !DUTIES.includes(topic) || messages.some((each) => isOn(each) && counts(each));
  return messages.filter((each) => isOn(each) || (!isMet && counts(each)));
}
