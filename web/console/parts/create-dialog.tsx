import { useEffect, useState } from 'react';
import { createId } from '../../../src/client/platform.ts';
import type { Problem } from '../../../src/client/problem.ts';
import type { Api, Created, PlanSummary } from '../api.ts';
import { formatCount } from '../moments.ts';
import { Field } from './field.tsx';
import { FormDialog, ProblemNote } from './form-dialog.tsx';
import { LinkFields } from './links.tsx';

const extraTimes = [
  { value: '1', text: 'As in the plan' },
  { value: '1.25', text: '25% more (× 1.25)' },
  { value: '1.5', text: '50% more (× 1.5)' },
  { value: '2', text: 'Double (× 2)' },
  { value: '3', text: 'Triple (× 3)' },
  { value: 'untimed', text: 'No time limits' },
] as const;

function accommodationsOf(extraTime: string): { timeMultiplier?: number; untimed?: boolean } {
  if (extraTime === 'untimed') return { untimed: true };
  return extraTime === '1' ? {} : { timeMultiplier: Number(extraTime) };
}

/** The newest version of each plan, by title: an older one is only for interviews that began with it. */
function newestOf(plans: PlanSummary[]): PlanSummary[] {
  const byId = new Map<string, PlanSummary>();
  for (const plan of plans) if (plan.version >= (byId.get(plan.id)?.version ?? 0)) byId.set(plan.id, plan);
  return [...byId.values()].sort((left, right) => left.title.localeCompare(right.title));
}

/** What a plan's title leaves out: beside it in the list, both would be cut off. */
function hintOf(plans: PlanSummary[], planId: string): string {
  const plan = plans.find(({ id }) => id === planId);
  return plan
    ? `${planId}, version ${plan.version}, ${formatCount(plan.questionCount, 'question')}`
    : 'No plan is published yet. Publish one with POST /api/plans.';
}

/** Create an interview, then hand over its links. It is mounted anew for every interview. */
export function CreateDialog({
  api,
  isOpen,
  onClose,
  onCreated,
}: {
  api: Api;
  isOpen: boolean;
  onClose: () => void;
  onCreated: () => void;
}) {
  // One key for this form: pressing twice, or again after a lost answer, creates one interview.
  const [key] = useState(createId);
  const [plans, setPlans] = useState<PlanSummary[] | null>(null);
  const [plansProblem, setPlansProblem] = useState<Problem | null>(null);
  const [planId, setPlanId] = useState('');
  const [name, setName] = useState('');
  const [extraTime, setExtraTime] = useState('1');
  const [created, setCreated] = useState<Created | null>(null);

  useEffect(() => {
    if (!isOpen) return;
    api.listPlans().then((reply) => {
      if (!reply.ok) return setPlansProblem(reply.problem);
      const newest = newestOf(reply.value.plans);
      setPlans(newest);
      setPlanId((chosen) => chosen || (newest[0]?.id ?? ''));
    });
  }, [api, isOpen]);

  async function submit(): Promise<Problem | null> {
    const plan = plans?.find(({ id }) => id === planId);
    if (!plan) return null;
    const candidate = name.trim() === '' ? {} : { name: name.trim() };
    const wanted = { planId, version: plan.version, candidate, accommodations: accommodationsOf(extraTime) };
    const reply = await api.createInterview(wanted, key);
    if (!reply.ok) return reply.problem;
    setCreated(reply.value);
    onCreated();
    return null;
  }

  if (created)
    return (
      <FormDialog
        isOpen={isOpen}
        onClose={onClose}
        title="Interview created"
        intro="Send the first link to the candidate. Whoever has a link can use it, so send it to nobody else."
        closeLabel="Done"
        onSubmit={submit}
      >
        <LinkFields links={created} />
      </FormDialog>
    );

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="New interview"
      intro="Choose what to ask. You get a link for the candidate."
      closeLabel="Not now"
      {...(planId ? { submitLabel: 'Create interview' } : {})}
      busyLabel="Creating…"
      onSubmit={submit}
    >
      {plansProblem && <ProblemNote problem={plansProblem} />}
      <Field label="Plan" hint={plans && hintOf(plans, planId)}>
        {(ids) => (
          <select {...ids} className="input" value={planId} onChange={(event) => setPlanId(event.target.value)}>
            {plans === null && <option value="">Loading…</option>}
            {plans?.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Candidate name (optional)" hint="The candidate is greeted with it.">
        {(ids) => (
          <input
            {...ids}
            className="input"
            dir="auto"
            maxLength={200}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Time" hint="Extra time counts for every question and for the whole interview.">
        {(ids) => (
          <select {...ids} className="input" value={extraTime} onChange={(event) => setExtraTime(event.target.value)}>
            {extraTimes.map(({ value, text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
    </FormDialog>
  );
}
