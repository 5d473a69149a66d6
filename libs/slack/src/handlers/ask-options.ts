import { listServices, organisationNames } from '@countersign/access';
import { listOfferings } from '@countersign/wording';
import type { AllMiddlewareArgs, App, SlackOptionsMiddlewareArgs } from '@slack/bolt';
import type { PlainTextOption } from '@slack/types';
import { ASK, namedOption, offeringOption } from '../messages/ask-view.js';
import { LIMITS } from '../messages/limits.js';
import type { SlackParts } from '../parts.js';
import { offeringValue } from './ask-form.js';
import { whoPressed } from './press.js';
import { unexpected } from './unexpected.js';

type Asked = SlackOptionsMiddlewareArgs<'block_suggestion'> & AllMiddlewareArgs;
type Search = (asked: Asked) => Promise<PlainTextOption[]>;

/** Customers, services and what they offer, searched here among what the reader may see; nobody else gets any. */
export function listenForOptions(app: App, parts: SlackParts): void {
  const searches: Readonly<Record<string, Search>> = {
    [ASK.tenant]: (asked) => tenants(parts, asked),
    [ASK.service]: (asked) => services(parts, asked),
    [ASK.what]: (asked) => offerings(parts, asked),
  };
  for (const [field, search] of Object.entries(searches))
    app.options<'block_suggestion'>({ type: 'block_suggestion', action_id: field }, async (asked) => {
      const options = await search(asked).catch((error: unknown) => {
        unexpected(parts, asked.logger, error);
        return [];
      });
      const typed = asked.options.value.trim().toLowerCase();
      const fitting = options.filter(({ text, value }) =>
        `${text.text} ${value}`.toLowerCase().includes(typed),
      );
      await asked.ack({ options: fitting.slice(0, LIMITS.options) });
    });
}

async function tenants(parts: SlackParts, { body }: Asked): Promise<PlainTextOption[]> {
  const clicker = await whoPressed(parts, body);
  if (!clicker.known || clicker.principal.person.tenant !== null) return [];
  const { tenants: known } = await organisationNames(parts.deps, clicker.principal);
  return known.map(({ slug, name }) => namedOption(slug, name));
}

async function services(parts: SlackParts, { body }: Asked): Promise<PlainTextOption[]> {
  const clicker = await whoPressed(parts, body);
  if (!clicker.known) return [];
  const known = await listServices(parts.deps, clicker.principal);
  return known.map(({ definition }) => namedOption(definition.name));
}

async function offerings(parts: SlackParts, { body }: Asked): Promise<PlainTextOption[]> {
  const clicker = await whoPressed(parts, body);
  if (!clicker.known) return [];
  const name = body.block_id.slice(ASK.what.length + 1);
  const known = await listServices(parts.deps, clicker.principal);
  const service = known.find(({ definition }) => definition.name === name);
  if (service === undefined) return [];
  const keyOf = offeringValue(parts.deps.hashing);
  return listOfferings(service.definition).map((offering) => offeringOption(offering, keyOf));
}
