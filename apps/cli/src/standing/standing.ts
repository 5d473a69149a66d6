import { type Standing, standingEndpoints } from '@countersign/api';
import { recurrenceText } from '@countersign/wording';
import type { Answer, Context } from '../command/context.js';
import { formatFacts, formatTable } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';

/** Every way in that is open now. */
export async function showStanding(context: Context, tenant: string | undefined): Promise<Answer> {
  const standing = await (await context.api()).call(standingEndpoints.read, {
    query: new URLSearchParams(tenant === undefined ? {} : { tenant }),
  });
  return { document: standing, text: formatStanding(standing, new Date()) };
}

function formatStanding(standing: Standing, now: Date): string {
  const { ways, tenant, zero } = standing;
  const whose = tenant === null ? 'any tenant' : tenant;
  return [
    zero
      ? `No way in through Countersign to the data of ${whose} is open.`
      : `${ways.length === 1 ? '1 way' : `${ways.length} ways`} in through Countersign to the data of ${whose}${blockedText(ways)}:`,
    ...(zero ? [] : [waysTable(ways)]),
    '',
    credentialFacts(standing, now),
    '',
    coverageText(standing),
    'A government’s demand under a duty of silence opens no access through Countersign, so none is missing here.',
  ].join('\n');
}

/** “, 2 of them stopped or locked”: under these no call passes. */
function blockedText(ways: Standing['ways']): string {
  const blocked = ways.filter(({ access }) => access === 'stopped' || access === 'locked').length;
  return blocked === 0 ? '' : `, ${blocked === ways.length ? 'all' : blocked} of them stopped or locked`;
}

const waysTable = (ways: Standing['ways']): string =>
  formatTable(
    ['KIND', 'NOW', 'ID', 'TENANT', 'OWNER', 'SERVICE', 'SCOPE', 'ONLY', 'SINCE', 'UNTIL'],
    ways.map((way) => [
      way.kind,
      way.access ?? '',
      way.id,
      way.tenant ?? '',
      way.owner ?? '',
      way.service ?? '',
      (way.scope ?? []).map(({ resource, actions }) => `${resource}:${actions.join(',')}`).join(' '),
      way.recurs === null ? '' : recurrenceText(way.recurs, 'en'),
      way.since,
      way.until ?? 'it is ended',
    ]),
  );

function credentialFacts({ counts, credentials, stated }: Standing, now: Date): string {
  const of = ({ apiKeys, sessions }: Standing['counts']['vendor']) =>
    `${formatAge('API key', apiKeys, now)}, ${formatAge('session', sessions, now)}`;
  return formatFacts([
    ['vendor', of(counts.vendor)],
    ...(counts.tenant === null ? [] : [['tenant', of(counts.tenant)] as [string, string]]),
    ['gateways', String(credentials.filter(({ kind }) => kind === 'gateway').length)],
    [
      'stated',
      stated === null
        ? 'not yet: once a day, in the tenant’s log'
        : `${stated.zero ? 'zero' : `${stated.ways.length + stated.more} ways`} on ${stated.day}, leaf ${stated.leaf}`,
    ],
  ]);
}

/** @param what in the singular; its plural has an s */
function formatAge(
  what: string,
  { count, oldest }: { count: number; oldest: string | null },
  now: Date,
): string {
  const counted = count === 1 ? `1 ${what}` : `${count} ${what}s`;
  if (oldest === null) return counted;
  return `${counted} (${count === 1 ? 'of' : 'the oldest of'} ${formatInstant(oldest, now)})`;
}

/** The ways that this list does not cover, so that "no way in" is not read as more than it says. */
function coverageText({ coverage }: Standing): string {
  if (coverage === null)
    return 'The vendor has not stated the other ways to the data. This list covers Countersign alone.';
  return [
    `Every way to the data, as the vendor states it (checked on ${coverage.checkedOn}):`,
    formatTable(
      ['WAY', 'STATE', 'BY', 'SERVICES'],
      coverage.ways.map(({ way, state, by, services }) => [
        way,
        state,
        by ?? (state === 'controlled-here' ? 'Countersign' : ''),
        services?.join(', ') ?? 'all',
      ]),
    ),
  ].join('\n');
}
