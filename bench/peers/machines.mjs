import StateMachine from 'javascript-state-machine';
import { createMachine, guard, interpret, reduce, state, transition } from 'robot3';

// The two events of a turn (an answer, its evaluation) in other libraries of state machines: the same decisions as
// ../machine/reducer.ts takes, without what the machine of the service does beside them.

const isOpen = (context, event) => event.promptId === context.promptId && event.text.trim() !== '';
const pointIn = (context, event) => event.missingIds.find((id) => !context.askedPointIds.includes(id));

function isFollowedUp(context, event) {
  const question = context.plan.questions[context.questionIndex];
  const isLow = event.score < question.threshold && context.askedPointIds.length < question.followUpsMax;
  return isLow && pointIn(context, event) !== undefined;
}

function takeAnswer(context, event) {
  return { ...context, timeLeftMs: context.deadlineAt - event.at, answeredCount: context.answeredCount + 1 };
}

function askFollowUp(context, event) {
  const { id, timeMs } = context.plan.questions[context.questionIndex];
  const askedPointIds = [...context.askedPointIds, pointIn(context, event)];
  const promptId = `${id}.${askedPointIds.length}`;
  return { ...context, askedPointIds, promptId, deadlineAt: event.at + timeMs, hasDraft: false };
}

/** After the last question the first: the turn is what is measured. */
function askNext(context, event) {
  const questionIndex = (context.questionIndex + 1) % context.plan.questions.length;
  const { id, timeMs } = context.plan.questions[questionIndex];
  const opened = { questionIndex, promptId: id, deadlineAt: event.at + timeMs, askedPointIds: [], hasDraft: false };
  return { ...context, ...opened };
}

const first = (plan) => ({
  plan,
  questionIndex: 0,
  promptId: plan.questions[0].id,
  deadlineAt: 0,
  timeLeftMs: 0,
  askedPointIds: [],
  hasDraft: false,
  answeredCount: 0,
});

/** An interview by robot3; `turn` says an answer and what its evaluation came to. */
export function openRobot3(plan) {
  const answered = transition('answer.submit', 'EVALUATING', guard(isOpen), reduce(takeAnswer));
  const machine = createMachine(
    {
      QUESTIONING: state(answered),
      FOLLOW_UP: state(answered),
      EVALUATING: state(
        transition('evaluated', 'FOLLOW_UP', guard(isFollowedUp), reduce(askFollowUp)),
        transition('evaluated', 'QUESTIONING', reduce(askNext)),
      ),
    },
    () => first(plan),
  );
  const service = interpret(machine, () => {});
  return {
    promptId: () => service.context.promptId,
    answer: (event) => service.send(event),
    evaluated: (event) => service.send(event),
    stateName: () => service.machine.current,
  };
}

/** The same by javascript-state-machine, which has no guards: whoever fires an event has decided before. */
export function openJsm(plan) {
  let context = first(plan);
  const fsm = new StateMachine({
    init: 'QUESTIONING',
    transitions: [
      { name: 'answer', from: ['QUESTIONING', 'FOLLOW_UP'], to: 'EVALUATING' },
      { name: 'followUp', from: 'EVALUATING', to: 'FOLLOW_UP' },
      { name: 'goOn', from: 'EVALUATING', to: 'QUESTIONING' },
    ],
    methods: {
      onAnswer: (_cycle, event) => {
        context = takeAnswer(context, event);
      },
      onFollowUp: (_cycle, event) => {
        context = askFollowUp(context, event);
      },
      onGoOn: (_cycle, event) => {
        context = askNext(context, event);
      },
    },
  });
  return {
    promptId: () => context.promptId,
    answer: (event) => isOpen(context, event) && fsm.answer(event),
    evaluated: (event) => (isFollowedUp(context, event) ? fsm.followUp(event) : fsm.goOn(event)),
    stateName: () => fsm.state,
  };
}
