/** The result of one check. `mend` says how to fix it, and is null if there is nothing to fix. */
export type Finding = {
  name: string;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  detail: string;
  mend: string | null;
};

type Make = (name: string, detail: string) => Finding;
type MakeWithFix = (name: string, detail: string, mend: string) => Finding;

export const ok: Make = (name, detail) => ({ name, status: 'ok', detail, mend: null });
export const skipped: Make = (name, detail) => ({ name, status: 'skipped', detail, mend: null });
export const warning: MakeWithFix = (name, detail, mend) => ({ name, status: 'warning', detail, mend });
export const failed: MakeWithFix = (name, detail, mend) => ({ name, status: 'failed', detail, mend });
