import '@xyflow/react/dist/base.css';
import './chart.css';
import {
  type ColorMode,
  ControlButton,
  Controls,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  useStoreApi,
} from '@xyflow/react';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { FlowLayout } from '../../../src/flow/shape.ts';
import { Icon } from '../../shared/icon.tsx';
import { formatClock } from '../../shared/spans.ts';
import { type Course, isIn, isPossible, takingsOf } from './course.ts';
import { middleOf } from './middle.ts';
import { roundedPath } from './rounded.ts';

type State = FlowLayout['states'][number];
type Arrow = FlowLayout['arrows'][number];
type Way = Pick<Arrow, 'id' | 'transitionIds' | 'lines'>;

type StateNode = Node<{ state: State; around: boolean }, 'state'>;
type DotNode = Node<{ text: string }, 'dot'>;
type ArrowEdge = Edge<{ arrow: Arrow }, 'arrow'>;

/** What nodes and arrows read of the moment that is shown: they themselves stay the same, so nothing is laid out anew. */
interface Shown {
  layout: FlowLayout;
  course: Course;
  chosenId: string | null;
  onChoose: (id: string) => void;
  /** A description to show while something is pointed at or has the focus. */
  onPeek: (text: string) => void;
}

const ShownContext = createContext<Shown | null>(null);

function useShown(): Shown {
  const shown = useContext(ShownContext);
  if (!shown) throw new Error('the chart is drawn outside of its context');
  return shown;
}

const startId = (path: string) => `start:${path}`;
const center = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) => ({
  x: x + width / 2,
  y: y + height / 2,
});

/** Handles say that arrows may begin and end here; where they do is the layout's to say. */
function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}

/** Bring what has the focus into view: moving the chart is not the browser's to do. */
function useFollowFocus() {
  const { setCenter, getZoom } = useReactFlow();
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  return useCallback(
    (target: Element, point: { x: number; y: number }) => {
      if (target.matches(':focus-visible'))
        setCenter(point.x, point.y, { zoom: getZoom(), duration: isStill ? 0 : 200 });
    },
    [setCenter, getZoom, isStill],
  );
}

function StateBox({ data: { state } }: NodeProps<StateNode>) {
  const { course, chosenId, onChoose, onPeek } = useShown();
  const follow = useFollowFocus();
  const stay = course.staysByPath.get(state.path);
  const isHere = isIn(course.state, state.path);
  const classes = [
    'chart-state',
    `chart-${state.kind}`,
    isHere && 'is-now',
    stay && 'is-visited',
    chosenId === state.path && 'is-chosen',
  ];
  const point = center(state);
  return (
    <div className={classes.filter(Boolean).join(' ')}>
      <Ends />
      <button
        type="button"
        className="chart-name"
        aria-pressed={chosenId === state.path}
        aria-description={state.description}
        onClick={() => onChoose(state.path)}
        onFocus={({ currentTarget }) => {
          onPeek(state.description);
          follow(currentTarget, { x: point.x, y: state.y + 80 });
        }}
        onBlur={() => onPeek('')}
        onMouseEnter={() => onPeek(state.description)}
        onMouseLeave={() => onPeek('')}
      >
        {state.name}
        {isHere && <span className="visually-hidden"> is here</span>}
      </button>
      <span className="chart-stay number">
        {stay ? `${stay.visits}× · ${formatClock(stay.ms)}` : <span className="visually-hidden">not entered</span>}
      </span>
      {state.stays.length > 0 && (
        <ul className="chart-stays" aria-label={`${state.path} takes without leaving`}>
          {state.stays.map((way) => (
            <li key={way.id}>
              <WayButton way={way} className="chart-stays-way" point={{ x: point.x, y: state.y + 80 }} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Transitions with one source and one target: how often they were taken, and the way to the records that did. */
function WayButton({ way, className, point }: { way: Way; className: string; point: { x: number; y: number } }) {
  const { layout, course, chosenId, onChoose, onPeek } = useShown();
  const follow = useFollowFocus();
  const count = takingsOf(course, way.transitionIds).length;
  const transitions = layout.transitions.filter(({ id }) => way.transitionIds.includes(id));
  const isNext = transitions.some((transition) => isPossible(transition, course.state, layout));
  const text = transitions
    .map(({ description }) => description)
    .filter(Boolean)
    .join(' ');
  const classes = [className, count > 0 && 'is-taken', isNext && 'is-possible', chosenId === way.id && 'is-chosen'];
  return (
    <button
      type="button"
      className={classes.filter(Boolean).join(' ')}
      aria-pressed={chosenId === way.id}
      aria-description={text || undefined}
      onClick={() => onChoose(way.id)}
      onFocus={({ currentTarget }) => {
        onPeek(text);
        follow(currentTarget, point);
      }}
      onBlur={() => onPeek('')}
      onMouseEnter={() => onPeek(text)}
      onMouseLeave={() => onPeek('')}
    >
      <span className="chart-lines">
        {way.lines.map((line, index) => (
          // Two lines may read the same; their order never changes.
          // biome-ignore lint/suspicious/noArrayIndexKey: see the line above
          <span key={index}>{line}</span>
        ))}
      </span>
      {count > 0 && (
        <span className="chart-count number">
          {count}×<span className="visually-hidden"> taken</span>
        </span>
      )}
      {isNext && <span className="visually-hidden"> may come next</span>}
    </button>
  );
}

function Dot({ data: { text } }: NodeProps<DotNode>) {
  return (
    <div className={text ? 'chart-anywhere' : 'chart-dot'}>
      <Ends />
      {text}
    </div>
  );
}

function ArrowLine({ data, markerEnd }: EdgeProps<ArrowEdge>) {
  const { course, layout, chosenId } = useShown();
  const arrow = data?.arrow;
  if (!arrow) return null;
  const count = takingsOf(course, arrow.transitionIds).length;
  const isNext = layout.transitions.some(
    (transition) => arrow.transitionIds.includes(transition.id) && isPossible(transition, course.state, layout),
  );
  const classes = [
    'chart-arrow',
    count > 0 && 'is-taken',
    isNext && 'is-possible',
    chosenId === arrow.id && 'is-chosen',
  ];
  const { label } = arrow;
  return (
    <>
      <path d={roundedPath(arrow.points)} className={classes.filter(Boolean).join(' ')} markerEnd={markerEnd} />
      {label && (
        <EdgeLabelRenderer>
          <div
            className="chart-label nodrag nopan"
            style={{
              transform: `translate(${label.x}px, ${label.y}px)`,
              width: label.width,
              height: label.height,
            }}
          >
            <WayButton way={arrow} className="chart-way" point={center(label)} />
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

const nodeTypes = { state: StateBox, dot: Dot };
const edgeTypes = { arrow: ArrowLine };
const colorMode: ColorMode = 'system';
const ZOOM = 1;
const FAR_ZOOM = 0.4;
/** How far beyond the chart one may look. */
const BEYOND = 200;

function nodesOf({ states, starts, anywhere }: FlowLayout): (StateNode | DotNode)[] {
  const still = { draggable: false, selectable: false, connectable: false, focusable: false } as const;
  return [
    ...states.map(
      (state): StateNode => ({
        id: state.path,
        type: 'state',
        position: { x: state.x, y: state.y },
        width: state.width,
        height: state.height,
        data: { state, around: state.kind === 'compound' },
        zIndex: state.path.split('.').length,
        ...still,
      }),
    ),
    ...[...starts, { ...anywhere, id: startId('any') }].map(
      (box): DotNode => ({
        id: box.id,
        type: 'dot',
        position: { x: box.x, y: box.y },
        width: box.width,
        height: box.height,
        data: { text: box.id === startId('any') ? 'any state' : '' },
        zIndex: 3,
        ...still,
      }),
    ),
  ];
}

function edgesOf({ arrows }: FlowLayout): ArrowEdge[] {
  return arrows.map((arrow) => ({
    id: arrow.id,
    type: 'arrow',
    source: arrow.from,
    target: arrow.to,
    data: { arrow },
    zIndex: 2,
    focusable: false,
    selectable: false,
    markerEnd: 'chart-tip',
    // The labels are what can be read and pressed.
    ariaLabel: '',
    domAttributes: { 'aria-hidden': true },
  }));
}

interface Props {
  layout: FlowLayout;
  course: Course;
  chosenId: string | null;
  onChoose: (id: string) => void;
}

/** The statechart, drawn where the service laid it out, with this interview's way over it. */
export default function FlowChart(props: Props) {
  return (
    <ReactFlowProvider>
      <Chart {...props} />
    </ReactFlowProvider>
  );
}

function Chart({ layout, course, chosenId, onChoose }: Props) {
  const [peek, setPeek] = useState('');
  const { setCenter } = useReactFlow();
  const { getState } = useStoreApi();
  const isFar = useStore(({ transform }) => transform[2] < FAR_ZOOM);
  const nodes = useMemo(() => nodesOf(layout), [layout]);
  const edges = useMemo(() => edgesOf(layout), [layout]);
  const shown = useMemo(
    () => ({ layout, course, chosenId, onChoose, onPeek: setPeek }),
    [layout, course, chosenId, onChoose],
  );
  const current = layout.states.find(({ path }) => path === course.state);
  const isReady = useRef(false);

  const goToCurrent = useCallback(
    (zoom?: number) => {
      if (!current) return;
      const isStill = !isReady.current || matchMedia('(prefers-reduced-motion: reduce)').matches;
      const { x, y } = center(current);
      const { width, height } = getState();
      const wanted = zoom ?? ZOOM;
      setCenter(middleOf(x, width / wanted, layout.width), middleOf(y, height / wanted, layout.height), {
        zoom: wanted,
        duration: isStill ? 0 : 300,
      });
    },
    [current, layout, setCenter, getState],
  );
  // The chart follows the interview, and leaves alone who is looking somewhere else in between.
  useEffect(() => {
    if (isReady.current) goToCurrent();
  }, [goToCurrent]);

  return (
    <ShownContext value={shown}>
      <section className={isFar ? 'chart is-far' : 'chart'} aria-label="Statechart">
        <svg className="chart-tips" aria-hidden="true">
          <defs>
            <marker
              id="chart-tip"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerUnits="userSpaceOnUse"
              markerWidth="10"
              markerHeight="10"
              orient="auto-start-reverse"
            >
              <path d="M0 0.5 8 4 0 7.5z" fill="context-stroke" />
            </marker>
          </defs>
        </svg>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          colorMode={colorMode}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          minZoom={0.15}
          maxZoom={1.5}
          translateExtent={[
            [-BEYOND, -BEYOND],
            [layout.width + BEYOND, layout.height + BEYOND],
          ]}
          onInit={() => {
            goToCurrent();
            isReady.current = true;
          }}
        >
          <Controls showInteractive={false} position="top-right">
            <ControlButton
              onClick={() => goToCurrent()}
              aria-label="Go to the current state"
              title="Go to the current state"
            >
              <Icon name="flag" />
            </ControlButton>
          </Controls>
          {peek && (
            <Panel position="bottom-left" className="chart-peek">
              {peek}
            </Panel>
          )}
        </ReactFlow>
      </section>
    </ShownContext>
  );
}
