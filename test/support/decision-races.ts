import { organisation } from '../factories/organisation.js';
import { type Answered, codeOf } from './http.js';
import { readLogs } from './log-reader.js';
import { Site } from './site.js';
import { type Asked, cancel, decide, makeRequest, readRequest } from './story.js';

/** The parallel decisions of one round: two approvers approve and deny, and the engineer cancels. */
const WAYS = 100;

/** The log entry that a race may leave, and the state that it leads to. */
const ENDS = { 'request.approved': 'approved', 'request.denied': 'denied', 'request.cancelled': 'cancelled' };

export type RaceReport = { problems: string[]; states: Map<string, number> };

/**
 * Repeatedly races a hundred decisions on one request through the broker's HTTP API. @returns one sentence for each
 * violation of P8, and how often each state won
 */
export async function raceDecisions(rounds: number): Promise<RaceReport> {
  const site = await Site.start({ organisation: organisation() });
  try {
    const states = new Map<string, number>();
    const problems: string[] = [];
    const raced: Asked[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { after, wrong } = await oneRace(site, round);
      raced.push(after);
      problems.push(...wrong);
      states.set(after.state, (states.get(after.state) ?? 0) + 1);
    }
    problems.push(...logProblems(site.databasePath, raced));
    return { problems, states };
  } finally {
    await site.close();
  }
}

async function oneRace(site: Site, round: number): Promise<{ after: Asked; wrong: string[] }> {
  const asked = await makeRequest(site, 'engineer');
  await decide(site, 'reviewer', asked, 'approve');
  const answers = await Promise.all(
    Array.from({ length: WAYS }, (_, index) => oneDecision(site, asked, index + round, round % 2 === 0)),
  );
  const after = await readRequest(site, asked.id);
  const won = answers.filter(({ status }) => status < 300);
  const wrong: string[] = [];
  if (won.length !== 1) wrong.push(`${asked.id}: ${won.length} of the parallel decisions were taken`);
  const odd = answers.filter(({ status }) => status >= 300).map(codeOf);
  for (const code of new Set(odd)) {
    if (!EXPECTED_REFUSALS.has(code)) wrong.push(`${asked.id}: answered ${code}`);
  }
  if (!Object.values(ENDS).includes(after.state)) wrong.push(`${asked.id}: is still ${after.state}`);
  if ((after.grant !== null) !== (after.state === 'approved')) {
    wrong.push(`${asked.id}: ${after.state} and its grant is ${after.grant}`);
  }
  return { after, wrong };
}

const EXPECTED_REFUSALS = new Set(['409 already_decided', '409 conflict']);

/** A cancellation reaches the store first: every other round has none, so that the reviews race each other too. */
function oneDecision(site: Site, asked: Asked, index: number, cancels: boolean): Promise<Answered> {
  const who = index % 2 === 0 ? 'approver' : 'secondApprover';
  switch (index % 5) {
    case 0:
    case 1:
      return decide(site, who, asked, 'approve');
    case 2:
    case 3:
      return decide(site, who, asked, 'deny');
    default:
      return cancels ? cancel(site, 'engineer', asked) : decide(site, who, asked, 'approve');
  }
}

function logProblems(databasePath: string, raced: readonly Asked[]): string[] {
  const ends = new Map<string, string[]>();
  const grants = new Map<string, number>();
  for (const { type, data } of readLogs(databasePath)) {
    const request = String(data['request']);
    if (type in ENDS) ends.set(request, [...(ends.get(request) ?? []), type]);
    if (type === 'grant.started') grants.set(request, (grants.get(request) ?? 0) + 1);
  }
  return raced.flatMap(({ id, state }) => {
    const logged = (ends.get(id) ?? []).map((type) => ENDS[type as keyof typeof ENDS]);
    const wrong: string[] = [];
    if (logged.length !== 1 || logged[0] !== state) wrong.push(`${id}: ${state}, but the log has ${logged}`);
    if ((grants.get(id) ?? 0) !== (state === 'approved' ? 1 : 0)) {
      wrong.push(`${id}: ${state}, but the log starts ${grants.get(id) ?? 0} grants`);
    }
    return wrong;
  });
}
