import { createServer } from 'node:http';

/** The upstream where the machine has no nginx: answers every request with the same small document. */
const BODY = JSON.stringify({ id: 'inv-1', status: 'open', total: 1234.5, currency: 'EUR' });

createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length });
  response.end(BODY);
}).listen(Number(process.env['PORT']), '127.0.0.1');
