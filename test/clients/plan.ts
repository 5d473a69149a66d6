import { gzipSync } from 'node:zlib';
import type { CountingUpstream } from '../fakes/counting-upstream.js';

/**
 * One ordinary call. As a line for a client's program: name, method, target as text (the client escapes it), body (`none`,
 * `whole N`, `stream N`: so many bytes, in one piece or without a known length), a header or nothing; tabs between.
 */
export type PlannedCall = {
  name: string;
  method: string;
  target: string;
  body: string;
  header: string;
  /** Status and text of the answer. */
  answer: string;
};

const call = (name: string, method: string, target: string, body = 'none', header = '', answer?: string) => {
  const bytes = body.split(' ')[1] ?? '0';
  const path = `/tenants/acme${target}`;
  const text = method === 'HEAD' ? '' : `${method} ${path} ${bytes}`;
  return { name, method, target: path, body, header, answer: answer ?? `200 ${text}` };
};

/** What clients do every day. */
export const PLAN: readonly PlannedCall[] = [
  call('query', 'GET', '/invoices?status=open&page=2'),
  call('repeated parameter', 'GET', '/documents?status=open&status=late'),
  call('id of any text', 'GET', '/invoices/Müller & Co (ann@x.example)'),
  call('final slash', 'GET', '/orders/'),
  call('body', 'POST', '/invoices', 'whole 2000', 'Content-Type: application/json'),
  call('body of unknown length', 'POST', '/invoices', 'stream 300000'),
  call('large body', 'POST', '/invoices', 'whole 3000000'),
  call('condition', 'PATCH', '/invoices/7', 'whole 20', 'If-Match: "1"'),
  call('removal', 'DELETE', '/invoices/7'),
  call('head', 'HEAD', '/invoices/7'),
  call('body of GET', 'GET', '/documents', 'whole 14', 'Content-Type: application/json'),
  call('compression', 'GET', '/invoices/packed', 'none', '', '200 unpacked'),
  call('redirect', 'GET', '/invoices/moved', 'none', '', '200 GET /tenants/acme/invoices/7 0'),
  call('not modified', 'GET', '/invoices/cached', 'none', 'If-None-Match: "1"', '304 '),
  call('no content', 'GET', '/invoices/none', 'none', '', '204 '),
  call('refusal', 'GET', '/nothing', 'none', '', '403 route_not_listed'),
];

/** Answers every call of the plan: with what arrived, unless the path says otherwise. */
export const answerPlan: CountingUpstream['answer'] = (request, response, { method, url, bodyBytes }) => {
  const text = `${method} ${decodeURIComponent(url)} ${bodyBytes}`;
  const end = url.slice(url.lastIndexOf('/') + 1);
  if (end === 'moved') {
    const location = `http://${request.headers.host}/tenants/acme/invoices/7`;
    response.writeHead(302, { location, 'content-length': 0 }).end();
  } else if (end === 'cached') response.writeHead(304, { etag: '"1"' }).end();
  else if (end === 'none') response.writeHead(204).end();
  else if (end === 'packed' && /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''))
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked'));
  else response.writeHead(200).end(end === 'packed' ? 'unpacked' : text);
};

/** The lines of the plan for a client's program. */
export const linesOf = (plan: readonly PlannedCall[]): string =>
  plan
    .map(({ name, method, target, body, header }) => [name, method, target, body, header].join('\t'))
    .join('\n');

/** Names with what was answered: the text, or the code of a refusal. */
export function answersOf(output: string): Record<string, string> {
  const lines = output.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', status = '', text = ''] = line.split('\t');
      return [name, `${status} ${text.startsWith('{') ? (JSON.parse(text) as { code: string }).code : text}`];
    }),
  );
}

/** What a client must print for the plan. */
export const expectedOf = (plan: readonly PlannedCall[]): Record<string, string> =>
  Object.fromEntries(plan.map(({ name, answer }) => [name, answer]));
