/** What one look found. `mend` says what to do, and is null where nothing is to be done. */
export type Finding = {
  name: string;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  detail: string;
  mend: string | null;
};

export const ok = (name: string, detail: string): Finding => ({ name, status: 'ok', detail, mend: null });
export const skipped = (name: string, detail: string): Finding => ({
  name,
  status: 'skipped',
  detail,
  mend: null,
});
export const warning = (name: string, detail: string, mend: string): Finding => ({
  name,
  status: 'warning',
  detail,
  mend,
});
export const failed = (name: string, detail: string, mend: string): Finding => ({
  name,
  status: 'failed',
  detail,
  mend,
});
