import {
  type ApiKey,
  createOwnApiKey,
  listOwnApiKeys,
  type Principal,
  revokeOwnApiKey,
} from '@countersign/access';
import { parseDuration } from '@countersign/contract';
import { Controller, Delete, Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component, idText, instant, pageOf } from '../openapi/components.js';
import { durationText } from '../requests/ask-body.js';

const LONGEST_DAYS = 366;
const keyBody = component(
  'ApiKeyBody',
  z.strictObject({
    ttl: durationText
      .refine((text) => {
        const seconds = parseDuration(text) ?? 0;
        return seconds > 0 && seconds <= LONGEST_DAYS * 86_400;
      }, `At most P${LONGEST_DAYS}D`)
      .describe('How long it lives, ISO 8601.'),
  }),
);
const keyEntry = { id: idText('key', 'The key.'), expiresAt: instant() };
const issuedShape = component(
  'IssuedApiKey',
  z.object({ ...keyEntry, key: z.string().describe('`csk_…`; shown this once.') }),
);
const keyShape = component(
  'ApiKey',
  z.object({ ...keyEntry, createdAt: instant(), revokedAt: instant().nullable() }),
);

/** Keys for a person's own programs. They sign nothing: what must be countersigned is not theirs to approve. */
@Controller('api/v1/keys')
export class OwnKeysController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @Allow('self.read')
  @Describe({
    summary: 'Make an API key for oneself',
    description: 'In the person’s own browser session alone. Of a claimed tenant nobody else can make one.',
    body: { schema: keyBody },
    answer: { status: 201, description: 'The key.', schema: issuedShape },
  })
  async create(@CurrentPrincipal() principal: Principal, @Body() { ttl }: z.infer<typeof keyBody>) {
    const { id, key, expiresAt } = await createOwnApiKey(this.deps, principal, parseDuration(ttl) ?? 0);
    return { id, key, expiresAt };
  }

  @Get()
  @Allow('self.read')
  @Describe({
    summary: 'List one’s own API keys',
    answer: {
      status: 200,
      description: 'All of them, newest first; `next` is null.',
      schema: pageOf('ApiKeyPage', keyShape),
    },
  })
  async list(@CurrentPrincipal() principal: Principal) {
    return { items: (await listOwnApiKeys(this.deps, principal)).map(keyAnswer), next: null };
  }

  @Delete(':id')
  @Allow('self.read')
  @Describe({
    summary: 'Revoke one of one’s own API keys',
    answer: { status: 204, description: 'It is revoked.' },
    errors: ['not_found'],
  })
  async revoke(@CurrentPrincipal() principal: Principal, @Id('key') id: string): Promise<void> {
    await revokeOwnApiKey(this.deps, principal, id);
  }
}

const keyAnswer = ({ id, createdAt, expiresAt, revokedAt }: ApiKey) => ({
  id,
  createdAt,
  expiresAt,
  revokedAt,
});
