import { type Terms } from '@countersign/contract';
import { halfTheTime, type Narrowing, onlyObjects, readOnly } from '@countersign/wording';
import { type Api, segment } from '../api/client.js';
import { serviceShape } from '../api/shapes.js';
import { durationSeconds, scopeEntry } from '../runtime/arguments.js';
import { CliError, usageError } from '../runtime/cli-error.js';

/** What a counter-offer is made of: a preset, or what one writes oneself. */
export type NarrowingOptions = { scope?: string[]; for?: string; preset?: string };

export const narrows = ({ scope, for: time, preset }: NarrowingOptions): boolean =>
  scope !== undefined || time !== undefined || preset !== undefined;

const ONLY = 'only=';

/** @throws CliError `invalid_usage` */
export function checkNarrowing(options: NarrowingOptions): void {
  const { scope, for: time, preset } = options;
  scope?.map(scopeEntry);
  if (time !== undefined) durationSeconds('--for', time);
  if (preset === undefined) return;
  if (scope !== undefined || time !== undefined)
    throw usageError('--preset takes the place of --scope and --for');
  if (
    preset === 'read-only' ||
    preset === 'half-time' ||
    (preset.length > ONLY.length && preset.startsWith(ONLY))
  )
    return;
  throw usageError(
    `--preset takes read-only, half-time or only=RESOURCE[,RESOURCE]…; got ${JSON.stringify(preset)}`,
  );
}

/** What the counter-offer changes of these terms. @throws CliError `nothing_to_offer` where the preset leaves nothing */
export async function narrowingOf(api: Api, terms: Terms, options: NarrowingOptions): Promise<Narrowing> {
  const { scope, for: time, preset } = options;
  if (preset === undefined)
    return {
      ...(scope === undefined ? {} : { scope: scope.map(scopeEntry) }),
      ...(time === undefined ? {} : { seconds: durationSeconds('--for', time) }),
    };
  const made = await byPreset(api, terms, preset);
  if (made === null)
    throw new CliError('nothing_to_offer', `Nothing that was asked for is left by ${preset}.`);
  return made;
}

async function byPreset(api: Api, terms: Terms, preset: string): Promise<Narrowing | null> {
  if (preset === 'half-time') return halfTheTime(terms);
  if (preset !== 'read-only') return onlyObjects(terms, preset.slice(ONLY.length).split(','));
  return readOnly(terms, await api.call(`/api/v1/services/${segment(terms.service)}`, serviceShape));
}
