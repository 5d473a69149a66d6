/** What is known of a count: at least `lo`, at most `hi`; null: without limit. */
export interface Interval {
  lo: number;
  hi: number | null;
}

/** One relation of counts: the sum of `factor` × variable is zero. Variables are named by their index. */
export type Equation = readonly { index: number; factor: number }[];

const TOLERANCE = 1e-7;

/**
 * The least and the greatest value that each of some counts can have, if all of them lie in their intervals and every equation
 * holds: what a reader can work out at most. Linear programming (the simplex method on a dense tableau), exact for real numbers,
 * and rounded inwards because counts are whole.
 *
 * @param wanted indices of the counts to bound
 * @throws Error if no values fit
 */
export function linearBounds(
  known: readonly Interval[],
  equations: readonly Equation[],
  wanted: readonly number[],
): Interval[] {
  const simplex = new Simplex(known, equations);
  return wanted.map((index) => {
    const least = simplex.minimum(index, 1);
    const greatest = simplex.minimum(index, -1);
    const base = known[index]?.lo ?? 0;
    return {
      // `|| 0`: rounding up to zero can give -0.
      lo: Math.ceil(base + (least ?? 0) - TOLERANCE) || 0,
      hi: greatest === null ? null : Math.floor(base - greatest + TOLERANCE),
    };
  });
}

/**
 * Variables are the distances from the lower limits, so that all are at least 0. Rows of the tableau: the equations, and one for
 * each upper limit with a slack variable. The last column is the right-hand side.
 */
class Simplex {
  readonly #rows: Float64Array[];
  readonly #basis: number[];
  readonly #columns: number;

  constructor(known: readonly Interval[], equations: readonly Equation[]) {
    const limited = known.flatMap(({ lo, hi }, index) => (hi === null ? [] : [{ index, width: hi - lo }]));
    const height = equations.length + limited.length;
    this.#columns = known.length + limited.length;
    const width = this.#columns + height + 1;
    this.#rows = Array.from({ length: height }, () => new Float64Array(width));
    this.#basis = Array.from({ length: height }, (_, row) => this.#columns + row);
    equations.forEach((equation, at) => {
      const row = this.row(at);
      for (const { index, factor } of equation) {
        row[index] = (row[index] ?? 0) + factor;
        row[width - 1] = (row[width - 1] ?? 0) - factor * (known[index]?.lo ?? 0);
      }
      if ((row[width - 1] ?? 0) < 0)
        for (let column = 0; column < width; column += 1) row[column] = -(row[column] ?? 0);
    });
    limited.forEach(({ index, width: limit }, at) => {
      const row = this.row(equations.length + at);
      row[index] = 1;
      row[known.length + at] = 1;
      row[width - 1] = limit;
      // The slack variable begins in the basis, so this row needs no artificial one.
      this.#basis[equations.length + at] = known.length + at;
    });
    equations.forEach((_, at) => {
      this.row(at)[this.#columns + at] = 1;
    });
    this.makeFeasible(equations.length);
  }

  /** The least value of `sign` × variable; null if there is none. */
  minimum(index: number, sign: 1 | -1): number | null {
    const costs = new Float64Array(this.#columns);
    costs[index] = sign;
    return this.optimise(costs, this.#columns);
  }

  /** Drives the artificial variables of the equations to 0. */
  private makeFeasible(count: number): void {
    const costs = new Float64Array(this.#columns + this.#rows.length);
    costs.fill(1, this.#columns, this.#columns + count);
    const left = this.optimise(costs, costs.length);
    if (left === null || left > 1e-6) throw new Error('no counts fit what is published');
    this.#basis.forEach((basic, at) => {
      if (basic < this.#columns) return;
      const column = this.row(at).findIndex(
        (value, index) => index < this.#columns && Math.abs(value) > TOLERANCE,
      );
      // Without one the equation follows from the others, and its row is zero.
      if (column >= 0) this.pivot(at, column);
    });
  }

  /** Minimises from the present basis. @param columns how many variables may enter. @returns null if there is no least value */
  private optimise(costs: Float64Array, columns: number): number | null {
    for (let step = 0; ; step += 1) {
      const entering = this.entering(costs, columns, step > 5_000);
      if (entering < 0) return this.value(costs);
      const leaving = this.leaving(entering);
      if (leaving < 0) return null;
      this.pivot(leaving, entering);
    }
  }

  private value(costs: Float64Array): number {
    return this.#basis.reduce((sum, basic, at) => sum + (costs[basic] ?? 0) * this.right(at), 0);
  }

  /** The variable whose growth lowers the costs most; after many steps the first one, which never cycles (Bland). */
  private entering(costs: Float64Array, columns: number, first: boolean): number {
    const reduced = Float64Array.from(costs.subarray(0, columns));
    this.#basis.forEach((basic, at) => {
      const cost = costs[basic] ?? 0;
      if (cost === 0) return;
      const row = this.row(at);
      for (let column = 0; column < columns; column += 1)
        reduced[column] = (reduced[column] ?? 0) - cost * (row[column] ?? 0);
    });
    let best = -1;
    let least = -TOLERANCE;
    for (let column = 0; column < columns; column += 1)
      if ((reduced[column] ?? 0) < least) {
        best = column;
        if (first) return best;
        least = reduced[column] ?? 0;
      }
    return best;
  }

  private leaving(column: number): number {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    this.#rows.forEach((row, at) => {
      const factor = row[column] ?? 0;
      // An artificial variable that is left over stays 0.
      const isStuck =
        (this.#basis[at] ?? 0) >= this.#columns && Math.abs(factor) > TOLERANCE && this.right(at) < TOLERANCE;
      if (factor <= TOLERANCE && !isStuck) return;
      const ratio = isStuck ? 0 : this.right(at) / factor;
      const isFirst = ratio < least - TOLERANCE;
      const isTie =
        !isFirst && ratio < least + TOLERANCE && (this.#basis[at] ?? 0) < (this.#basis[best] ?? 0);
      if (isFirst || isTie) {
        best = at;
        least = Math.min(least, ratio);
      }
    });
    return best;
  }

  private pivot(at: number, column: number): void {
    const pivotRow = this.row(at);
    const factor = pivotRow[column] ?? 1;
    for (let index = 0; index < pivotRow.length; index += 1)
      pivotRow[index] = (pivotRow[index] ?? 0) / factor;
    this.#rows.forEach((row, other) => {
      const by = row[column] ?? 0;
      if (other === at || by === 0) return;
      for (let index = 0; index < row.length; index += 1)
        row[index] = (row[index] ?? 0) - by * (pivotRow[index] ?? 0);
    });
    this.#basis[at] = column;
  }

  private row(at: number): Float64Array {
    const row = this.#rows[at];
    if (row === undefined) throw new Error(`the tableau has no row ${at}`);
    return row;
  }

  private right(at: number): number {
    return this.row(at).at(-1) ?? 0;
  }
}
