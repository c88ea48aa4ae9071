import { parseArgs } from 'node:util';
import type { Invocation } from './evaluate.ts';

/** The commands of the CLI. Each is loaded when it is called, so that none waits for the parts of another. */
const commands = {
  check: {
    usage: 'check PLAN…',
    does: 'validate plans: errors with their lines, warnings, worst case',
    run: async (invocation: Invocation) => (await import('./check.ts')).runCheck(invocation),
  },
  evaluate: {
    usage: 'evaluate PLAN QUESTION_ID < answer.txt, or --batch < examples/cases.jsonl',
    does: 'judge answers offline, with everything that led to the score',
    run: async (invocation: Invocation) => (await import('./evaluate.ts')).runEvaluate(invocation),
  },
  simulate: {
    usage: `simulate PLAN [--candidate NAME] [--seed N] [--json | --junit FILE]`,
    does: 'run whole interviews offline with candidates that are made up',
    run: async (invocation: Invocation) => (await import('./simulate.ts')).runSimulate(invocation),
  },
  export: {
    usage: 'export ID [--format json|csv|html] [--store sqlite:PATH]',
    does: 'write the report of one interview',
    run: async (invocation: Invocation) => (await import('./export.ts')).runExport(invocation),
  },
  inspect: {
    usage: 'inspect ID [--url ws://…] [--with-text] [--store sqlite:PATH]',
    does: "tell Stately's inspector the course of one interview",
    run: async (invocation: Invocation) => (await import('./inspect.ts')).runInspect(invocation),
  },
  rerun: {
    usage: 'rerun ID [--plan PLAN | --plan-version N] [--evaluator rubric|llm] [--json] [--store sqlite:PATH]',
    does: 'judge what was answered by another plan or rubric, beside what was judged then',
    run: async (invocation: Invocation) => (await import('./rerun.ts')).runRerun(invocation),
  },
  're-evaluate': {
    usage: 're-evaluate ID [--question QUESTION_ID] [--url URL]',
    does: "have a running service judge an interview's answers again, on record beside the first judgement",
    run: async (invocation: Invocation) => (await import('./reevaluate.ts')).runReevaluate(invocation),
  },
  verify: {
    usage: 'verify ID [--head HASH] [--store sqlite:PATH]',
    does: 'check the record chain of one interview',
    run: async (invocation: Invocation) => (await import('./verify.ts')).runVerify(invocation),
  },
};

const help = `Usage: viva COMMAND …

${Object.values(commands)
  .map(({ usage, does }) => `  viva ${usage}\n      ${does}`)
  .join('\n')}
  viva COMMAND --help
      show all of a command, with its exit codes

ID stands in the links of an interview, between /interviews/ and #.
`;

/**
 * Run one command of the CLI. `argv` begins with its name.
 *
 * Returns the exit code: that of the command, or 2 when there is no such command.
 */
export async function runCli({ argv, ...streams }: Invocation): Promise<number> {
  const [name = '', ...rest] = argv;
  if (isCommand(name)) return commands[name].run({ ...streams, argv: rest });
  const [topic = ''] = rest;
  if (name === 'help' && isCommand(topic)) return commands[topic].run({ ...streams, argv: ['--help'] });
  const { values } = parseArgs({
    args: [...argv],
    options: { help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
  });
  if (values.help === true || name === 'help') {
    streams.stdout.write(help);
    return 0;
  }
  streams.stderr.write(`${name === '' ? 'a command is missing' : `there is no command "${name}"`}\n\n${help}`);
  return 2;
}

function isCommand(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}
