/** Makes the calls of standard input (test/clients/plan.ts) with an HTTP library of npm, as it comes: `axios`, `got` or `superagent`. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import axios from 'axios';
import got from 'got';
import superagent from 'superagent';

const { BASE = '', TOKEN = '' } = process.env;

/** Each makes one call and returns status and text; an error status is an answer too. `pieces` is a body of unknown length. */
const LIBRARIES = {
  async axios({ method, url, headers, whole, pieces }) {
    const { status, data } = await axios.request({
      // It would put a text of type JSON in quotes.
      ...{
        method,
        url,
        headers,
        data: whole === undefined ? pieces : Buffer.from(whole),
        responseType: 'text',
      },
      validateStatus: () => true,
    });
    return [status, data];
  },
  async got({ method, url, headers, whole, pieces }) {
    const { statusCode, body } = await got(url, {
      ...{ method, headers, body: whole ?? pieces, throwHttpErrors: false },
      // Without it the library refuses to send a body with GET.
      allowGetBody: true,
    });
    return [statusCode, body];
  },
  async superagent({ method, url, headers, whole, pieces }) {
    const call = superagent(method, url)
      .set(headers)
      .ok(() => true)
      .buffer(true)
      .parse(superagent.parse.text);
    if (pieces === undefined) {
      const { status, text } = await call.send(whole);
      return [status, text];
    }
    const answered = new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));
    pieces.pipe(call);
    const { status, text } = await answered;
    return [status, text];
  },
};

const send = LIBRARIES[process.argv[2] ?? ''];
for await (const line of createInterface({ input: process.stdin })) {
  const [name, method, target, body = '', header = ''] = line.split('\t');
  const [kind, size] = body.split(' ');
  const data = 'x'.repeat(Number(size ?? 0));
  const [field, value] = header.split(': ');
  const [status, text] = await send({
    ...{ method, url: BASE + target },
    headers: { authorization: `Bearer ${TOKEN}`, ...(field && { [field]: value }) },
    whole: kind === 'whole' ? data : undefined,
    pieces: kind === 'stream' ? Readable.from([data.slice(0, 1000), data.slice(1000)]) : undefined,
  });
  process.stdout.write(`${[name, status, text ?? ''].join('\t')}\n`);
}
