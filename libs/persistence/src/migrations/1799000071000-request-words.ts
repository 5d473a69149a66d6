import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, word } from './columns.js';

/** The words that requests are found by, also those of earlier requests. Frozen once released. */
export class RequestWords1799000071000 implements MigrationInterface {
  readonly name = 'RequestWords1799000071000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(WORDS);
    for (const name of ['justification', 'ticket']) await addEarlier(runner, name);
  }

  /** Requests would no longer be found: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const ORDER = ['word', 'created_at', 'request_id'];

const WORDS = new Table({
  name: 'request_words',
  columns: [
    key('commitment'),
    key('word'),
    key('request_id'),
    word('tenant'),
    word('requester'),
    word('created_at'),
  ],
  indices: [
    { name: 'request_words_word', columnNames: ORDER },
    { name: 'request_words_tenant', columnNames: ['tenant', ...ORDER] },
    { name: 'request_words_requester', columnNames: ['requester', ...ORDER] },
  ],
});

interface Text {
  id: string;
  tenant: string;
  requester: string;
  created_at: string;
  commitment: string;
  value: string;
}

const BATCH = 200;

const WORD = /[\p{L}\p{N}]+/gu;
const start = (text: string, characters: number): string => [...text].slice(0, characters).join('');

/** The words of a text as they were when this migration was written: a migration imports no rule that may change later. */
function searchWords(name: string, text: string): string[] {
  const plain = text.normalize('NFKC');
  const found = plain.toLowerCase().match(WORD) ?? [];
  const words = [...new Set(found.map((each) => start(each, 64)))].slice(0, 200);
  return name === 'ticket' ? [...words, `=${start(plain.trim().toLowerCase(), 256)}`] : words;
}

/** The words of one text of all earlier requests, in batches by their ids. */
async function addEarlier(runner: QueryRunner, name: string): Promise<void> {
  const isPostgres = runner.dataSource.options.type === 'postgres';
  const commitment = isPostgres ? `(r.terms::json ->> '${name}')` : `json_extract(r.terms, '$.${name}')`;
  const parameters = (count: number) =>
    Array.from({ length: count }, (_, index) => (isPostgres ? `$${index + 1}` : '?')).join(', ');
  for (let after = ''; ; ) {
    const texts = (await runner.query(
      `SELECT r.id, r.tenant, r.requester, r.created_at, o.commitment, o.value FROM requests r
        JOIN openings o ON o.tenant = r.tenant AND o.commitment = ${commitment}
        WHERE r.id > ${parameters(1)} ORDER BY r.id LIMIT ${BATCH}`,
      [after],
    )) as Text[];
    for (const { id, tenant, requester, created_at, commitment: of, value } of texts)
      for (const found of searchWords(name, value))
        await runner.query(
          `INSERT INTO request_words (commitment, word, request_id, tenant, requester, created_at)
            VALUES (${parameters(6)})`,
          [of, found, id, tenant, requester, created_at],
        );
    const last = texts.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
