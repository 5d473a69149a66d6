type CallFrame = { functionName: string; url: string };

/** The part of a processor profile of V8 that is read here. Times are in microseconds. */
export type CpuProfile = {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
};

type Frame = { name: string; group: Group; time: number; children: Map<string, Frame> };

const WIDTH = 1_200;
const ROW = 18;
const TOP = 48;
/** Frames that are narrower than this are left out. */
const LEAST_PIXELS = 2.5;
const LETTER = 6.2;

const GROUPS = {
  gateway: { title: 'the gateway and its packages', colour: '#f2b866' },
  node: { title: 'Node', colour: '#9cc4e8' },
  collector: { title: 'garbage collector', colour: '#e89c9c' },
  native: { title: 'native code without a name', colour: '#c4c4c4' },
} as const;
type Group = keyof typeof GROUPS;

/** The profile as an SVG: each row is called by the row above it, and a width is a share of the time that was not idle. */
export function flameGraph(profile: CpuProfile, title: string): string {
  const root = merged(profile);
  const rects: string[] = [];
  let depth = 0;
  const draw = (frame: Frame, left: number, row: number): void => {
    const width = (frame.time / root.time) * WIDTH;
    if (width < LEAST_PIXELS) return;
    depth = Math.max(depth, row);
    rects.push(rectOf(frame, { left, width, row, share: frame.time / root.time }));
    let at = left;
    for (const child of [...frame.children.values()].sort((a, b) => b.time - a.time)) {
      draw(child, at, row + 1);
      at += (child.time / root.time) * WIDTH;
    }
  };
  draw(root, 0, 0);
  const height = TOP + (depth + 1) * ROW + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11" role="img" aria-label="${escaped(title)}">
<style>.t{fill:#1b1f24}@media(prefers-color-scheme:dark){.t{fill:#e6e9ec}}rect{stroke:#fff;stroke-width:.5}.n{fill:#111;pointer-events:none}</style>
<text class="t" x="4" y="16" font-size="14">${escaped(title)}</text>
${legend()}
${rects.join('\n')}
</svg>
`;
}

/** Functions of the same name below the same callers are one frame. Idle time is left out. */
function merged({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const selfTimes = new Map<number, number>();
  for (const [at, id] of samples.entries())
    selfTimes.set(id, (selfTimes.get(id) ?? 0) + Math.max(0, timeDeltas[at] ?? 0));
  const root: Frame = { name: 'all', group: 'native', time: 0, children: new Map() };
  for (const [id, time] of selfTimes) {
    const stack: { name: string; group: Group }[] = [];
    for (let node = byId.get(id); node !== undefined; node = byId.get(parents.get(node.id) ?? -1))
      stack.unshift(frameOf(node.callFrame));
    const [, ...frames] = stack;
    if (frames[0]?.name === '(idle)') continue;
    root.time += time;
    let frame = root;
    for (const { name, group } of frames) {
      const next = frame.children.get(name) ?? { name, group, time: 0, children: new Map() };
      frame.children.set(name, next);
      next.time += time;
      frame = next;
    }
  }
  return root;
}

function frameOf({ functionName, url }: CallFrame): { name: string; group: Group } {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (name === '(garbage collector)') return { name, group: 'collector' };
  if (url.startsWith('node:')) return { name, group: 'node' };
  return { name, group: url === '' ? 'native' : 'gateway' };
}

function rectOf(
  { name, group }: Frame,
  { left, width, row, share }: { left: number; width: number; row: number; share: number },
): string {
  const y = TOP + row * ROW;
  const letters = Math.floor((width - 6) / LETTER);
  const text = name.length <= letters ? name : `${name.slice(0, letters - 1)}…`;
  const label =
    letters < 3 ? '' : `<text class="n" x="${(left + 3).toFixed(1)}" y="${y + 13}">${escaped(text)}</text>`;
  const place = `x="${left.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}"`;
  const tip = `<title>${escaped(name)}: ${(share * 100).toFixed(1)} %</title>`;
  return `<g>${tip}<rect ${place} fill="${GROUPS[group].colour}"/>${label}</g>`;
}

const legend = (): string =>
  Object.values(GROUPS)
    .map(({ title, colour }, at) => {
      const x = 4 + at * 220;
      return `<rect x="${x}" y="26" width="12" height="12" fill="${colour}"/><text class="t" x="${x + 18}" y="36">${title}</text>`;
    })
    .join('\n');

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
