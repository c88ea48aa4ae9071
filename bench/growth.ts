import { join } from 'node:path';
import type { RunResult } from './load/run.ts';
import { ANSWERS, publishPlan } from './plan.ts';
import { ADMIN_KEY, startLoad, startService } from './processes/spawn.ts';
import { digits, type Part, type Row, type Size } from './report.ts';
import { spreadOf } from './stats.ts';
import { makeStored } from './stored.ts';

// Whether a turn costs more, the longer an interview is and the more of them are open.

const FEW = 100;
/** More than all turns take: the run ends with the last answer. */
const PATIENCE_MS = 120_000;

interface Sample {
  run: RunResult;
  cpuUs: number;
}

async function play(store: string, width: number, warmFirst: boolean): Promise<Sample> {
  const service = await startService({ store });
  const load = startLoad();
  try {
    const target = { url: service.url, adminKey: ADMIN_KEY, planId: await publishPlan(service) };
    if (warmFirst) {
      await load.connect({ kind: 'candidate', count: width, target });
      await load.run({ width, warmMs: 0, ms: PATIENCE_MS });
      await load.leave();
    }
    await load.connect({ kind: 'candidate', count: width, target });
    await service.read();
    const run = await load.run({ width, warmMs: 0, ms: PATIENCE_MS });
    return { run, cpuUs: (await service.read()).cpuUs / run.allCount };
  } finally {
    await load.stop();
    await service.stop();
  }
}

/** Measure whole interviews from the first answer to the last. */
export async function measureGrowth({ repetitions, interviews, isQuick }: Size, folder: string): Promise<Part> {
  const width = isQuick ? 5 : 50;
  const few = await makeStored(join(folder, 'few.sqlite'), FEW, 7_200, Date.now());
  const many = await makeStored(join(folder, 'many.sqlite'), interviews, 7_200, Date.now());
  const samples: { few: Sample; many: Sample }[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1)
    samples.push({
      few: await play(`sqlite:${few.path}`, width, true),
      many: await play(`sqlite:${many.path}`, width, true),
    });

  const noted = (sample: Sample, turn: number) => sample.run.byTurn.find((one) => one.turn === turn);
  const turns = samples[0]?.few.run.byTurn.map(({ turn }) => turn).sort((a, b) => a - b) ?? [];
  const [first = 0] = turns;
  const rows = turns.map((turn): Row => {
    const of = (key: 'ms' | 'bytes') =>
      digits(spreadOf(samples.map(({ few: one }) => noted(one, turn)?.[key] ?? 0)).median);
    const row = {
      what: `answers around number ${turn} of ${ANSWERS}`,
      measured: `${of('ms')} ms and ${of('bytes')} bytes a turn`,
    };
    if (turn === first) return row;
    const ratio = spreadOf(samples.map(({ few: one }) => (noted(one, turn)?.ms ?? 0) / (noted(one, first)?.ms ?? 0)));
    return { ...row, ratio, to: `time of answers around number ${first}`, target: '≤ 1.15' };
  });
  const cost = (key: 'few' | 'many') => digits(spreadOf(samples.map((sample) => sample[key].cpuUs)).median);
  rows.push(
    { what: `${FEW} open interviews in the store`, measured: `${cost('few')} µs CPU a turn` },
    {
      what: `${interviews.toLocaleString('en')} open interviews in the store`,
      measured: `${cost('many')} µs CPU a turn`,
      ratio: spreadOf(samples.map((sample) => sample.many.cpuUs / sample.few.cpuUs)),
      to: `CPU time with ${FEW}`,
      target: '≤ 1.15',
    },
  );
  return { title: `Growth: whole interviews, ${width} at once, from the first answer to the last`, rows };
}
