import { createServer, type ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

/** The rival: a proxy on the gateway's own HTTP client that checks nothing and writes nothing down. */
const upstream = new Pool(String(process.env['UPSTREAM']), { pipelining: 1 });
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

createServer((request, response) => {
  const { method = 'GET', url: path = '/', rawHeaders } = request;
  const headers: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const left = HOP_BY_HOP.has(name.toLowerCase()) || name.toLowerCase() === 'host';
    if (!left) headers.push(name, rawHeaders[at + 1] ?? '');
  }
  upstream.dispatch({ method, path, headers, body: null }, answerWith(response));
}).listen(Number(process.env['PORT']), '127.0.0.1');

function answerWith(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    // undici knows a handler by this method.
    onRequestStart() {},
    onResponseStart(_controller, status, headers) {
      response.writeHead(
        status,
        Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name))),
      );
    },
    onResponseData(_controller, chunk) {
      response.write(chunk);
    },
    onResponseEnd() {
      response.end();
    },
    onResponseError() {
      response.destroy();
    },
  };
}
