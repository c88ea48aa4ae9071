// What every peer does with an answer, written by hand: nobody judges, so that each question has its three follow-ups;
// after fifty questions it begins again. Time limits, pauses, reconnects, retries and reasons are not in it.

const QUESTIONS = 50;
const FOLLOW_UPS = 3;

/** Where a course begins. */
export const start = { questionIndex: 0, followUps: 0, answered: 0 };

/** The state after an answer. */
export function next({ questionIndex, followUps, answered }) {
  const isAsked = followUps < FOLLOW_UPS;
  return {
    questionIndex: isAsked ? questionIndex : (questionIndex + 1) % QUESTIONS,
    followUps: isAsked ? followUps + 1 : 0,
    answered: answered + 1,
  };
}

/** What is with the candidate in a state: about as long as the service's own prompts. */
export function promptOf({ questionIndex, followUps, answered }) {
  const about = `part ${questionIndex + 1} of it`;
  return {
    id: `question-${questionIndex + 1}.${followUps}.${answered}`,
    kind: followUps === 0 ? 'question' : 'followUp',
    text:
      followUps === 0
        ? `How does a service stay correct when ${about} fails while requests are being repeated?`
        : `And what about the record of an attempt, so that a repeated one finds what was done before, in ${about}?`,
    index: questionIndex + 1,
    total: QUESTIONS,
  };
}
