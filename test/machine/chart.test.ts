import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as xstate from 'xstate';
import { interview } from '../../machines/interview.ts';
import { edgesOf } from '../support/edges.ts';
import { invokedIdsByPath, restingPaths } from '../support/positions.ts';

// The form of the chart: what lets the Stately tools open machines/interview.ts as it is ([M31]).

const source = readFileSync(fileURLToPath(new URL('../../machines/interview.ts', import.meta.url)), 'utf8');

type Named = string | { type: string; params?: unknown };
type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

interface Transition {
  at: string;
  target?: string;
  guard?: Named;
  actions: Named[];
}

interface Node {
  path: string;
  key: string;
  config: Json;
  invokes: Json[];
  eventTypes: string[];
  transitions: Transition[];
}

function readTransitions(at: string, config: unknown): Transition[] {
  return list(config as Json | string | undefined).map((found, index) => {
    const transition: Json = isObject(found) ? found : { target: found };
    return {
      ...transition,
      at: `${at}[${index}]`,
      actions: list(transition.actions as Named | Named[] | undefined),
    };
  });
}

/** Every state of the config, the root first, with all its transitions. */
function readNodes(key: string, config: Json, parentPath = ''): Node[] {
  const path = parentPath ? `${parentPath}.${key}` : key;
  const invokes = list(config.invoke as Json | Json[] | undefined);
  const on = (config.on ?? {}) as Json;
  const transitions = [
    ...Object.entries(on).flatMap(([type, found]) => readTransitions(`${path} on ${type}`, found)),
    ...readTransitions(`${path} always`, config.always),
    ...invokes.flatMap(({ id, onDone, onError }) => [
      ...readTransitions(`${path} ${id} onDone`, onDone),
      ...readTransitions(`${path} ${id} onError`, onError),
    ]),
  ];
  const children = Object.entries((config.states ?? {}) as Record<string, Json>);
  return [
    { path, key, config, invokes, eventTypes: Object.keys(on), transitions },
    ...children.flatMap(([childKey, child]) => readNodes(childKey, child, path)),
  ];
}

const nodes = readNodes('interview', interview.config as unknown as Json);
const transitions = nodes.flatMap((node) => node.transitions);

function evaluateAlone(text: string): { interview: typeof interview } {
  // What Stately's Sketch does: strip the types and the imports, evaluate with xstate's names in scope and nothing else.
  const script = stripTypeScriptTypes(text)
    .replace(/^import [^;]*?from 'xstate';$/gm, '')
    .replace(/^export /gm, '');
  if (/^\s*import\b/m.test(script)) throw new Error('the file imports more than xstate');
  const make = new Function(...Object.keys(xstate), `'use strict';\n${script}\nreturn { interview };`);
  return make(...Object.values(xstate));
}

describe('[M31] the file', () => {
  test('imports nothing but xstate, and calls nothing that differs from run to run', () => {
    expect([...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name)).toEqual(['xstate']);
    expect(source).not.toMatch(/\brequire\(|\bimport\(|process\.|Date\b|Math\.random|crypto|setTimeout|performance\b/);
  });

  test("evaluates with only xstate's names in scope, to the same chart", () => {
    const alone = evaluateAlone(source).interview;
    expect(JSON.stringify(alone.config)).toBe(JSON.stringify(interview.config));
    expect(alone.root.machine).not.toBe(interview);
  });

  test('that check refuses a file with another import or a helper from elsewhere', () => {
    expect(() => evaluateAlone(`import { z } from 'zod';\n${source}`)).toThrow('imports more than xstate');
    expect(() => evaluateAlone(source.replace("initial: 'IDLE'", 'initial: initialState'))).toThrow('initialState');
  });
});

describe('[M31] states', () => {
  test('are exactly the five, in order, upper case below too', () => {
    expect(Object.keys(interview.config.states ?? {})).toEqual([
      'IDLE',
      'QUESTIONING',
      'EVALUATING',
      'FOLLOW_UP',
      'COMPLETE',
    ]);
    for (const { key, path } of nodes.slice(1)) expect(key, path).toMatch(/^[A-Z][A-Z_]*$/);
  });

  test('have a description each, and so has the interview', () => {
    for (const { path, config } of nodes) expect(config.description, path).toMatch(/^[A-Z].{20,}\.$/);
  });

  test('have no `after`, no history, no children in parallel: nothing that a restore would lose', () => {
    for (const { path, config } of nodes) {
      expect(config.after, path).toBeUndefined();
      expect(['final', undefined], path).toContain(config.type);
    }
    expect(JSON.stringify(interview.config)).not.toContain('"delay"');
  });

  test('are named by literal targets that exist', () => {
    const ids = new Set(nodes.map(({ path }) => path));
    for (const { target, at } of transitions) {
      if (target === undefined) continue;
      const nodePath = at.split(' ')[0] ?? '';
      const siblingOf = nodePath.split('.').slice(0, -1).join('.');
      if (target.startsWith('#')) expect(ids, at).toContain(target.slice(1));
      else expect(ids, at).toContain(target.startsWith('.') ? nodePath + target : `${siblingOf}.${target}`);
    }
  });
});

describe('[M31] names', () => {
  const nameOf = (named: Named): string => {
    // A function here would be an inline implementation: Stately shows it as a blank.
    if (typeof named === 'string') return named;
    expect(Object.keys(named).filter((key) => key !== 'type' && key !== 'params')).toEqual([]);
    return named.type;
  };
  const entryAndExit = nodes.flatMap(({ config }) => [
    ...list(config.entry as Named[]),
    ...list(config.exit as Named[]),
  ]);
  const used = {
    guards: transitions.flatMap(({ guard }) => (guard === undefined ? [] : nameOf(guard))),
    actions: [...transitions.flatMap(({ actions }) => actions), ...entryAndExit].map(nameOf),
    actors: nodes.flatMap(({ invokes }) => invokes.map(({ src }) => src as string)),
  };

  test.each(['guards', 'actions', 'actors'] as const)(
    'of %s are strings; all are implemented and all are used',
    (kind) => {
      for (const name of used[kind]) expect(name).toBeTypeOf('string');
      expect([...new Set(used[kind])].sort()).toEqual(Object.keys(interview.implementations[kind]).sort());
    },
  );

  test('of delays there are none', () => {
    expect(Object.keys(interview.implementations.delays)).toEqual([]);
  });

  test('of events are dotted lower case', () => {
    const types = [...new Set(nodes.flatMap(({ eventTypes }) => eventTypes))];
    expect(types.length).toBe(13);
    for (const type of types) expect(type).toMatch(/^[a-z]+(\.[a-z]+)+$/);
  });

  test('of facts are dotted lower camel case', () => {
    const types = [...source.matchAll(/^ {2}\| \{ type: '([^']+)'/gm)].map(([, type]) => type ?? '');
    expect(types.length).toBeGreaterThan(20);
    for (const type of types) expect(type).toMatch(/^[a-z]+([A-Z][a-z]+)*(\.[a-z]+)?$/);
  });
});

describe('[M31] invoked actors', () => {
  test('have an id, an input, onDone and onError', () => {
    for (const { path, invokes } of nodes) {
      for (const invoke of invokes) {
        expect(Object.keys(invoke).sort(), path).toEqual(['id', 'input', 'onDone', 'onError', 'src']);
        expect(invoke.id, path).toMatch(/^[a-z][A-Za-z]*$/);
      }
    }
  });

  test('have an id of their own among those that run together', () => {
    // Together run those of a state and of all states around it.
    for (const { path } of nodes) {
      const around = nodes.filter((node) => path === node.path || path.startsWith(`${node.path}.`));
      const ids = around.flatMap(({ invokes }) => invokes.map(({ id }) => id));
      expect(new Set(ids).size, path).toBe(ids.length);
    }
  });

  test('are started by the states that the tests say', () => {
    for (const path of restingPaths) {
      const node = nodes.find((found) => found.path === `interview.${path}`);
      expect(node?.invokes.map(({ id }) => id).sort(), path).toEqual([...invokedIdsByPath[path]].sort());
    }
  });

  test('tell every defect', () => {
    const onError = transitions.filter(({ at }) => at.includes('onError'));
    expect(onError.length).toBe(nodes.flatMap(({ invokes }) => invokes).length);
    for (const { actions, at } of onError) expect(actions, at).toContain('tellDefect');
  });
});

describe('[M31] the definition as JSON', () => {
  /** Paths of everything in the config that JSON leaves out. */
  function lost(value: unknown, path: string): string[] {
    if (typeof value === 'function' || value === undefined) return [path];
    return isObject(value) ? Object.entries(value).flatMap(([key, child]) => lost(child, `${path}.${key}`)) : [];
  }

  test('loses the context factory and the input of each invoked actor, and nothing else', () => {
    // Known to the Stately tools: functions without a name are not drawn. Names, targets and descriptions all are.
    const { schemas: _types, ...config } = interview.config as unknown as Json;
    const paths = lost(config, 'interview');
    const inputs = paths.filter((path) => /\.invoke(\.\d)?\.input$/.test(path));
    expect(paths.filter((path) => !inputs.includes(path))).toEqual(['interview.context']);
    expect(inputs.length).toBe(nodes.flatMap(({ invokes }) => invokes).length);
  });

  test('makes the same chart again', () => {
    const { schemas: _types, ...config } = JSON.parse(JSON.stringify(interview.config));
    const again = xstate.createMachine(config);
    expect(edgesOf(again)).toEqual(edgesOf(interview));
  });
});
