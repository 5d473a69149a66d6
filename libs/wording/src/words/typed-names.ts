/** `inv-1, inv-2` → the names one by one. */
export const typedNames = (typed: string): string[] => typed.split(/[\s,]+/).filter((name) => name !== '');

/** A name stands in the folder; one with a slash stands for itself. */
export const inFolder = (folder: string, name: string): string =>
  name.includes('/') ? name : `${folder}/${name}`;
