import { type LogSettings, type LogSettingsBody, logKeepingEndpoints } from '@countersign/api';
import { ERASURE_DAYS, RETENTION_DAYS } from '@countersign/contract';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { parseSlug, parseWholeNumber } from '../command/flags.js';
import { formatFacts } from '../terminal/text.js';

/** Erases personal values of one leaf. The leaf and every proof stay. */
export async function eraseValues(
  context: Context,
  tenant: string,
  leaf: string,
  { field }: { field: readonly string[] },
): Promise<Answer> {
  if (field.length === 0) throw usageError('say what to erase: --field NAME, such as --field justification');
  const params = { slug: parseSlug('TENANT', tenant) };
  const body = { leaf: parseWholeNumber('LEAF', leaf, 0, 999_999_999), fields: [...field] };
  const erased = await (await context.api()).call(logKeepingEndpoints.erase, { params, body });
  return {
    document: erased,
    text: `${erased.fields.join(' and ')} of leaf ${erased.leaf} erased; leaf ${erased.event} says so.`,
  };
}

/** Sets the legal hold of the caller's side. */
export async function setHold(
  context: Context,
  tenant: string,
  { reason }: { reason: string },
): Promise<Answer> {
  const params = { slug: parseSlug('TENANT', tenant) };
  const hold = await (await context.api()).call(logKeepingEndpoints.setHold, { params, body: { reason } });
  return {
    document: hold,
    text: `Nothing in the log of ${tenant} is erased or pruned until the ${hold.side} lifts this hold.`,
  };
}

/** Lifts the legal hold of the caller's side. */
export async function liftHold(context: Context, tenant: string): Promise<Answer> {
  const params = { slug: parseSlug('TENANT', tenant) };
  await (await context.api()).call(logKeepingEndpoints.liftHold, { params });
  return { document: { lifted: true }, text: `Your side’s legal hold of ${tenant} is lifted.` };
}

export type SettingsOptions = {
  erasureAfter?: string;
  retention?: string;
  dailyStatement?: LogSettings['dailyStatement'];
};

/** Shows the settings of a tenant's log, and changes those that are given. */
export async function logSettings(
  context: Context,
  tenant: string,
  options: SettingsOptions,
): Promise<Answer> {
  const api = await context.api();
  const params = { slug: parseSlug('TENANT', tenant) };
  const change = readChange(options);
  const { holds, ...before } = await api.call(logKeepingEndpoints.readSettings, { params });
  const isChange = Object.keys(change).length > 0;
  const settings = isChange
    ? await api.call(logKeepingEndpoints.writeSettings, { params, body: { ...before, ...change } })
    : { ...before, holds };
  return { document: settings, text: formatSettings(settings) };
}

function readChange({ erasureAfter, retention, dailyStatement }: SettingsOptions): Partial<LogSettingsBody> {
  const { least, most } = ERASURE_DAYS;
  return {
    ...(erasureAfter === undefined
      ? {}
      : { erasureAfterDays: parseWholeNumber('--erasure-after', erasureAfter, least, most) }),
    ...(retention === undefined ? {} : { retentionDays: readRetention(retention) }),
    ...(dailyStatement === undefined ? {} : { dailyStatement }),
  };
}

const readRetention = (text: string): number | null =>
  text === 'never' ? null : parseWholeNumber('--retention', text, RETENTION_DAYS.least, RETENTION_DAYS.most);

const formatSettings = ({ erasureAfterDays, retentionDays, dailyStatement, holds }: LogSettings): string =>
  formatFacts([
    ['values can be erased after', `${erasureAfterDays} days`],
    ['leaves are pruned', retentionDays === null ? 'never' : `after ${retentionDays} days`],
    ['daily statement', dailyStatement],
    [
      'legal holds',
      holds.length === 0
        ? 'none'
        : holds.map(({ side, setAt }) => `of the ${side}, since ${setAt}`).join('; '),
    ],
  ]);
