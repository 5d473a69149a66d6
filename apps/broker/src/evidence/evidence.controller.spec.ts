import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Principal } from '@countersign/access';
import type { Response } from 'express';
import { pino } from 'pino';
import { EvidenceController } from './evidence.controller.js';
import type { EvidencePacks } from './evidence-packs.js';

const PIECES = ['one ', 'two ', 'three'];

/** Answers a request with a pack of three pieces. @returns the answer, and the pieces that were made */
async function answerTo(method: string) {
  const sentPieces: string[] = [];
  const make: EvidencePacks['make'] = async (_principal, _tenant, { period }, begin) => {
    const sink = begin({ name: period, from: '', to: '' });
    for (const piece of PIECES) {
      await sink(Buffer.from(piece));
      sentPieces.push(piece);
    }
  };
  const controller = new EvidenceController({ make } as EvidencePacks, pino({ level: 'silent' }));
  const server = http.createServer((_request, response) => {
    void controller.read({} as Principal, 'acme', { period: 'A..B' }, response as Response);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://localhost:${port}`, { method });
    return {
      made: sentPieces,
      text: await response.text(),
      name: response.headers.get('content-disposition'),
    };
  } finally {
    server.close();
  }
}

test('GET downloads the pack; HEAD gets the same headers, and no pack is made for it', async () => {
  const name = 'attachment; filename="countersign-evidence-acme-A-B.zip"';
  expect(await answerTo('GET')).toEqual({ made: PIECES, text: PIECES.join(''), name });
  expect(await answerTo('HEAD')).toEqual({ made: [], text: '', name });
});
