import { useEffect, useState } from 'react';
import { Icon } from '../../shared/icon.tsx';
import type { Api } from '../api.ts';
import { type Attention, attentions, type Filter, outcomes, SEARCH_CHARS_MAX, states } from '../filter.ts';
import { attentionTexts, outcomeLabels, stateLabels } from '../wording.ts';

/** How long nobody types before it is searched. Units: ms. */
const TYPING_MS = 250;

/** Which interviews are shown: search, plan, outcome, what needs attention, state. */
export function ListFilter({
  api,
  filter,
  onChange,
}: {
  api: Api;
  filter: Filter;
  /** `isTyped`: one letter more is no place to come back to. */
  onChange: (change: Partial<Filter>, isTyped?: boolean) => void;
}) {
  return (
    <search className="list-filters">
      <SearchField q={filter.q} onChange={(q) => onChange({ q }, true)} />
      <PlanChoice api={api} planId={filter.planId} onChange={(planId) => onChange({ planId })} />
      <Choice
        label="Filter by outcome"
        value={filter.outcome}
        all="Any outcome"
        options={outcomes.map((value) => ({ value, text: outcomeLabels[value].text }))}
        onChange={(outcome) => onChange({ outcome })}
      />
      <Choice<Attention>
        label="Filter by attention"
        value={filter.attention}
        all="Attention: all"
        options={attentions.map((value) => ({ value, text: attentionTexts[value] }))}
        onChange={(attention) => onChange({ attention })}
      />
      <StateFilter state={filter.state} onChoose={(state) => onChange({ state })} />
    </search>
  );
}

function SearchField({ q, onChange }: { q: string; onChange: (q: string) => void }) {
  const [text, setText] = useState(q);
  const [asked, setAsked] = useState(q);
  // The address may change by itself: back, forward, a link.
  if (asked !== q) {
    setAsked(q);
    setText(q);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait again
  useEffect(() => {
    if (text === q) return;
    const timer = setTimeout(() => {
      setAsked(text);
      onChange(text);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label className="search-field">
      <span className="visually-hidden">Search by name, external id or id</span>
      <Icon name="search" />
      <input
        type="search"
        className="input"
        dir="auto"
        placeholder="Name, external id or id"
        maxLength={SEARCH_CHARS_MAX}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  );
}

function Choice<Value extends string>({
  label,
  value,
  all,
  options,
  onChange,
}: {
  label: string;
  value: Value | null;
  all: string;
  options: { value: Value; text: string }[];
  onChange: (value: Value | null) => void;
}) {
  return (
    <select
      className={value === null ? 'input' : 'input is-set'}
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => onChange(options.find((one) => one.value === event.target.value)?.value ?? null)}
    >
      <option value="">{all}</option>
      {options.map((one) => (
        <option key={one.value} value={one.value}>
          {one.text}
        </option>
      ))}
    </select>
  );
}

/** The plans are asked for once; one that is gone from them is still what the address says. */
function PlanChoice({
  api,
  planId,
  onChange,
}: {
  api: Api;
  planId: string | null;
  onChange: (planId: string | null) => void;
}) {
  const [ids, setIds] = useState<string[]>([]);
  useEffect(() => {
    let isWanted = true;
    api.listPlans().then((reply) => {
      if (reply.ok && isWanted) setIds(reply.value.plans.map(({ id }) => id));
    });
    return () => {
      isWanted = false;
    };
  }, [api]);
  const known = planId === null || ids.includes(planId) ? ids : [...ids, planId];
  const options = known.map((id) => ({ value: id, text: id }));
  return <Choice label="Filter by plan" value={planId} all="Any plan" options={options} onChange={onChange} />;
}

function StateFilter({ state, onChoose }: { state: Filter['state']; onChoose: (state: Filter['state']) => void }) {
  const choices: { value: Filter['state']; text: string }[] = [
    { value: null, text: 'All' },
    ...states.map((value) => ({ value, text: stateLabels[value].text })),
  ];
  return (
    <fieldset className="choices list-states">
      <legend className="visually-hidden">Show interviews in this state</legend>
      {choices.map(({ value, text }) => (
        <label key={text} className="choice">
          <input
            type="radio"
            className="choice-input"
            name="state"
            checked={value === state}
            onChange={() => onChoose(value)}
          />
          <span className="choice-face">{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
