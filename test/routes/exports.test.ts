import { expect, test } from 'vitest';
import { reportSchema } from '../../src/report/report.ts';
import { ADMIN_KEY, build, command, viewWhere } from '../support/app.ts';
import { run } from '../support/cli.ts';
import { evaluationOf } from '../support/evaluator.ts';
import { makePath, openSqlite } from '../support/journal.sqlite.ts';

// Rules G9 to G11: the forms of a report.

const plan = {
  id: 'forms',
  title: 'Forms & <b>figures</b>',
  questions: [
    {
      id: 'first',
      text: 'What is "first"?',
      maxFollowUps: 1,
      rubric: { threshold: 0.9, points: ['alpha', 'beta'].map((id) => ({ id, text: `the ${id} point` })) },
    },
    { id: 'second', text: 'And second?', maxFollowUps: 0, rubric: { points: [{ id: 'gamma', text: 'gamma' }] } },
  ],
};

const answers = ['=HYPERLINK("http://evil","alpha")\nand more', 'then <script>alert(1)</script> beta'];

/** An interview with two answers that nobody should trust, and a question that was skipped. */
async function finished() {
  const path = makePath();
  let asked = 0;
  const app = await build({
    journal: openSqlite(path),
    evaluator: async (request) => {
      asked += 1;
      const evaluation = evaluationOf(request, asked === 1 ? ['alpha'] : ['alpha', 'beta']);
      const said = [request.answer, ...(request.followUps ?? []).map(({ answer }) => answer)].join('\n\n');
      const points = evaluation.points.map((point) => {
        const start = said.indexOf(point.id);
        return start < 0 ? point : { ...point, evidence: [{ quote: point.id, start, end: start + point.id.length }] };
      });
      return { ok: true, evaluation: { ...evaluation, points } };
    },
  });
  const { id, candidateToken, reviewerToken } = await app.create({ candidate: { name: 'Zoë "Z" <i>' } }, plan);
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  for (const [index, promptId] of ['first', 'first.1'].entries()) {
    await viewWhere(socket, ({ prompt }) => prompt?.id === promptId);
    socket.send(command('answer.submit', { promptId, text: answers[index] }));
  }
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'second');
  socket.send(command('prompt.skip', { promptId: 'second' }));
  await viewWhere(socket, ({ state }) => state === 'COMPLETE');
  const review = { questionId: 'first', score: 0.5, rater: 'K', reason: 'half <of> it' };
  await app.request(`/api/interviews/${id}/reviews`, { token: reviewerToken, json: review });
  const report = (format: string, token = reviewerToken) =>
    app.request(`/api/interviews/${id}/report?format=${format}`, { token });
  return { ...app, id, path, report, candidateToken };
}

test('[G9] as CSV a report has a line for each prompt, and nothing in it is a formula', async () => {
  const { report, id } = await finished();
  const { status, headers, text } = await report('csv');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(headers.get('content-disposition')).toBe(`attachment; filename="interview-${id}.csv"`);
  // No field has a line break but the first answer.
  const lines = text.replace('\nand more', ' and more').trimEnd().split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^interviewId,outcome,questionId,promptId,kind,prompt,/);
  expect(lines[1]).toContain(`${id},finished,first,first,question,"What is ""first""?",`);
  expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil"",""alpha"") and more"`);
  expect(lines[3]).toMatch(/,second,second,question,And second\?,.*,skip,/);
});

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '\u00a0=1',
  '\ufeff=1',
  '\u200b=1',
  '\u000b=1',
  '\ud800=1',
  '＝1+1',
])('[G9] %j is no formula in a field', async (text) => {
  const app = await build();
  const { id, candidateToken } = await app.create({}, plan);
  const socket = await app.enter(id, candidateToken);
  socket.send(command('interview.start'));
  await viewWhere(socket, ({ prompt }) => prompt?.id === 'first');
  socket.send(command('answer.submit', { promptId: 'first', text }));
  await viewWhere(socket, ({ prompt }) => prompt?.id !== 'first');
  const { text: csv } = await app.request(`/api/interviews/${id}/report?format=csv`, { token: ADMIN_KEY });
  expect(csv.replaceAll('"', '')).toContain(`,'${text.toWellFormed()},`);
});

test('[G10] as HTML a report is one page by itself, with evidence marked and everything escaped', async () => {
  const { report, id } = await finished();
  const { status, headers, text } = await report('html');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/);
  expect(text).toContain('<title>Forms &amp; &lt;b&gt;figures&lt;/b&gt;: Zoë &quot;Z&quot; &lt;i&gt;</title>');
  expect(text).not.toMatch(/<script|<b>figures|<i>/);
  expect(text).not.toMatch(/(src|href)=|@import|url\(/);
  // What the first answer is evidence for is marked there, and in the second only its own.
  expect(text).toContain('=HYPERLINK(&quot;http://evil&quot;,&quot;<mark>alpha</mark>&quot;)');
  expect(text).toContain('&lt;/script&gt; <mark>beta</mark></div>');
  for (const part of [
    'as reviewed <strong>50\u00a0%</strong>',
    'half &lt;of&gt; it',
    'Skipped.',
    id,
    'holds over',
    'Where the time went',
  ])
    expect(text).toContain(part);
});

test('[G11] viva export writes what the service answers, beside it', async () => {
  const { report, id, path } = await finished();
  const write = (...more: string[]) => run('export', id, '--store', `sqlite:${path}`, ...more);
  expect(await write('--format', 'html')).toEqual({ code: 0, err: '', out: (await report('html')).text });
  expect(await write('--format', 'csv')).toEqual({ code: 0, err: '', out: (await report('csv')).text });
  const { out } = await write();
  expect(reportSchema.parse(JSON.parse(out))).toEqual((await report('json', ADMIN_KEY)).body);
  expect(await run('export', 'nobody', '--store', `sqlite:${path}`)).toMatchObject({ code: 1, out: '' });
  expect(await write('--format', 'pdf')).toMatchObject({ code: 2, err: expect.stringContaining('json, csv, html') });
  expect(await run('export')).toMatchObject({ code: 2, err: expect.stringContaining('name one interview') });
  expect(await run('export', '--help')).toMatchObject({ code: 0, out: expect.stringContaining('Usage: viva export') });
});

test('[G11] no form of a report is for candidates, and others are refused', async () => {
  const { report, candidateToken } = await finished();
  for (const format of ['json', 'csv', 'html']) expect((await report(format, candidateToken)).status).toBe(403);
  expect(await report('pdf')).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
});
