/** A JSON call to the broker's API. */
export type Answered = { status: number; body: unknown };

/** Calls with an API key (or without one) and reads the JSON that comes back. */
export async function callApi(
  key: string | null,
  method: string,
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...headers,
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** @throws Error with the whole answer if the status differs */
export function expectStatus<T>({ status, body }: Answered, expected: number): T {
  if (status !== expected) throw new Error(`expected ${expected}, got ${status}: ${JSON.stringify(body)}`);
  return body as T;
}

export const codeOf = ({ status, body }: Answered): string =>
  `${status} ${String((body as { code?: unknown } | undefined)?.code ?? '')}`;
