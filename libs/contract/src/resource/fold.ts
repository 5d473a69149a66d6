/** Segments in which only the case of letters can differ from what a service reads. */
const PLAIN = /^[A-Za-z0-9._~-]+$/;
/** Accents once they are apart from their letters, and what no one sees. Databases and file systems often ignore both. */
const IGNORED = /[\u0300-\u0362\p{Default_Ignorable_Code_Point}]/gu;
/** Where services cut a path that they have decoded: matrix parameters, a query, a fragment. */
const CUT = /[;?#]/;
const ONLY_DOTS = /^\.*$/;

/**
 * What a segment is to a service that reads paths loosely: letters in any case or width, with or without accents, are the same, what
 * follows `;`, `?` or `#` is ignored, `+` is a space, and spaces at the ends and invisible characters are ignored. Two segments that some service reads alike have
 * the same folded form, apart from a format suffix (`readingsOf`). It is no spelling of a resource: compare it, and never forward it.
 *
 * @param segment in its one spelling (`segmentOf`), or a literal of a route
 */
export function foldSegment(segment: string): string {
  if (PLAIN.test(segment)) return segment.toLowerCase();
  const [base = ''] = foldText(decodeURIComponent(segment)).split(CUT, 1);
  return base.replaceAll('+', ' ').trim();
}

/**
 * The one rule for how a word may be spelled, in a path and in any other text. Letters of any case and width, with or without accents, are
 * one: `K` (the Kelvin sign) is `k`, `ſ` is `s`, `ß` is `ss`, `Ｅ` and `é` are `e`, and the dotless and the dotted I of Turkish are `i`.
 */
export function foldText(text: string): string {
  const letters = text.normalize('NFKD').replace(IGNORED, '');
  return letters.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
}

/** Whether a service that reads loosely finds nothing in the segment, or a dot segment: `..;x` is `..` once it is decoded and cut. */
export function foldsToNothing(folded: string): boolean {
  return ONLY_DOTS.test(folded);
}

/**
 * The values that a service may read in a folded segment: itself, and without a format suffix (`export.json` is `export`). Suffixes are
 * cut at each dot, because services disagree on where one begins.
 *
 * @param longest longer readings are left out
 */
export function* readingsOf(folded: string, longest = folded.length): Generator<string> {
  if (folded.length <= longest) yield folded;
  for (let dot = folded.indexOf('.', 1); dot !== -1; dot = folded.indexOf('.', dot + 1)) {
    const reading = folded.slice(0, dot).trimEnd();
    if (reading.length > longest) return;
    yield reading;
  }
}
