import {
  ADDRESS_CODE_HOURS,
  addNoticeAddress,
  changeNoticeTopics,
  confirmNoticeAddress,
  listNoticeAddresses,
  makeMailedCode,
  type NoticeAddress,
  type Principal,
  removeNoticeAddress,
} from '@countersign/access';
import {
  type NewNoticeAddress,
  type NoticeAddressCode,
  type NoticeTopics,
  noticeAddressEndpoints,
} from '@countersign/api';
import type { CodeMailer } from '@countersign/mail';
import { Controller, Inject } from '@nestjs/common';
import type { Logger } from 'pino';
import { type BrokerDeps, CODE_MAILER, DEPS, LOGGER } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Slug } from '../http/input.js';
import { HttpProblem } from '../http/problem.js';

/** How long the mail server may take. */
const LONGEST_MS = 20_000;

/** Mailboxes of a tenant that get named kinds of notices. */
@Controller()
export class NoticeAddressesController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CODE_MAILER) private readonly mailer: CodeMailer | null,
  ) {}

  @Endpoint(noticeAddressEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return { items: (await listNoticeAddresses(this.deps, principal, slug)).map(addressAnswer) };
  }

  @Endpoint(noticeAddressEndpoints.add)
  async add(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { address: newAddress, topics }: NewNoticeAddress,
  ) {
    const { mailer } = this;
    if (mailer === null) throw new HttpProblem('not_ready', 'This broker sends no mail.');
    const code = makeMailedCode(this.deps.random);
    const added = await addNoticeAddress(this.deps, principal, slug, { address: newAddress, topics, code });
    const { address, tenantName: tenant } = added;
    // After the commit: an address that is not stored must get no mail.
    const sent = await mailer
      .sendAddressCode(
        { to: address.address, tenant, code, hours: ADDRESS_CODE_HOURS },
        AbortSignal.timeout(LONGEST_MS),
      )
      .then(
        () => true,
        (error: unknown) => {
          this.logger.warn({ err: error }, 'the code of a notice address was not sent');
          return false;
        },
      );
    return { ...addressAnswer(address), sent };
  }

  @Endpoint(noticeAddressEndpoints.confirm)
  async confirm(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('nad') id: string,
    @Body() { code }: NoticeAddressCode,
  ) {
    return addressAnswer(await confirmNoticeAddress(this.deps, principal, slug, id, code));
  }

  @Endpoint(noticeAddressEndpoints.change)
  async change(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Id('nad') id: string,
    @Body() { topics }: NoticeTopics,
  ) {
    const { address, warnings } = await changeNoticeTopics(this.deps, principal, slug, id, topics);
    return { ...addressAnswer(address), warnings };
  }

  @Endpoint(noticeAddressEndpoints.remove)
  async remove(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Id('nad') id: string) {
    return { warnings: await removeNoticeAddress(this.deps, principal, slug, id) };
  }
}

function addressAnswer({
  id,
  address,
  topics,
  state,
  addedBy,
  addedAt,
  codeUntil,
  confirmedAt,
}: NoticeAddress) {
  // A removed one is never answered.
  const ownState = state === 'active' ? ('active' as const) : ('waiting' as const);
  return { id, address, topics, state: ownState, addedBy, addedAt, codeUntil, confirmedAt };
}
