import { HeadCollector } from '../../apps/gateway/src/http1/head-collector.js';
import { PreviousFieldLines, parseRequestHead } from '../../apps/gateway/src/http1/request-head.js';
import { parseWithNode } from '../../test/support/node-parser.js';
import { compare } from '../support/rate.js';
import { type Family, type Row, rounded, times } from '../support/table.js';

const MAX_BYTES = 16_384;
const SMALL_BYTES = 1_024;

/** What a head costs that arrives one byte at a time: a reader that searched again from the beginning would take sixteen times as long. */
export const headPieces: Family = {
  name: 'head-pieces',
  async run(): Promise<Row[]> {
    const [large, small] = [headOf(MAX_BYTES), headOf(SMALL_BYTES)];
    const [largePieces, smallPieces] = [byteByByte(large), byteByByte(small)];
    const sixteenSmall = () => {
      for (let bytes = 0; bytes < MAX_BYTES; bytes += SMALL_BYTES) read(smallPieces);
    };
    const what = 'head of 16 KiB, one byte at a time';
    const linear = await compare(() => read(largePieces), sixteenSmall);
    const pieces = await compare(
      () => read(largePieces),
      () => read([large]),
    );
    const node = await compare(
      () => read(largePieces),
      () => parseWithNode('request', largePieces),
    );
    const nodeAlone = await compare(
      () => parseWithNode('request', largePieces),
      () => parseWithNode('request', [large]),
    );
    return [
      row(what, '16 heads of 1 KiB, one byte at a time', linear, '≤ 2 × the time'),
      row(what, 'the same in one piece', pieces, ''),
      row(what, 'the same by Node’s parser', node, ''),
      row(`${what}, by Node’s parser`, 'the same in one piece', nodeAlone, ''),
    ];
  },
};

const byteByByte = (head: Buffer) => Array.from(head, (_, at) => head.subarray(at, at + 1));

/** A head of exactly so many bytes, with its empty line. */
function headOf(bytes: number): Buffer {
  const first = 'GET /tenants/acme/invoices HTTP/1.1\r\nHost: localhost\r\n';
  const line = 'X-Field: 0123456789abcdef0123456789abcdef\r\n';
  const lines = Math.floor((bytes - first.length - 64) / line.length);
  const begin = `${first}${line.repeat(lines)}X-Rest: `;
  return Buffer.from(`${begin}${'y'.repeat(bytes - begin.length - 4)}\r\n\r\n`);
}

function read(pieces: readonly Buffer[]): void {
  const heads = new HeadCollector(MAX_BYTES);
  let text: string | undefined;
  for (const piece of pieces) text = heads.push(piece, 0);
  parseRequestHead(text as string, new PreviousFieldLines());
}

function row(
  what: string,
  rival: string,
  { ours, rivals, ratio }: Awaited<ReturnType<typeof compare>>,
  target: string,
): Row {
  const micros = (rate: number) => `${rounded(1e6 / rate)} µs`;
  return {
    what,
    figure: micros(ours),
    rival,
    rivalFigure: micros(rivals),
    ratio: `${times(1 / ratio)} the time`,
    target,
  };
}
