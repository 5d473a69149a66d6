import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { closed, type OpenApiDocument, type Operation, operationOf } from './document.js';

/** One answer as it was sent; `body` is undefined if it was not read (a stream). */
export type Sent = {
  method: string;
  path: string;
  status: number;
  type: string | null;
  body: string | undefined;
};

const PROBLEM = 'application/problem+json';
const DATE = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Validates answers against an OpenAPI document: path, method, status, media type and every member of the body. */
export class AnswerCheck {
  private readonly ajv = new Ajv2020({
    strict: false,
    // The document is generated; validating it against JSON Schema's own schema costs each test file a quarter second.
    validateSchema: false,
    // Each named schema becomes one function, in a third of the time that copies of it at each place take.
    inlineRefs: false,
    // Most are called a few times, so shorter code does not repay the time that it takes to shorten it.
    code: { optimize: false },
    allErrors: true,
    formats: { 'date-time': INSTANT, date: DATE, duration: true, uri: true },
  });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(private readonly document: OpenApiDocument) {
    const { schemas } = document.components;
    this.ajv.addSchema({ $id: 'document', components: { schemas: closed(schemas) } });
  }

  /** What is undocumented about an answer; undefined if everything is documented. */
  problem(sent: Sent): string | undefined {
    const operation = operationOf(this.document, sent.method, sent.path);
    const why = operation === undefined ? this.elsewhere(sent) : this.atOperation(operation, sent);
    return why && `${sent.method} ${sent.path} → ${sent.status}: ${why}`;
  }

  /** The only answer at an undocumented address is "not found". */
  private elsewhere({ method, status, type, body }: Sent): string | undefined {
    if (status < 400 || status >= 500 || type !== PROBLEM) return 'this address is not documented';
    if (method === 'HEAD') return undefined;
    return this.mismatch({ $ref: '#/components/schemas/Problem' }, body);
  }

  private atOperation({ responses }: Operation, { method, status, type, body }: Sent): string | undefined {
    const response = responses[String(status)];
    if (response === undefined) return 'this status is not documented';
    const { content } = response;
    if (content === undefined)
      return body === undefined || body === '' ? undefined : 'a body is not documented';
    const media = content[type ?? ''];
    if (media === undefined) return `${type} is not documented`;
    if (body === undefined || method === 'HEAD' || !/json$/.test(type ?? '')) return undefined;
    return this.mismatch(media.schema, body);
  }

  private mismatch(schema: object, body = ''): string | undefined {
    const text = JSON.stringify(schema);
    const validate = this.compiled.get(text) ?? this.ajv.compile(atDocument(closed(schema)));
    this.compiled.set(text, validate);
    if (validate(JSON.parse(body))) return undefined;
    return `${this.ajv.errorsText(validate.errors)}: ${body.slice(0, 500)}`;
  }
}

let shared: Promise<AnswerCheck> | undefined;

/**
 * One check for all test files of this process, because compiling the schemas takes longer than most test files. All brokers
 * of a run have one version, so the first broker's document applies to all.
 *
 * @returns undefined if the broker was killed before it could send its document; the next call requests it again
 */
export async function sharedAnswerCheck(
  requestDocument: () => Promise<Response>,
): Promise<AnswerCheck | undefined> {
  shared ??= requestDocument().then(
    async (answer) => new AnswerCheck((await answer.json()) as OpenApiDocument),
  );
  return shared.catch(() => {
    shared = undefined;
    return undefined;
  });
}

/** References inside the document resolve to the document itself. */
const atDocument = (schema: unknown): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as object;
