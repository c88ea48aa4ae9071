import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyStateNode } from 'xstate';
import { interview } from '../machines/interview.ts';

// `npm run flow` writes the machine down for pages and pull requests: as a picture in the README and in a file of its
// own, and as the JSON that Stately's tools import. None of them can tell another story.

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');
const block = /(?<=```mermaid\n)[\s\S]*?(?=```)/;

/** A state and everything below it. */
function withChildren(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(withChildren)];
}

/** The top-level state that a node is in. */
function topOf(node: AnyStateNode): string {
  return node.path[0] ?? '';
}

/** What sets a transition off: an event, a deadline by its id, or the decision after an evaluation. */
function causeOf(eventType: string, guard: unknown): string {
  if (eventType === '') return typeof guard === 'string' ? `[${guard}]` : '[else]';
  return eventType.replace(/^xstate\.done\.actor\.(.+)$/, '$1 deadline');
}

/** The chart as Mermaid: the top-level states, and every way from one to the next with what sets it off. */
export function drawFlow(): string {
  const causesByArrow = new Map<string, Set<string>>([[`[*] --> ${interview.config.initial}`, new Set()]]);
  const states = Object.values(interview.root.states);
  for (const state of states) {
    for (const node of [interview.root, ...withChildren(state)]) {
      if (node === interview.root && state.type === 'final') continue;
      const always = (node.always ?? []).map((transition) => ({ ...transition, eventType: '' }));
      for (const { eventType, guard, target, reenter } of [...[...node.transitions.values()].flat(), ...always]) {
        const to = target?.[0] && topOf(target[0]);
        // Within one state only coming back to its beginning is drawn: the next question.
        if (!to || (to === state.key && !(reenter && target[0]?.path.length === 1 && node.path.length > 1))) continue;
        const arrow = `${state.key} --> ${to}`;
        causesByArrow.set(arrow, (causesByArrow.get(arrow) ?? new Set()).add(causeOf(eventType, guard)));
      }
    }
  }
  for (const state of states) if (state.type === 'final') causesByArrow.set(`${state.key} --> [*]`, new Set());
  const lines = [...causesByArrow].map(([arrow, causes]) =>
    causes.size === 0 ? arrow : `${arrow}: ${[...causes].sort().join('<br/>')}`,
  );
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** What is written, by file. */
export const flowFiles: Record<string, string> = {
  'machines/interview.mmd': drawFlow(),
  'machines/interview.json': `${JSON.stringify(interview.config, null, 2)}\n`,
};

/** The picture that the README shows now. */
export function readFlow(): string {
  return block.exec(readFileSync(readme, 'utf8'))?.[0] ?? '';
}

if (import.meta.main) {
  writeFileSync(readme, readFileSync(readme, 'utf8').replace(block, drawFlow()));
  for (const [file, text] of Object.entries(flowFiles)) writeFileSync(join(root, file), text);
}
