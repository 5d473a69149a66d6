import type { TransparencyReportAnswer } from '@countersign/api';

type Figure = TransparencyReportAnswer['figures'][string];

const HEIGHT = 10;
const WIDTH = 200;

/**
 * A bar as long as the figure: what is certain is solid, what a band leaves open is hatched by a lighter tone. Screen readers read
 * the number beside it.
 */
export function FigureBar({ figure, most }: { figure: Figure; most: number }) {
  const scale = (value: number) => (most === 0 ? 0 : (Math.min(value, most) / most) * WIDTH);
  const [lo, hi] = [scale(figure.lo), scale(figure.hi ?? most)];
  return (
    <svg
      className="figure-bar"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <rect width={hi} height={HEIGHT} rx="2" fill="currentColor" opacity="0.25" />
      <rect width={lo} height={HEIGHT} rx="2" fill="currentColor" />
    </svg>
  );
}

/** The longest bar of several figures. */
export const mostOf = (figures: readonly (Figure | undefined)[]): number =>
  Math.max(1, ...figures.map((figure) => figure?.hi ?? figure?.lo ?? 0));
