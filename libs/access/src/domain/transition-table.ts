/** A state machine: for each state, the states that may follow it. A state without followers is terminal. */
export type TransitionTable<State extends string> = Readonly<Record<State, readonly State[]>>;

/**
 * Applies one transition.
 *
 * @returns the new state
 * @throws Error if the table does not list this transition (a programming error)
 */
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
