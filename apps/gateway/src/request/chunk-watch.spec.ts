import { headEnd } from './chunk-watch.js';

const HEAD = 'POST /x HTTP/1.1\r\nHost: localhost\r\nA:\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('headEnd', () => {
  test.each(['2\r\n{}\r\n0\r\n\r\n', 'ab;x=1\r\n', 'a', '5 x: y\r\n\r\n', '0\r\n\r\n', ''])(
    'P4: finds the end of a head before %j wherever the piece begins in it',
    (body) => {
      for (let from = 0; from < HEAD.length; from += 1) {
        const piece = Buffer.from(HEAD.slice(from) + body, 'latin1');
        expect([from, headEnd(piece)]).toEqual([from, HEAD.length - from]);
      }
    },
  );
});
