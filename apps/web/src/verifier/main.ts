import '../log/strict-schemas.js';
import { type AnchorFile, parseAnchorFile } from '@countersign/audit-log';
import { type Language, pickLanguage } from '@countersign/contract';
import { LANGUAGE_NAMES, LOCALES, nextLanguage } from '@countersign/wording';
import { faultTexts } from '../log/fault.text.js';
import type { ReplayFault } from '../log/replay-log.js';
import { button, el, notice, show } from '../signing/view.js';
import { type ChosenFile, droppedFiles, FolderLog } from './folder-log.js';
import { type VerifierWords, verifierTexts } from './verifier.text.js';
import { type Finding, type Progress, verifyCopy } from './verify-copy.js';

/**
 * The page that verifies a copy of a log on the reader's own computer. It is one file without a server: its policy allows
 * no connection, so that what it reads cannot leave it.
 */
class VerifierPage {
  private copy: FolderLog | undefined;
  private readonly state = el('p', { class: 'soft', role: 'status' });
  private readonly anchor = el('input', {
    type: 'file',
    id: 'anchor',
    accept: '.json,application/json',
  }) as HTMLInputElement;
  private readonly vkey = el('input', {
    id: 'vkey',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
  }) as HTMLInputElement;
  private readonly progress = el('div', { role: 'status' });
  private readonly result = el('div', { 'aria-live': 'polite' });
  private isBusy = false;

  constructor(
    private readonly words: VerifierWords,
    private readonly language: Language,
  ) {}

  show(): void {
    const { words } = this;
    const other = nextLanguage(this.language);
    const switchTo = button(LANGUAGE_NAMES[other], () => {
      location.hash = other;
    });
    switchTo.lang = other;
    show(
      words.title,
      el('p', { class: 'soft' }, words.lead),
      this.folderSection(),
      el(
        'section',
        {},
        el('h2', {}, words.key),
        el('div', { class: 'field' }, el('label', { for: 'anchor' }, words.anchor), this.anchor),
        el('div', { class: 'field' }, el('label', { for: 'vkey' }, words.vkey), this.vkey),
      ),
      el(
        'p',
        {},
        button(words.button, () => void this.verify(), 'primary'),
      ),
      this.progress,
      this.result,
      el('p', { class: 'top' }, switchTo),
    );
  }

  private folderSection(): HTMLElement {
    const { words } = this;
    const input = el('input', {
      type: 'file',
      id: 'folder',
      webkitdirectory: '',
      multiple: '',
      'aria-describedby': 'folder-hint',
    }) as HTMLInputElement;
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      this.choose(files.map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    });
    const drop = el(
      'div',
      { class: 'drop' },
      el('p', { class: 'soft', id: 'folder-hint' }, words.folderHint),
      el('div', { class: 'field' }, el('label', { for: 'folder' }, words.folderLabel), input),
    );
    const mark = (isOver: boolean) => drop.classList.toggle('over', isOver);
    drop.addEventListener('dragover', (event) => {
      event.preventDefault();
      mark(true);
    });
    drop.addEventListener('dragleave', () => mark(false));
    drop.addEventListener('drop', (event) => {
      event.preventDefault();
      mark(false);
      void droppedFiles([...(event.dataTransfer?.items ?? [])]).then(
        (files) => this.choose(files),
        () => this.state.replaceChildren(words.unreadable),
      );
    });
    return el('section', {}, el('h2', {}, words.folder), drop, this.state);
  }

  private choose(files: readonly ChosenFile[]): void {
    const { words } = this;
    this.copy = FolderLog.of(files);
    this.result.replaceChildren();
    const text =
      this.copy === undefined
        ? words.noLog
        : `${words.chosen(this.number(this.copy.size))} ${this.copy.deployment === undefined ? words.noDeployment : words.hasDeployment}`;
    this.state.replaceChildren(text);
  }

  private async verify(): Promise<void> {
    if (this.isBusy) return;
    const { words, copy } = this;
    this.result.replaceChildren();
    if (copy === undefined) return this.refuse(words.needFolder);
    const file = this.anchor.files?.[0];
    const anchor = file === undefined ? undefined : parseAnchorFile(await file.text());
    if (file !== undefined && anchor === undefined) return this.refuse(this.faultWords('invalid_anchor'));
    const typed = this.vkey.value.trim();
    const vkey = anchor?.vkey ?? typed;
    if (vkey === '') return this.refuse(words.needKey);
    if (anchor !== undefined && typed !== '' && typed !== anchor.vkey)
      return this.refuse(this.faultWords('anchor_differs'));
    await this.run(copy, { vkey, anchor });
  }

  private async run(copy: FolderLog, key: { vkey: string; anchor: AnchorFile | undefined }): Promise<void> {
    const { words } = this;
    this.isBusy = true;
    try {
      const finding = await verifyCopy(copy, key, this.onProgress());
      this.result.replaceChildren(finding.ok ? this.verified(finding) : this.fault(finding.fault));
    } catch (error) {
      this.refuse(`${words.unreadable} (${String(error)})`);
    } finally {
      this.progress.replaceChildren();
      this.isBusy = false;
    }
  }

  private onProgress(): Progress {
    const { words } = this;
    const bar = el('progress', { 'aria-label': words.title, max: '1' }) as HTMLProgressElement;
    const text = el('p', { class: 'soft' }, words.reading);
    this.progress.replaceChildren(bar, text);
    return (what, done, size) => {
      bar.max = size;
      bar.value = done;
      const say = what === 'tenant' ? words.progress : words.progressDeployment;
      text.replaceChildren(say(this.number(done), this.number(size)));
    };
  }

  private verified({ point, report, isReplayable, hasOpenings }: Finding & { ok: true }): HTMLElement {
    const { words } = this;
    const { checks, gaps } = words;
    const isReplayed = report?.replayed === true;
    const signed = report?.witnessed.cosignatures.filter(({ at }) => at !== null) ?? [];
    const size = this.number(point.size);
    const checked = [
      checks.structure,
      ...(isReplayed
        ? [
            checks.calls(this.number(report.calls), this.number(report.grants)),
            report.trust === null ? checks.unclaimed : checks.trust(report.trust),
          ]
        : []),
      ...(report !== null && hasOpenings ? [checks.opened(this.number(report.opened))] : []),
      ...(signed.length === 0 ? [] : [checks.witnessed(signed.map(({ name }) => name).join(', '))]),
    ];
    const missing = [
      ...(isReplayed ? [] : [isReplayable ? gaps.replay : gaps.noTenant]),
      ...(report !== null && hasOpenings ? [] : [gaps.openings]),
      ...(report === null || report.sealedLogs.length === 0
        ? []
        : [gaps.sealed(report.sealedLogs.join(', '))]),
      gaps.truth,
      gaps.older,
    ];
    return el(
      'section',
      {},
      notice(isReplayed ? words.ok(size) : words.okStructure(size), isReplayed ? 'open' : 'plain'),
      el(
        'dl',
        {},
        el('dt', {}, words.log),
        el('dd', { class: 'code' }, point.origin),
        el('dt', {}, words.root),
        el('dd', { class: 'code' }, point.root),
      ),
      el('h2', {}, words.checked),
      list(checked),
      el('h2', {}, words.notChecked),
      list(missing),
      ...this.notes(report?.warnings ?? []),
    );
  }

  private notes(warnings: readonly { detail: string; index: number | null }[]): HTMLElement[] {
    if (warnings.length === 0) return [];
    const lines = warnings.map(({ detail, index }) => (index === null ? detail : `${detail} (${index})`));
    const notes = list(lines);
    notes.lang = 'en';
    return [el('h2', {}, this.words.notes), notes];
  }

  private fault({ code, index, detail }: ReplayFault): HTMLElement {
    const { words } = this;
    const faults = faultTexts[this.language];
    const isUnknown = code === 'unknown_event';
    const place = index === null || isUnknown ? '' : ` ${faults.atLeaf(this.number(index))}`;
    const verdict = isUnknown ? faults.unknown : words.failed;
    return el(
      'section',
      {},
      notice(`${verdict}. ${this.faultWords(code)}${place}`, isUnknown ? 'wait' : 'stop'),
      el('p', { class: 'code', lang: 'en' }, `${words.detail}: ${code}. ${detail}`),
    );
  }

  /** The verifier's own words are in English, so each fault has a sentence in the reader's language before them. */
  private faultWords(code: ReplayFault['code']): string {
    const { codes } = faultTexts[this.language];
    return Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : this.words.replayFault;
  }

  private refuse(why: string): void {
    this.result.replaceChildren(notice(why, 'stop'));
  }

  private number(value: number): string {
    return new Intl.NumberFormat(LOCALES[this.language]).format(value);
  }
}

const list = (lines: readonly string[]): HTMLElement =>
  el('ul', {}, ...lines.map((line) => el('li', {}, line)));

function start(): void {
  const language = pickLanguage([location.hash.slice(1), navigator.language]);
  document.documentElement.lang = language;
  new VerifierPage(verifierTexts[language], language).show();
}

addEventListener('hashchange', start);
// A file that misses the frame for it must not replace this page.
for (const name of ['dragover', 'drop'] as const) addEventListener(name, (event) => event.preventDefault());
start();
