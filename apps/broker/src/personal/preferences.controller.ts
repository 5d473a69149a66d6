import {
  type NoticeChoices,
  type Preferences,
  type Principal,
  readPreferences,
  savePreferences,
} from '@countersign/access';
import { type NewPreferences, preferenceEndpoints } from '@countersign/api';
import { NOTICE_WAYS, PERSONAL_TOPICS } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal } from '../http/input.js';

type Ways = NewPreferences['notices'];

/** A person's own choices about their messages. */
@Controller()
export class PreferencesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(preferenceEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal) {
    return preferencesAnswer(await readPreferences(this.deps, principal));
  }

  @Endpoint(preferenceEndpoints.save)
  async save(@CurrentPrincipal() principal: Principal, @Body() { notices, zone }: NewPreferences) {
    return preferencesAnswer(await savePreferences(this.deps, principal, { off: offOf(notices), zone }));
  }
}

/** The API lists what is on. What is off is stored, so that a way that comes later is on for everyone. */
const offOf = (on: Ways): NoticeChoices =>
  Object.fromEntries(
    PERSONAL_TOPICS.map((topic) => [topic, NOTICE_WAYS.filter((way) => !on[topic].includes(way))]),
  );

const preferencesAnswer = ({ off, zone, browserZone }: Preferences) => ({
  notices: Object.fromEntries(
    PERSONAL_TOPICS.map((topic) => [topic, NOTICE_WAYS.filter((way) => !(off[topic] ?? []).includes(way))]),
  ) as Ways,
  zone,
  browserZone,
});
