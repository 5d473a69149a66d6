import { normaliseEmail } from '@countersign/access';
import type { Finding, Path } from '../problem.js';
import type { At, Readable } from '../readable.js';

/** Names must be unique: slugs, services and their hosts, e-mails in their normal form, Slack channels. */
export function duplicates({ staff, vendorSlack, services, tenants }: Readable): Finding[] {
  return [
    ...findRepeated(
      services.map(({ path, name }) => ({ path: [...path, 'name'], value: name })),
      (name) => `repeats the service "${name}"`,
    ),
    ...findRepeated(
      // By the host only: cookies ignore ports.
      services.flatMap(({ path, entry }) =>
        entry?.origin === undefined
          ? []
          : [{ path: [...path, 'origin'], value: new URL(entry.origin).hostname }],
      ),
      (host) => `repeats the host ${host}, and a browser session of one service must not open another`,
    ),
    ...findRepeated(
      tenants.map(({ path, slug }) => ({ path: [...path, 'slug'], value: slug })),
      (slug) => `repeats the tenant "${slug}"`,
    ),
    ...findRepeated(emails(staff), samePerson),
    ...tenants.flatMap(({ people }) => findRepeated(emails(people), samePerson)),
    ...findRepeated(
      // By the channel's id only: a shared channel (Slack Connect) has the same id in each of its workspaces.
      [{ path: ['vendor'], slack: vendorSlack }, ...tenants].flatMap(({ path, slack }) =>
        slack === undefined ? [] : [{ path: [...path, 'slack'], value: slack.channelId }],
      ),
      (channel) => `repeats the Slack channel ${channel}, and one tenant must not read another's messages`,
    ),
  ];
}

const samePerson = (email: string): string =>
  `names "${email}" again (spaces, upper case and +tags make no other person)`;

const emails = (people: At<{ email: string }>[]): At<string>[] =>
  people.flatMap(({ path, value }) => {
    const email = normaliseEmail(value.email);
    return email === undefined ? [] : [{ path: [...path, 'email'], value: email }];
  });

function findRepeated(items: { path: Path; value: string }[], say: (value: string) => string): Finding[] {
  const seen = new Set<string>();
  return items.flatMap(({ path, value }) => {
    if (value === '') return [];
    if (seen.has(value)) return [{ path, detail: say(value) }];
    seen.add(value);
    return [];
  });
}
