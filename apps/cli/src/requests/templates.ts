import { requestEndpoints, type Template, templateEndpoints } from '@countersign/api';
import { parseDuration } from '@countersign/contract';
import { durationText, requestAgain } from '@countersign/wording';
import type { Api } from '../api/client.js';
import { openWithId } from '../api/find-id.js';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { formatTable } from '../terminal/text.js';
import { formatAccess } from './request-text.js';

/** The caller's own template of this name, in any case. @throws CliError `not_found`, with the names that there are */
export async function findTemplate(api: Api, name: string): Promise<Template> {
  const { items } = await api.call(templateEndpoints.list, {});
  const same = (each: Template) => each.name.toLowerCase() === name.trim().toLowerCase();
  const found = items.find(same);
  if (found !== undefined) return found;
  const names = items.map((each) => JSON.stringify(each.name)).join(', ');
  throw new CliError(
    'not_found',
    items.length === 0
      ? 'You have no templates: save one with "countersign template save NAME --from REQUEST".'
      : `You have no template ${JSON.stringify(name)}. Yours are ${names}.`,
  );
}

/** `template list`. */
export async function listTemplates(context: Context): Promise<Answer> {
  const list = await (await context.api()).call(templateEndpoints.list, {});
  return { document: list, text: formatTemplates(list.items) };
}

/** `template save`: saves what a past request asked for, without its times. One of the same name is replaced. */
export async function saveTemplate(context: Context, name: string, from: string): Promise<Answer> {
  const { api, id } = await openWithId(context, 'req', from);
  const past = await api.call(requestEndpoints.read, { params: { id } });
  const saved = await api.call(templateEndpoints.save, { body: { name, request: requestAgain(past) } });
  return { document: saved, text: formatTemplates([saved]) };
}

/** `template remove`. */
export async function removeTemplate(context: Context, name: string): Promise<Answer> {
  const api = await context.api();
  const { id, name: known } = await findTemplate(api, name);
  await api.call(templateEndpoints.remove, { params: { id } });
  return { document: { removed: id }, text: `Removed ${JSON.stringify(known)}.` };
}

const formatTemplates = (templates: readonly Template[]): string =>
  templates.length === 0
    ? 'No templates.'
    : formatTable(
        ['NAME', 'TENANT', 'SERVICE', 'SCOPE', 'FOR'],
        templates.map(({ name, request }) => [
          name,
          request.tenant ?? 'any',
          request.service,
          formatAccess(request).join('; '),
          durationText(parseDuration(request.duration) ?? 0, 'en'),
        ]),
      );
