import { suggestionFaults } from '../blocks/check.js';
import type { Callback, Deliverer, Outcome } from '../deliver.js';
import { find, isEmpty, type Placed, stateValues, type Values, valueFor } from '../fields.js';
import type { Json, Message } from '../messages.js';
import type { AppSettings } from '../methods/call.js';
import type { Channel, Installation, Member, OpenView } from '../model.js';
import { plainMessage, plainView } from '../show/plain.js';
import type { World } from '../world.js';
import { close, type Done, done, takeCommandAnswer, takeViewAnswer } from './answers.js';
import {
  type Actor,
  blockActions,
  closing,
  event,
  shortcut,
  slashFields,
  submission,
  suggestion,
  type Target,
} from './payloads.js';

/** What people act through. */
export interface Stage {
  world: World;
  app: AppSettings;
  origin: string;
  deliverer: Deliverer;
}

const nothingSent: Outcome = { request: null, status: null, acked: false, ms: 0, answer: null };

/** Somebody with Slack before them: reads, presses, types; Slack tells the app. */
export class Person {
  /** What was chosen in messages, by message and block. */
  private readonly chosen = new Map<string, Values>();

  constructor(
    private readonly stage: Stage,
    readonly member: Member,
  ) {}

  get id(): string {
    return this.member.id;
  }

  /** Types a command. In a channel shared by Slack Connect there are none. */
  async slash(command: string, text = '', where?: Channel): Promise<Done> {
    if (where !== undefined && where.kind !== 'im' && where.teams.length > 1)
      return done(nothingSent, { trouble: `${command} does not work in a shared channel` });
    const actor = this.actor(this.ownInstallation());
    const channel = where ?? this.stage.world.directChannel(actor.installation, this.id);
    return takeCommandAnswer(actor, channel, await this.tell(this.slashCallback(command, text, channel)));
  }

  /** What a command would tell the app, not yet told. */
  slashCallback(command: string, text = '', where?: Channel): Callback {
    const actor = this.actor(this.ownInstallation());
    const channel = where ?? this.stage.world.directChannel(actor.installation, this.id);
    return { kind: 'slash_commands', payload: slashFields(actor, command, text, channel) };
  }

  /** Chooses a global shortcut. */
  async shortcut(callbackId: string): Promise<Done> {
    const payload = shortcut(this.actor(this.ownInstallation()), callbackId);
    return done(await this.tell({ kind: 'interactive', payload }));
  }

  /** Presses a button, by its action or its words. Any question whether they are sure is answered yes. */
  async click(where: Message | OpenView, name: string): Promise<Done> {
    const { callback, placed } = this.pressOf(where, name);
    const { url } = placed.element;
    return done(await this.tell(callback), { url: typeof url === 'string' ? url : null });
  }

  /** What a press would tell the app, not yet told. */
  pressOf(where: Message | OpenView, name: string): { callback: Callback; placed: Placed } {
    const { actor, target, blocks } = this.at(where);
    const placed = find(blocks, name);
    if (placed.element['type'] !== 'button') throw new Error(`${name} is no button`);
    const payload = blockActions(actor, target, placed, {}, this.state(where));
    return { callback: { kind: 'interactive', payload }, placed };
  }

  /** Chooses from a menu, or types into a field; the app is notified if it asked to be. */
  async choose(where: Message | OpenView, name: string, answer: string | readonly string[]): Promise<Done> {
    const { actor, target, blocks } = this.at(where);
    const placed = find(blocks, name);
    const { block, blockId, element } = placed;
    const external = String(element['type']).endsWith('external_select');
    const offered: Json[] = [];
    if (external)
      for (const typed of [answer].flat()) offered.push(...(await this.suggest(where, name, String(typed))));
    const value = valueFor(element, answer, offered);
    const state = this.state(where);
    if (element['type'] !== 'overflow')
      state[blockId] = { ...state[blockId], [String(element['action_id'])]: value };
    const silent = block['type'] === 'input' && block['dispatch_action'] !== true;
    if (silent) return done({ ...nothingSent, acked: true });
    const { type: _, ...rest } = value;
    const payload = blockActions(actor, target, placed, rest, state);
    return done(await this.tell({ kind: 'interactive', payload }));
  }

  /** Types into an external select. @returns what is offered */
  async suggest(where: Message | OpenView, name: string, typed: string): Promise<Json[]> {
    const { actor, target, blocks } = this.at(where);
    const payload = suggestion(actor, target, find(blocks, name), typed);
    const { acked, answer } = await this.tell({ kind: 'interactive', payload });
    if (!acked) throw new Error(`the app offered nothing for ${name}`);
    const faults = suggestionFaults(answer);
    if (faults.length > 0) throw new Error(`Slack shows no such options: ${faults.join('; ')}`);
    const { options, option_groups: groups } = answer as {
      options?: Json[];
      option_groups?: { options: Json[] }[];
    };
    return options ?? (groups ?? []).flatMap((group) => group.options);
  }

  /**
   * Fills fields of the view on top and submits it.
   * @throws Error where Slack itself would not let them: no submit button, a required field is empty
   */
  async submit(view: OpenView, answers: Record<string, string | readonly string[]> = {}): Promise<Done> {
    for (const [name, answer] of Object.entries(answers)) await this.choose(view, name, answer);
    if (view.content['submit'] === undefined) throw new Error('the view has nothing to submit');
    const blocks = view.content['blocks'] as Json[];
    const values = stateValues(blocks, view.values);
    for (const block of blocks) {
      if (block['type'] !== 'input' || block['optional'] === true) continue;
      const value = values[String(block['block_id'])]?.[String((block['element'] as Json)['action_id'])];
      if (isEmpty(value)) throw new Error(`${block['block_id']} must be filled`);
    }
    const actor = this.actor(view.installation);
    const payload = submission(actor, view);
    return takeViewAnswer(actor, view, await this.tell({ kind: 'interactive', payload }));
  }

  /** Closes the view on top. */
  async close(view: OpenView): Promise<void> {
    const { world } = this.stage;
    const actor = this.actor(view.installation);
    const payload = closing(actor, view, false);
    close({ world }, view);
    if (view.content['notify_on_close'] === true) await this.tell({ kind: 'interactive', payload });
  }

  /** Opens the app's home. */
  async openHome(): Promise<Done> {
    const installation = this.ownInstallation();
    const { world } = this.stage;
    const inner = {
      type: 'app_home_opened',
      user: this.id,
      tab: 'home',
      channel: this.direct?.id ?? world.id('D'),
    };
    const payload = event({ ...this.stage, installation }, this.member.team, inner, false);
    return done(await this.tell({ kind: 'events_api', payload }));
  }

  /** Opens an address that the app sent them to at Slack. @returns where Slack sends them on */
  async authorise(url: string | URL, choices: { org?: boolean; deny?: boolean } = {}): Promise<URL> {
    const page = new URL(url);
    page.searchParams.set('user', this.id);
    if (choices.org) page.searchParams.set('org', '1');
    if (choices.deny) page.searchParams.set('deny', '1');
    const answer = await fetch(page, { redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`Slack says: ${await answer.text()}`);
    return new URL(location);
  }

  /** The modal on top; undefined if none is open. */
  get view(): OpenView | undefined {
    const { world } = this.stage;
    return world.views.get(world.stack(this.member.team, this.id).at(-1) ?? '');
  }

  get home(): OpenView | undefined {
    const installation = this.stage.world.installationFor(this.member.team);
    return this.stage.world.homes.get(`${installation?.key}/${this.id}`);
  }

  /** The direct conversation with the app. */
  get direct(): Channel | undefined {
    return [...this.stage.world.channels.values()].find(
      ({ kind, members }) => kind === 'im' && members.has(this.id),
    );
  }

  /** What the app told them alone, in channels. */
  get whispers(): Message[] {
    return this.stage.world.ephemerals.filter(({ onlyFor, deleted }) => onlyFor === this.id && !deleted);
  }

  /** A message or a view as they read it. */
  reads(what: Message | OpenView): string {
    const reader = { zone: this.member.zone };
    return 'content' in what
      ? plainView(this.stage.world, what, reader)
      : plainMessage(this.stage.world, what, reader);
  }

  private at(where: Message | OpenView): { actor: Actor; target: Target; blocks: Json[] } {
    if ('content' in where) {
      const actor = this.actor(where.installation);
      return { actor, target: { view: where }, blocks: where.content['blocks'] as Json[] };
    }
    const { world } = this.stage;
    const installation = world.installations.get(String(where.installation));
    const channel = world.channels.get(where.channel);
    if (installation === undefined || channel === undefined) throw new Error('not a message of the app');
    return { actor: this.actor(installation), target: { message: where, channel }, blocks: where.blocks };
  }

  private state(where: Message | OpenView): Values {
    if ('content' in where) return where.values;
    const state = this.chosen.get(where.ts) ?? {};
    this.chosen.set(where.ts, state);
    return state;
  }

  private actor(installation: Installation): Actor {
    return { ...this.stage, member: this.member, installation };
  }

  private ownInstallation(): Installation {
    const installation = this.stage.world.installationFor(this.member.team);
    if (installation === null) throw new Error(`the app is not installed in ${this.member.team}`);
    return installation;
  }

  private tell(callback: Callback): Promise<Outcome> {
    return this.stage.deliverer.deliver(callback);
  }
}
