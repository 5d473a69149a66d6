import { AccessError } from '@countersign/access';
import { ProtocolError } from '@countersign/gateway-protocol';
import { StoreError } from '@countersign/persistence';
import { BadRequestException, ForbiddenException, NotFoundException } from '@nestjs/common';
import { HttpProblem, toProblem } from './problem.js';

const parserError = (status: number) =>
  Object.assign(new Error('secret body text'), { status, type: 'entity' });

describe('errors as problems', () => {
  test('the domain’s words and pointer reach the caller, its private detail does not', () => {
    const error = new AccessError('digest_mismatch', 'Read it again.', {
      pointer: '/digest',
      privateDetail: 'row 17',
      cause: new Error('inner'),
    });
    expect(toProblem(error)).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'Read it again.',
      code: 'digest_mismatch',
      pointer: '/digest',
    });
  });

  test('refusals come along', () => {
    const refusals = [{ code: 'unknown_tenant' as const, detail: 'x', pointer: '/tenant' }];
    expect(toProblem(new AccessError('request_refused', 'x', { refusals }))).toMatchObject({
      status: 422,
      refusals,
    });
  });

  test.each([
    [new NotFoundException('Cannot GET /x'), 404, 'not_found'],
    [new BadRequestException('inner'), 400, 'invalid_request'],
    [new ForbiddenException('inner'), 403, 'forbidden'],
    [parserError(400), 400, 'invalid_request'],
    [parserError(413), 413, 'body_too_large'],
    [parserError(415), 400, 'invalid_request'],
    [new ProtocolError('invalid_records', '/entries: wrong'), 400, 'invalid_request'],
    [new ProtocolError('invalid_session', '/code: wrong'), 400, 'invalid_request'],
    [new ProtocolError('invalid_event', 'inner'), 500, 'internal_error'],
    [new HttpProblem('invalid_cursor', 'x'), 400, 'invalid_cursor'],
    [new AccessError('invalid_request', 'x', { pointer: '/cursor' }), 400, 'invalid_cursor'],
    [new StoreError('store_busy', 'inner'), 503, 'not_ready'],
    [new StoreError('database_unreadable', 'inner'), 503, 'not_ready'],
    [new StoreError('secret_unreadable', 'inner'), 500, 'internal_error'],
    [new Error('SELECT secret'), 500, 'internal_error'],
    [Object.assign(new Error('x'), { status: 404 }), 500, 'internal_error'],
    ['a string', 500, 'internal_error'],
    [null, 500, 'internal_error'],
  ])('%p → %d %s, without foreign words', (error, status, code) => {
    const answer = toProblem(error);
    expect(answer).toMatchObject({ status, code });
    expect(answer.detail).not.toMatch(/secret|inner|Cannot/);
  });
});
