/** @soak */

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LeafV1, leafHash, parseLeaf } from '@countersign/audit-log';
import { EVENT_TYPES, EXPORT_CONTENTS, EXPORT_FORMATS } from '@countersign/contract';
import fc from 'fast-check';
import { anyText } from '../../../../../test/factories/any-text.js';
import { EXAMPLES, exportedEvent, IDS } from '../../../../../test/factories/exported-event.js';
import { ocsfProblems } from '../../../../../test/support/ocsf-schema.js';
import { root } from '../../../../../test/support/root.js';
import { samples } from '../../../../../test/support/samples.js';
import { parseSyslog, SyslogFrames } from '../../../../../test/support/syslog-messages.js';
import { formatEvent } from './index.js';
import { formatOcsf } from './ocsf.js';
import { OCSF_CLASSES, OCSF_RELEASE, type OcsfClass, OTHER_ACTIVITY, ocsfMappingOf } from './ocsf-classes.js';
import { frameSyslog, headerField, structuredData } from './syslog.js';

const hashing = { sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest() };
const host = 'broker.example';
const all = Object.entries(EXAMPLES);

/** Texts that a receiver may take for structure. */
const nasty = fc.oneof(
  anyText(),
  fc.constantFrom(
    '"]\n<13>1 - - - - - - forged',
    '\\"',
    'a\r\nX-Injected: 1',
    '\u2028é漢😀',
    '] [x@1 a="b"',
    '\0',
  ),
);
/** JSON as leaves have it: no lone surrogates. */
const value = nasty.map((text) => Buffer.from(text, 'utf8').toString('utf8'));
const events = fc
  .record({
    type: fc.constantFrom(...EVENT_TYPES, 'unknown.thing'),
    actor: fc.constantFrom('job', 'host', IDS.person, IDS.gateway),
    data: fc.dictionary(
      fc.constantFrom(
        'grant',
        'request',
        'requester',
        'resource',
        'service',
        'method',
        'code',
        'reason',
        'status',
      ),
      fc.oneof(value, fc.integer(), fc.constant(null)),
    ),
    personal: fc.dictionary(
      fc.constantFrom('path', 'name', 'words'),
      fc.oneof(
        value.map((text) => ({ value: text, salt: 's' })),
        fc.constantFrom('erased', 'withheld'),
      ),
    ),
  })
  .map(({ type, actor, data, personal }) =>
    exportedEvent({ type, actor: actor as LeafV1['actor'], data }, personal as never),
  );

describe('every format', () => {
  test('writes each event on one line, whatever is in it', () => {
    fc.assert(
      fc.property(events, fc.constantFrom(...EXPORT_FORMATS), (event, format) => {
        expect(formatEvent(format, event, { host })).not.toMatch(/[\n\r]/);
      }),
      { numRuns: samples('exportedLeaves') },
    );
  });

  test.each(EXPORT_FORMATS)('%s carries the leaf’s log, index and hash', (format) => {
    for (const content of EXPORT_CONTENTS) {
      const event = exportedEvent();
      const text = formatEvent(format, event, { host, content });
      for (const part of [event.log, event.hash]) expect(text).toContain(part);
      expect(text).toMatch(/"?(index|leaf|sequence)"?[:=]"?7\b/);
    }
  });

  test('an erased value appears as erased, and a sealed leaf’s contents as sealed', () => {
    const refused = EXAMPLES['refused']!;
    for (const format of EXPORT_FORMATS) {
      expect(formatEvent(format, refused, { host })).toContain('erased');
      expect(formatEvent(format, EXAMPLES['sealed']!, { host })).toContain('sealed');
    }
  });
});

describe('JSON Lines', () => {
  test('has the leaf’s canonical bytes, so that a receiver can compute the hash', () => {
    fc.assert(
      fc.property(events, (event) => {
        const line = formatEvent('jsonl', event, { host });
        const written = JSON.parse(line);
        expect(Object.keys(written)).toEqual(['log', 'index', 'hash', 'leaf', 'openings', 'unopened']);
        const bytes = Buffer.from(event.text, 'utf8');
        expect(line).toContain(`"leaf":${event.text}`);
        expect(written.leaf).toEqual(JSON.parse(JSON.stringify(parseLeaf(bytes))));
        expect(written.hash).toBe(`sha256:${Buffer.from(leafHash(hashing, bytes)).toString('hex')}`);
      }),
      { numRuns: samples('exportedLeaves') },
    );
  });
});

describe('OCSF', () => {
  test.each(all)('the event “%s” is valid by the published schema', (_name, event) => {
    expect(ocsfProblems(JSON.parse(formatOcsf(event)))).toEqual([]);
  });

  test('is valid by the published schema, whatever is in a leaf', () => {
    fc.assert(
      fc.property(events, (event) => {
        expect(ocsfProblems(JSON.parse(formatOcsf(event)))).toEqual([]);
      }),
      { numRuns: samples('exportedLeaves') },
    );
  });

  test('the check finds what is missing, misspelt, of another type and outside of a list', () => {
    const event = JSON.parse(formatOcsf(EXAMPLES['allowed']!));
    const problemsOf = (change: object) => ocsfProblems({ ...event, ...change });
    expect(problemsOf({ metadata: undefined })).toContain('/metadata is required');
    expect(problemsOf({ sevrity: 1 })).toContain('/sevrity is not in the schema');
    expect(problemsOf({ time: '2026' })).toContain('/time is no timestamp_t');
    expect(problemsOf({ status_id: 7 })[0]).toMatch(/status_id is not one of/);
    expect(problemsOf({ src_endpoint: {} })[0]).toMatch(/src_endpoint has none of/);
    expect(problemsOf({ type_uid: 600301 })).not.toEqual([]);
    const session = JSON.parse(formatOcsf(EXAMPLES['minted']!));
    expect(ocsfProblems({ ...session, group: { name: 'g' } })).toContainEqual(
      expect.stringMatching(/not just one of/),
    );
  });

  test('maps each kind of event to its class and activity', () => {
    const mapped = (name: string) => {
      const { class_uid: uid, activity_id: activity } = JSON.parse(formatOcsf(EXAMPLES[name]!));
      return [uid, activity];
    };
    expect(mapped('request')).toEqual([6003, 1]);
    expect(mapped('allowed')).toEqual([6003, 2]);
    expect(mapped('outcome')).toEqual([6003, 99]);
    expect(mapped('started')).toEqual([3005, 1]);
    expect(mapped('scheduled')).toEqual([3005, 99]);
    expect(mapped('revoked')).toEqual([3005, 2]);
    expect(mapped('minted')).toEqual([3003, 1]);
    expect(ocsfMappingOf('something.new', undefined)).toEqual({ class: 'apiActivity', activity: 99 });
  });

  test('a call names its person, its route’s resource, its answer and its path', () => {
    const event = JSON.parse(formatOcsf(EXAMPLES['allowed']!));
    expect(event).toMatchObject({
      actor: { user: { uid: IDS.person }, app_uid: IDS.gateway },
      api: { operation: 'read invoices/7', service: { name: 'billing' }, request: { uid: IDS.record } },
      http_request: { http_method: 'GET', url: { path: '/tenants/acme/invoices/7', query_string: 'page=2' } },
      metadata: { correlation_uid: IDS.request, sequence: 7 },
      raw_data: EXAMPLES['allowed']!.text,
    });
    expect(JSON.parse(formatOcsf(EXAMPLES['refused']!))).toMatchObject({
      status_id: 2,
      status_code: 'locked',
      count: 3,
    });
  });

  test('how a call ended that a proxy passed on is not known', () => {
    expect(JSON.parse(formatOcsf(EXAMPLES['allowed']!))).toMatchObject({ status_id: 1 });
    const passedOn = JSON.parse(formatOcsf(EXAMPLES['passedOn']!));
    expect(passedOn).toMatchObject({ status_id: 0, status: 'Unknown', status_code: 'unknown' });
  });
});

describe('syslog', () => {
  test('every message fits the grammar of RFC 5424, whatever is in a leaf', () => {
    fc.assert(
      fc.property(events, fc.constantFrom(...EXPORT_CONTENTS), (event, content) => {
        const message = parseSyslog(formatEvent('syslog', event, { host, content }));
        expect(message).toMatchObject({ facility: 13, host, app: 'countersign', timestamp: event.leaf.at });
        const { log, index, hash, leaf } = event;
        expect(message.data).toEqual({
          'countersign@32473': { log, index: String(index), hash, actor: leaf.actor },
        });
        expect(JSON.parse(message.text)).toEqual(
          JSON.parse(formatEvent(content === 'ocsf' ? 'ocsf' : 'jsonl', event, { host })),
        );
      }),
      { numRuns: samples('exportedLeaves') },
    );
  });

  test('a quote, a backslash and a bracket in a parameter are escaped, control characters replaced', () => {
    fc.assert(
      fc.property(value, (text) => {
        const message = parseSyslog(`<110>1 - - - - - ${structuredData({ name: text })}`);
        const shown = text.replaceAll(
          /\p{Cc}/gu,
          (found) => `#${String(found.charCodeAt(0)).padStart(3, '0')}`,
        );
        expect(message.data).toEqual({ 'countersign@32473': { name: shown } });
      }),
      { numRuns: samples('exportedLeaves') },
    );
  });

  test('a header field that is too long or not plain is left out', () => {
    expect([
      headerField('a', 1),
      headerField('ab', 1),
      headerField('a b', 9),
      headerField('é', 9),
      headerField('', 9),
    ]).toEqual(['a', '-', '-', '-', '-']);
  });

  test('frames on a stream are cut by their octets, whatever the pieces they arrive in', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (texts, sizes) => {
          const stream = Buffer.concat(texts.map((text) => frameSyslog(`x${text}`)));
          const frames = new SyslogFrames();
          const got: string[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn += 1) {
            const size = sizes[turn % Math.max(1, sizes.length)] ?? 7;
            got.push(...frames.add(stream.subarray(at, at + size)));
            at += size;
          }
          expect(got).toEqual(texts.map((text) => `x${text}`));
          expect(frames.isBetweenMessages).toBe(true);
        },
      ),
    );
  });
});

describe('Splunk HEC', () => {
  test('has the time in seconds, the leaf’s fields, and Splunk’s index if one is given', () => {
    const event = exportedEvent();
    const written = JSON.parse(formatEvent('hec', event, { host, splunkIndex: 'audit' }));
    expect(written).toEqual({
      time: 1795514400.25,
      host,
      source: event.log,
      sourcetype: 'countersign:leaf',
      index: 'audit',
      fields: { leaf: 7, hash: event.hash, type: 'request.created' },
      event: JSON.parse(formatEvent('jsonl', event, { host })),
    });
    expect(JSON.parse(formatEvent('hec', event, { host }))).not.toHaveProperty('index');
  });
});

const CALLS: readonly string[] = ['access.allowed', 'access.refused'];
const code = (types: readonly string[]) => types.map((type) => `\`${type}\``).join(', ');

/** The rows of the table in docs/exports.md, a class and activity each. */
function ocsfTable(): string {
  const rows = new Map<string, string[]>();
  for (const type of EVENT_TYPES.filter((each) => !CALLS.includes(each))) {
    const { class: of, activity } = ocsfMappingOf(type, undefined);
    rows.set(`${of} ${activity}`, [...(rows.get(`${of} ${activity}`) ?? []), type]);
  }
  const rowsOf = (of: OcsfClass) => {
    const { uid, name, activities } = OCSF_CLASSES[of];
    const row = (activity: number, more: string, words: string) => {
      const types = rows.get(`${of} ${activity}`) ?? [];
      return types.length === 0
        ? ''
        : `| ${code(types)}${more} | ${name} (${uid}) | ${activity} ${words} |\n`;
    };
    const [more, words] =
      of === 'apiActivity'
        ? [', and any type that this table does not list', 'Other, with the type as `activity_name`']
        : ['', 'Other'];
    const listed = Object.entries(activities).map(([activity, word]) => row(Number(activity), '', word));
    return listed.join('') + row(OTHER_ACTIVITY, more, words);
  };
  const calls = `| ${code(CALLS)} | API Activity (6003) | by method: POST 1 Create; GET, HEAD 2 Read; PUT, PATCH 3 Update; DELETE 4 Delete; else 99 |\n`;
  return rowsOf('userAccess') + rowsOf('authorizeSession') + calls + rowsOf('apiActivity');
}

describe('docs/exports.md', () => {
  const path = join(root, 'docs/exports.md');
  const page = readFileSync(path, 'utf8');
  const blocks = [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim());

  test.each(EXPORT_FORMATS)('shows one call in the format %s as it is written', (format) => {
    const line = formatEvent(format, EXAMPLES['allowed']!, { host });
    if (format === 'syslog') expect(blocks).toContain(line);
    else
      expect(
        blocks.filter((block) => block.startsWith('{')).map((block) => JSON.parse(block)),
      ).toContainEqual(JSON.parse(line));
  });

  // To write it again after a change: WRITE_DOCS=1 node bin/jest.mjs unit -- apps/broker/src/exports/formats
  test('lists every type of event with the class and activity that it gets', () => {
    const table = /(?<=^\| leaf \| class \| activity \|\n\|---\|---\|---\|\n)(\|.*\n)+/m;
    if (process.env['WRITE_DOCS'] !== undefined) writeFileSync(path, page.replace(table, ocsfTable()));
    expect(table.exec(readFileSync(path, 'utf8'))?.[0]).toBe(ocsfTable());
  });

  test('names each class with its number, and the release', () => {
    for (const { uid, name } of Object.values(OCSF_CLASSES)) expect(page).toContain(`${name} (${uid})`);
    expect(page).toContain(`Release ${OCSF_RELEASE}`);
  });
});
