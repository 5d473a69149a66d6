import { randomUUID } from 'node:crypto';
import { type Disclosure, disclosureEndpoints } from '@countersign/api';
import type { DisclosureAnswerKind } from '@countersign/contract';
import { openWithId } from '../api/find-id.js';
import type { Answer, Context } from '../command/context.js';
import { fetchPage, type ListOptions } from '../command/list.js';
import { formatFacts, formatTable, optionalFact } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';

export type DiscloseOptions = { reason: string; prevention: string; notNeeded?: boolean };

export const listDisclosures = (context: Context, options: ListOptions): Promise<Answer> =>
  fetchPage(
    context,
    { verb: 'disclosures', endpoint: disclosureEndpoints.list, format: formatDisclosures },
    options,
  );

/** Explains an emergency. The broker counts its calls itself. */
export async function disclose(
  context: Context,
  grant: string,
  { reason, prevention, notNeeded }: DiscloseOptions,
): Promise<Answer> {
  const { api, id } = await openWithId(context, 'grt', grant);
  const disclosure = await api.call(disclosureEndpoints.give, {
    params: { id },
    body: { reason, prevention, needed: notNeeded !== true },
    idempotencyKey: randomUUID(),
  });
  return { document: disclosure, text: formatDisclosure(disclosure, new Date()) };
}

/** The customer acknowledges or disputes. */
export async function answerDisclosure(
  context: Context,
  grant: string,
  answer: DisclosureAnswerKind,
  reason?: string,
): Promise<Answer> {
  const { api, id } = await openWithId(context, 'grt', grant);
  const answered = await api.call(disclosureEndpoints.answer, {
    params: { id },
    body: { answer, ...(reason === undefined ? {} : { reason }) },
    idempotencyKey: randomUUID(),
  });
  return { document: answered, text: formatDisclosure(answered, new Date()) };
}

const STATES: Readonly<Record<Disclosure['state'], string>> = {
  due: 'not explained yet',
  late: 'LATE: not explained in time',
  given: 'explained; waits for the customer',
  acknowledged: 'acknowledged by the customer',
  disputed: 'disputed by the customer; has to be explained again',
};

const stateOf = ({ state, lateAt }: Disclosure): string =>
  state !== 'late' && lateAt !== null ? `${STATES[state]} (was late)` : STATES[state];

function formatDisclosure(facts: Disclosure, now: Date): string {
  const { disclosure, answer } = facts;
  return formatFacts([
    ['grant', facts.grant],
    ['state', stateOf(facts)],
    ['where', `${facts.service} of ${facts.tenant}`],
    ['began', formatInstant(facts.startedAt, now)],
    ['due', formatInstant(facts.dueAt, now)],
    ...optionalFact('calls', disclosure === null ? null : String(disclosure.calls)),
    ...optionalFact('needed', disclosure === null ? null : disclosure.needed ? 'yes' : 'no'),
    ...optionalFact('reason', disclosure?.reason ?? null),
    ...optionalFact('prevention', disclosure?.prevention ?? null),
    ...optionalFact('answer', answer?.reason ?? null),
  ]);
}

function formatDisclosures(disclosures: readonly Disclosure[]): string {
  if (disclosures.length === 0) return 'No emergencies.';
  return formatTable(
    ['GRANT', 'STATE', 'TENANT', 'SERVICE', 'BEGAN', 'DUE'],
    disclosures.map((each) => [
      each.grant,
      stateOf(each),
      each.tenant,
      each.service,
      each.startedAt,
      each.dueAt,
    ]),
  );
}
