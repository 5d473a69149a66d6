/** Which states may follow which. A state without followers is terminal. */
export type TransitionTable<State extends string> = Readonly<Record<State, readonly State[]>>;

/** @returns the target, for use as a value; @throws Error where the table has no such step (a programming error) */
export function transition<State extends string>(
  table: TransitionTable<State>,
  from: State,
  to: State,
): State {
  if (!table[from].includes(to)) throw new Error(`no transition from ${from} to ${to}`);
  return to;
}

export function isTerminal<State extends string>(table: TransitionTable<State>, state: State): boolean {
  return table[state].length === 0;
}
