import { type NoticeAddress, noticeAddressEndpoints } from '@countersign/api';
import { NOTICE_TOPICS, type NoticeTopic } from '@countersign/contract';
import { ownTenant } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { formatTable } from '../terminal/text.js';

/** The error for vendor staff, who have no notice addresses. */
const VENDOR = 'a customer’s admins set these addresses; the vendor’s staff do not';

async function ofTenant(context: Context) {
  const api = await context.api();
  return { api, slug: await ownTenant(api, VENDOR) };
}

/** Parses the list of `--topics`. @throws CliError `invalid_usage` */
function readTopics(list: string): NoticeTopic[] {
  const topics = list.split(',').map((each) => each.trim());
  const known: readonly string[] = NOTICE_TOPICS;
  const unknown = topics.find((each) => !known.includes(each));
  if (unknown !== undefined) throw usageError(`--topics: each is one of ${NOTICE_TOPICS.join(', ')}`);
  return topics as NoticeTopic[];
}

/** `notice-address list`. */
export async function listAddresses(context: Context): Promise<Answer> {
  const { api, slug } = await ofTenant(context);
  const list = await api.call(noticeAddressEndpoints.list, { params: { slug } });
  return { document: list, text: formatAddresses(list.items) };
}

/** `notice-address add`. @param topicList topics, separated by commas */
export async function addAddress(context: Context, address: string, topicList: string): Promise<Answer> {
  const topics = readTopics(topicList);
  const { api, slug } = await ofTenant(context);
  const added = await api.call(noticeAddressEndpoints.add, { params: { slug }, body: { address, topics } });
  const next = added.sent
    ? `A code was mailed to it. Type it in: countersign notice-address confirm ${added.id} CODE`
    : 'The mail server did not take the code. Remove the address and add it again.';
  return { document: added, text: `${formatAddresses([added])}\n\n${next}` };
}

/** `notice-address confirm`. */
export async function confirmAddress(context: Context, id: string, code: string): Promise<Answer> {
  const { api, slug } = await ofTenant(context);
  const confirmed = await api.call(noticeAddressEndpoints.confirm, { params: { slug, id }, body: { code } });
  return { document: confirmed, text: formatAddresses([confirmed]) };
}

/** `notice-address topics`. @param topicList topics, separated by commas */
export async function changeTopics(context: Context, id: string, topicList: string): Promise<Answer> {
  const topics = readTopics(topicList);
  const { api, slug } = await ofTenant(context);
  const changed = await api.call(noticeAddressEndpoints.change, { params: { slug, id }, body: { topics } });
  return { document: changed, text: [formatAddresses([changed]), ...warningLines(changed)].join('\n') };
}

/** `notice-address remove`. */
export async function removeAddress(context: Context, id: string): Promise<Answer> {
  const { api, slug } = await ofTenant(context);
  const removed = await api.call(noticeAddressEndpoints.remove, { params: { slug, id } });
  return { document: removed, text: ['Removed. It gets nothing more.', ...warningLines(removed)].join('\n') };
}

const warningLines = ({ warnings }: { warnings: string[] }): string[] =>
  warnings.includes('no_emergency_address')
    ? ['No address is notified of emergencies any more. Your people still are.']
    : [];

const formatAddresses = (addresses: readonly NoticeAddress[]): string =>
  addresses.length === 0
    ? 'No notice addresses.'
    : formatTable(
        ['ID', 'ADDRESS', 'STATE', 'TOPICS'],
        addresses.map(({ id, address, state, topics }) => [id, address, state, topics.join(',')]),
      );
