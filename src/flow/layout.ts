import Elk from 'elkjs/lib/elk.bundled.js';
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { type Chart, type ChartState, chart } from './chart.ts';
import type { FlowLayout, FlowTransition } from './shape.ts';

// Where everything of the statechart stands. It changes with the machine only, so it is worked out once.

/** The sizes that web/console/flow/chart.css draws in. Units: CSS pixels. */
const CHAR_WIDTH = 6.7;
const NAME_CHAR_WIDTH = 8.4;
const LINE_HEIGHT = 18;
const STAYS_HEIGHT = 24;
const HEAD_HEIGHT = 52;
const PADDING = 24;
/** Room for how often a transition was taken. */
const COUNT_WIDTH = 36;
const DOT = 12;

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.feedbackEdges': 'true',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.spacing.nodeNode': '32',
  'elk.spacing.edgeNode': '20',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
  'elk.padding': '[top=16,left=16,bottom=16,right=16]',
};

type Way = FlowLayout['arrows'][number];

const lineOf = ({ cause, guard, kind }: FlowTransition) => {
  if (kind === 'decision') return guard === null ? cause : `[${guard}]`;
  return guard === null ? cause : `${cause} [${guard}]`;
};

const widthOf = (lines: string[]) => Math.max(...lines.map((line) => line.length)) * CHAR_WIDTH + PADDING + COUNT_WIDTH;

function isWithin(path: string, around: string): boolean {
  return around === '' || path === around || path.startsWith(`${around}.`);
}

const startOf = (path: string) => `start:${path}`;

/** Where an arrow ends: one that enters the state around it once more begins again at its dot. */
function endOf({ from, to }: FlowTransition): string {
  return to !== from && from !== '' && isWithin(from, to ?? '') ? startOf(to ?? '') : (to ?? '');
}

const staysHere = ({ from, to }: FlowTransition) => to === null || to === from;

/** What leads from one state to another, drawn as one arrow. */
function arrowsOf({ transitions }: Chart): Omit<Way, 'points' | 'label'>[] {
  const byEnds = new Map<string, FlowTransition[]>();
  for (const transition of transitions) {
    if (staysHere(transition)) continue;
    const ends = `${transition.from || 'any'} > ${transition.to}`;
    byEnds.set(ends, [...(byEnds.get(ends) ?? []), transition]);
  }
  return [...byEnds].map(([id, all]) => ({
    id,
    from: all[0]?.from || startOf('any'),
    to: all[0] ? endOf(all[0]) : '',
    transitionIds: all.map((transition) => transition.id),
    lines: all.map(lineOf),
  }));
}

/** What a state takes without leaving it: a line for each, and one for all defects. */
function staysOf({ path }: ChartState, { transitions }: Chart): FlowLayout['states'][number]['stays'] {
  const own = transitions.filter((transition) => transition.from === path && staysHere(transition));
  const defects = own.filter(({ kind }) => kind === 'defect');
  const lines = own.filter(({ kind }) => kind !== 'defect').map((one) => ({ id: one.id, all: [one], line: one.cause }));
  const last = defects.length > 0 ? [{ id: `${path} defects`, all: defects, line: 'a defect' }] : [];
  return [...lines, ...last].map(({ id, all, line }) => ({
    id,
    transitionIds: all.map((transition) => transition.id),
    lines: [line],
  }));
}

/** Where a compound state begins: above everything in it. */
const dot = (path: string): ElkNode => ({
  id: startOf(path),
  width: DOT,
  height: DOT,
  layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' },
});

type Drawn = ChartState & { stays: FlowLayout['states'][number]['stays'] };

function toNode(state: Drawn, states: Drawn[]): ElkNode {
  const lines = state.stays.flatMap((way) => way.lines);
  const width = Math.max(150, state.name.length * NAME_CHAR_WIDTH + PADDING, lines.length > 0 ? widthOf(lines) : 0);
  const height = HEAD_HEIGHT + (lines.length > 0 ? lines.length * STAYS_HEIGHT + 8 : 0);
  if (state.kind !== 'compound') return { id: state.path, width, height };
  return {
    id: state.path,
    layoutOptions: {
      'elk.padding': `[top=${height + 12},left=24,bottom=24,right=24]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`,
    },
    children: [
      dot(state.path),
      ...states.filter(({ parent }) => parent === state.path).map((child) => toNode(child, states)),
    ],
  };
}

function toEdge({ id, from, to, lines }: Omit<Way, 'points' | 'label'>): ElkExtendedEdge {
  const label = {
    text: id,
    layoutOptions: { 'elk.edgeLabels.inline': 'true' },
    width: widthOf(lines),
    height: lines.length * LINE_HEIGHT + 8,
  };
  return { id, sources: [from], targets: [to], ...(lines.length > 0 ? { labels: [label] } : {}) };
}

function placed({ x = 0, y = 0, width = 0, height = 0 }: Partial<Record<'x' | 'y' | 'width' | 'height', number>>) {
  return { x: Math.round(x), y: Math.round(y), width: Math.ceil(width), height: Math.ceil(height) };
}

function withChildren(node: ElkNode): ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(withChildren)];
}

/** Lay the chart out. It takes most of a second of computing, so src/flow/worker.ts calls it, beside the service. */
export async function layOut(): Promise<FlowLayout> {
  const states: Drawn[] = chart.states
    .filter(({ path }) => path !== '')
    .map((state) => ({ ...state, stays: staysOf(state, chart) }));
  const begins = chart.states.flatMap(({ path, initial }) => (initial === null ? [] : [{ path, initial }]));
  const starts = begins.map(({ path, initial }) => ({
    id: `${startOf(path)} > ${initial}`,
    from: startOf(path),
    to: initial,
    transitionIds: [],
    lines: [],
  }));
  const arrows = [...starts, ...arrowsOf(chart)];
  const root: ElkNode = await new Elk.default().layout({
    id: 'chart',
    layoutOptions: options,
    children: [
      dot(''),
      { id: startOf('any'), width: 110, height: 36 },
      ...states.filter(({ parent }) => parent === '').map((state) => toNode(state, states)),
    ],
    edges: arrows.map(toEdge),
  });
  const nodesById = new Map(withChildren(root).map((node) => [node.id, node]));
  const edgesById = new Map((root.edges ?? []).map((edge) => [edge.id, edge]));
  return {
    machineVersion: chart.version,
    width: Math.ceil(root.width ?? 0),
    height: Math.ceil(root.height ?? 0),
    states: states.map((state) => ({ ...state, ...placed(nodesById.get(state.path) ?? {}) })),
    anywhere: placed(nodesById.get(startOf('any')) ?? {}),
    starts: begins.map(({ path }) => ({ id: startOf(path), ...placed(nodesById.get(startOf(path)) ?? {}) })),
    arrows: arrows.map((arrow) => {
      const edge = edgesById.get(arrow.id);
      const points = (edge?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
        startPoint,
        ...bendPoints,
        endPoint,
      ]);
      return { ...arrow, points: points.map(placed), label: edge?.labels?.[0] ? placed(edge.labels[0]) : null };
    }),
    transitions: chart.transitions,
  };
}
