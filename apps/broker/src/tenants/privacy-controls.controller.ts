import {
  type ControlsFacts,
  type ControlsView,
  getPrivacyControls,
  type Principal,
  type PrivacyControls,
  setPrivacyControls,
} from '@countersign/access';
import { parsePrivacyControls, privacyControlsShape } from '@countersign/config';
import { formatDuration } from '@countersign/contract';
import { Controller, Get, Inject, Put, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Slug } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { given } from '../http/page.js';
import { invalidInput } from '../http/read-input.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component, digestText } from '../openapi/components.js';
import { UNTIL_CLAIMED } from './until-claimed.js';

const version = digestText().describe('Names exactly this content.');
const controlsBody = component(
  'PrivacyControlsBody',
  privacyControlsShape.extend({
    version: version.describe('What the change was made on.'),
    maxDuration: privacyControlsShape.shape.maxDuration
      .nullable()
      .describe('ISO 8601; null, like leaving it out, leaves the vendor’s.'),
  }),
);
const controlsShape = component(
  'PrivacyControls',
  z.object({
    version,
    approvals: z.int(),
    maxDuration: z.string().nullable().describe('ISO 8601; null leaves the vendor’s.'),
    countersign: z.array(z.string()).describe('Actions that are approved with a passkey only.'),
    slackMayApprove: z.array(z.string()),
    forbid: z.array(z.object({ service: z.string(), resource: z.string(), actions: z.array(z.string()) })),
  }),
);

/** A customer's own policy. */
@Controller('api/v1/tenants/:slug/privacy-controls')
export class PrivacyControlsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('controls.read')
  @Describe({
    summary: 'Read a tenant’s privacy controls',
    answer: { status: 200, description: 'As they stand.', schema: controlsShape },
    errors: ['not_found'],
  })
  async read(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    return answer(await getPrivacyControls(this.deps, principal, slug), response);
  }

  @Put()
  @Allow('controls.write')
  @Describe({
    summary: 'Change a tenant’s privacy controls',
    description: `The whole of them, by the rules of the organisation file; what is left out takes its default. For the tenant’s admins; not in a session by mailed code. \`conflict\` where they changed after \`version\`. ${UNTIL_CLAIMED}`,
    body: { schema: controlsBody },
    answer: { status: 200, description: 'As they stand now.', schema: controlsShape },
    errors: ['not_found', 'conflict'],
  })
  async write(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { version, maxDuration, ...others }: z.infer<typeof controlsBody>,
    @Res({ passthrough: true }) response: Response,
  ) {
    const wanted = { ...others, ...(maxDuration === null ? {} : given({ maxDuration })) };
    const judge = (facts: ControlsFacts) => judged(wanted, facts);
    return answer(await setPrivacyControls(this.deps, principal, slug, version, judge), response);
  }
}

/** @throws HttpProblem `invalid_request` with every problem */
function judged(wanted: unknown, facts: ControlsFacts): PrivacyControls {
  const read = parsePrivacyControls(wanted, facts);
  if ('controls' in read) return read.controls;
  throw invalidInput(read.problems.map(({ pointer, detail }) => ({ pointer, detail: `${detail}.` })));
}

function answer({ version, controls }: ControlsView, response: Response): z.infer<typeof controlsShape> {
  response.setHeader('ETag', `"${version}"`);
  const { maxDuration } = controls;
  return { version, ...controls, maxDuration: maxDuration === null ? null : formatDuration(maxDuration) };
}
