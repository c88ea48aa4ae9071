// What a team might write by hand instead of a statechart: the same course of an interview for the events measured
// here, without cancellation, time limits of the whole, absences, retries, accommodations or records of why.

export interface Plan {
  questions: { id: string; timeMs: number; followUpsMax: number; threshold: number; pointIds: string[] }[];
  pauseMs: number;
}

export interface State {
  name: 'IDLE' | 'QUESTIONING' | 'FOLLOW_UP' | 'EVALUATING' | 'PAUSED' | 'COMPLETE';
  questionIndex: number;
  promptId: string;
  deadlineAt: number;
  timeLeftMs: number;
  pauseLeftMs: number;
  pauseEndsAt: number;
  askedPointIds: string[];
  hasDraft: boolean;
  answeredCount: number;
}

export type Event =
  | { type: 'interview.start' | 'interview.pause' | 'interview.resume'; at: number }
  | { type: 'answer.submit' | 'answer.draft'; at: number; promptId: string; text: string }
  | { type: 'prompt.skip'; at: number; promptId: string }
  | { type: 'evaluated'; at: number; score: number; missingIds: string[] };

/** An interview that has not begun. */
export function idle(plan: Plan): State {
  return {
    name: 'IDLE',
    questionIndex: -1,
    promptId: '',
    deadlineAt: 0,
    timeLeftMs: 0,
    pauseLeftMs: plan.pauseMs,
    pauseEndsAt: 0,
    askedPointIds: [],
    hasDraft: false,
    answeredCount: 0,
  };
}

function ask(plan: Plan, state: State, at: number): State {
  const questionIndex = state.questionIndex + 1;
  const question = plan.questions[questionIndex];
  if (!question) return { ...state, name: 'COMPLETE', promptId: '' };
  const { id: promptId, timeMs } = question;
  return {
    ...state,
    name: 'QUESTIONING',
    questionIndex,
    promptId,
    deadlineAt: at + timeMs,
    askedPointIds: [],
    hasDraft: false,
  };
}

function judge(plan: Plan, state: State, event: Extract<Event, { type: 'evaluated' }>): State {
  const question = plan.questions[state.questionIndex];
  const pointId = event.missingIds.find((id) => !state.askedPointIds.includes(id));
  const isAsked =
    question &&
    pointId !== undefined &&
    event.score < question.threshold &&
    state.askedPointIds.length < question.followUpsMax;
  if (!isAsked) return ask(plan, state, event.at);
  const askedPointIds = [...state.askedPointIds, pointId];
  return {
    ...state,
    name: 'FOLLOW_UP',
    askedPointIds,
    promptId: `${question.id}.${askedPointIds.length}`,
    deadlineAt: event.at + question.timeMs,
    hasDraft: false,
  };
}

/** The next state, or null where the event is not taken. */
export function reduceByHand(plan: Plan, state: State, event: Event): State | null {
  const isWaiting = state.name === 'QUESTIONING' || state.name === 'FOLLOW_UP';
  switch (event.type) {
    case 'interview.start':
      return state.name === 'IDLE' ? ask(plan, state, event.at) : null;
    case 'answer.draft':
      return isWaiting && event.promptId === state.promptId ? { ...state, hasDraft: event.text.trim() !== '' } : null;
    case 'answer.submit':
      if (!isWaiting || event.promptId !== state.promptId || event.text.trim() === '') return null;
      return {
        ...state,
        name: 'EVALUATING',
        timeLeftMs: state.deadlineAt - event.at,
        answeredCount: state.answeredCount + 1,
      };
    case 'evaluated':
      return state.name === 'EVALUATING' ? judge(plan, state, event) : null;
    case 'prompt.skip':
      return isWaiting && event.promptId === state.promptId ? ask(plan, state, event.at) : null;
    case 'interview.pause':
      if (!isWaiting || state.pauseLeftMs <= 0) return null;
      return {
        ...state,
        name: 'PAUSED',
        timeLeftMs: state.deadlineAt - event.at,
        pauseEndsAt: event.at + state.pauseLeftMs,
      };
    case 'interview.resume':
      if (state.name !== 'PAUSED') return null;
      return {
        ...state,
        name: state.askedPointIds.length > 0 ? 'FOLLOW_UP' : 'QUESTIONING',
        deadlineAt: event.at + state.timeLeftMs,
        pauseLeftMs: state.pauseEndsAt - event.at,
      };
  }
}
