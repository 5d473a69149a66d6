import type { BrokerKillReport, Decided } from './broker-kills.js';

/** The states that a request may have after a decision: the decision's result, or the state before it. */
const LED_TO = {
  awaiting_vendor: { approve: 'awaiting_customer', deny: 'denied' },
  awaiting_customer: { approve: 'approved', deny: 'denied' },
} as const;

/** One sentence for each promise that the kills broke; empty if none was broken. */
export function brokenByKills({ decided, grantsByRequest, leaves }: BrokerKillReport): string[] {
  return decided.flatMap((one) => {
    const { id } = one.after;
    return [...stateProblems(one), ...grantProblems(one, grantsByRequest.get(id) ?? 0, leaves.get(id) ?? {})];
  });
}

function stateProblems({ stage, decision, status, after }: Decided): string[] {
  const led = LED_TO[stage][decision];
  if (after.state === led) return [];
  if (status === 201)
    return [`${after.id}: ${decision} at ${stage} was confirmed and is lost (${after.state})`];
  return after.state === stage ? [] : [`${after.id}: ${decision} at ${stage} led to ${after.state}`];
}

function grantProblems({ after }: Decided, grants: number, leaves: Record<string, number>): string[] {
  const approved = after.state === 'approved' ? 1 : 0;
  const ended = leaves['request.denied'] ?? 0;
  const problems: string[] = [];
  if (grants !== approved) problems.push(`${after.id}: ${grants} grants in state ${after.state}`);
  if ((after.grant !== null ? 1 : 0) !== approved)
    problems.push(`${after.id}: names a grant in ${after.state}`);
  if ((leaves['grant.started'] ?? 0) !== approved)
    problems.push(`${after.id}: the log starts another number of grants`);
  if ((leaves['request.approved'] ?? 0) !== approved)
    problems.push(`${after.id}: the log approves it otherwise`);
  if (ended !== (after.state === 'denied' ? 1 : 0))
    problems.push(`${after.id}: the log denies it ${ended} times`);
  return problems;
}
