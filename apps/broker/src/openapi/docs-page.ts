import { createHash } from 'node:crypto';
import { escapeHtml } from '@countersign/mail';
import {
  bodiesOf,
  type Operation,
  type Schema,
  schemaSection,
  schemasOf,
  textWithCode,
} from './docs-schemas.js';
import { DOCS_STYLE } from './docs-style.js';

/** What the pages read of the OpenAPI document. */
export interface OpenApi {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, { description: string }>;
  };
}

interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

/** No script, no frame, nothing from other hosts. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(DOCS_STYLE).digest('base64')}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The list of all operations. Each leads to the page of its part. */
export function docsIndex(document: OpenApi): string {
  const { info, tags, components } = document;
  const all = entriesOf(document);
  const parts = tags.map(({ name, description }) => {
    const lines = all
      .filter(({ operation }) => operation.tags.includes(name))
      .map(
        (entry) =>
          `<li><a href="/api/docs/${name}#${entry.operation.operationId}">${signature(entry)}</a> <span>${textWithCode(entry.operation.summary)}</span></li>`,
      );
    return `<section aria-labelledby="${name}"><h2 id="${name}"><a href="/api/docs/${name}">${words(name)}</a></h2><p>${textWithCode(description)}</p><ul class="operations">${lines.join('')}</ul></section>`;
  });
  const schemes = Object.entries(components.securitySchemes).map(
    ([name, { description }]) => `<dt>${words(name)}</dt><dd>${textWithCode(description)}</dd>`,
  );
  return page(
    'The HTTP API',
    `<p class="lead">${textWithCode(info.description)}</p>
<p>Version ${escapeHtml(info.version)}. Programs read the same as an OpenAPI 3.1 document: <a href="/api/openapi.json">/api/openapi.json</a>.</p>
<section aria-labelledby="callers"><h2 id="callers">How a caller proves who it is</h2><dl>${schemes.join('')}</dl></section>
${parts.join('\n')}`,
  );
}

/** The operations of one part with all of their schemas; undefined if there is no such part. */
export function docsPart(document: OpenApi, name: string): string | undefined {
  const tag = document.tags.find((each) => each.name === name);
  if (tag === undefined) return undefined;
  const entries = entriesOf(document).filter(({ operation }) => operation.tags.includes(name));
  const { schemas } = document.components;
  const used = schemasOf(
    entries.map(({ operation }) => operation),
    schemas,
  );
  return page(
    words(name),
    `<nav aria-label="Way back"><a href="/api/docs">The HTTP API</a></nav>
<p class="lead">${textWithCode(tag.description)}</p>
${entries.map((entry) => operationSection(entry)).join('\n')}
${used.length === 0 ? '' : `<h2>Objects</h2>\n${used.map((id) => schemaSection(id, schemas[id] ?? {})).join('\n')}`}`,
  );
}

/** All operations, with webhooks: what the broker sends has no address here. */
const entriesOf = ({ paths, webhooks }: OpenApi): Entry[] =>
  [...Object.entries(paths), ...Object.entries(webhooks)].flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.startsWith('/') ? path : `your webhook (${path})`,
      operation,
    })),
  );

const signature = ({ method, path }: Entry) =>
  `<code><b>${method}</b> ${escapeHtml(path).replaceAll('/', '/<wbr>')}</code>`;

/** Names that `words` would spell wrongly, such as acronyms. */
const NAMES: Readonly<Record<string, string>> = { apiKey: 'API key', scim: 'SCIM client', Oauth: 'OAuth' };

/** `PrivacyControls` → `Privacy controls`. */
function words(name: string): string {
  if (Object.hasOwn(NAMES, name)) return NAMES[name] ?? '';
  const text = name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return escapeHtml(text.charAt(0).toUpperCase() + text.slice(1));
}

function operationSection(entry: Entry): string {
  const { operation } = entry;
  const { operationId, summary, description, parameters = [], security = [] } = operation;
  const callers = security.flatMap((each) => Object.keys(each)).map(words);
  const permission = operation['x-permission'];
  return `<section class="operation" aria-labelledby="${operationId}">
<h2 id="${operationId}">${textWithCode(summary)}</h2>
<p class="signature">${signature(entry)}</p>
${description === undefined ? '' : `<p>${textWithCode(description)}</p>`}
<p class="soft">${callers.length === 0 ? 'Anyone may call it.' : `Callers: ${callers.join(', ')}.`}${permission === undefined ? '' : ` Permission: <code>${escapeHtml(permission)}</code>, sign-in: ${escapeHtml(operation['x-sign-in'] ?? 'any')}.`}</p>
${
  parameters.length === 0
    ? ''
    : `<h3>Parameters</h3><dl>${parameters
        .map(
          ({ name, in: where, required, description = '' }) =>
            `<dt><code>${escapeHtml(name)}</code> <span class="soft">${where}${required === true ? ', required' : ''}</span></dt><dd>${textWithCode(description)}</dd>`,
        )
        .join('')}</dl>`
}
${bodiesOf(operation)}
</section>`;
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Countersign</title>
<style>${DOCS_STYLE}</style>
</head>
<body>
<header><a class="skip" href="#main">Skip to the page</a><a class="brand" href="/"><svg viewBox="0 0 32 32" aria-hidden="true"><g fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"><circle cx="16" cy="16" r="14" stroke-width="2.4"/><path d="m10 16.4 4 4 8-8.6" stroke-width="3"/></g></svg>Countersign</a></header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}
