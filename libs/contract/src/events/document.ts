import { EVENTS, type EventDeclaration } from './index.js';
import { EVENT_TYPES } from './names.js';
import { nameOf } from './shape.js';

const HEAD = `# Events

Read this page to see which events a log may have: where each goes, who causes it, and what it says. It is generated from the tables in \`libs/contract/src/events/\`, and a test compares it. To write it again after a change: \`WRITE_DOCS=1 node bin/jest.mjs unit -- libs/contract/src/events\`. [contract.md](contract.md#leaf) fixes the form of a leaf.

- **Log**: \`tenant\` is the log of the tenant that the event is about, \`deployment\` the log that every tenant may read, \`vendor\` the vendor's own.
- **By**: the leaf's \`actor\`: a person, a gateway, a job of the broker, or the operator of its host.
- **Data**: the members of \`data\`, all that there are. One with \`?\` may be absent. An instant is a text.
- **Commits to**: names in \`commitments\`, where the event has such a value.

| type | log | by | data | commits to |
|---|---|---|---|---|
`;

/** docs/events.md. */
export const eventsDocument = (): string =>
  HEAD + EVENT_TYPES.map((type) => `${row(type, EVENTS[type])}\n`).join('');

const row = (type: string, { log, by, data, commits = [] }: EventDeclaration): string =>
  `| \`${type}\` | ${log.join(', ')} | ${by.join(', ')} | ${membersOf(data)} | ${commits.map(code).join(', ')} |`;

const membersOf = (data: EventDeclaration['data']): string =>
  Object.entries(data)
    .map(([name, shape]) => `${code(nameOf(name, shape))} ${shape.words}`)
    .join('; ');

const code = (name: string): string => `\`${name}\``;
