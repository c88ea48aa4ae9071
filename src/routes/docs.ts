import { hash } from 'node:crypto';
import { errorTable } from '../errors.ts';
import { escapeMarkup as e } from '../escape.ts';
import type { AsyncApi, Message } from './asyncapi.ts';
import { type Row, rowOf, rowsOf, typeOf } from './fields.ts';
import type { OpenApi, Operation } from './openapi.ts';
import type { JsonSchema } from './schemas.ts';

// The two descriptions as one page for people: no script, nothing from elsewhere.

const style = `
:root { color-scheme: light dark; --ink: #1c1e21; --dim: #565b62; --line: #d5d9de; --soft: #f4f5f7; --paper: #fff; --link: #0b57b0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --dim: #a8aeb6; --line: #3c4148; --soft: #1f2226; --paper: #15171a; --link: #8ab8ff; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--paper); }
.page { display: grid; grid-template-columns: 1fr; max-width: 78rem; margin: 0 auto; padding: 0 1rem; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav > ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
nav ul ul { display: none; }
nav a { display: inline-block; padding: .3rem 0; }
main { min-width: 0; padding-bottom: 4rem; }
h1 { margin: 1.5rem 0 .5rem; font-size: 1.8rem; line-height: 1.2; }
h2 { margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 2px solid var(--line); font-size: 1.4rem; }
h3 { margin: 2rem 0 .25rem; font-size: 1.05rem; }
h3 code { font-weight: 600; }
h4 { margin: 1rem 0 0; color: var(--dim); font-size: .9rem; }
p { margin: .25rem 0; }
code, pre { font: .9em/1.5 ui-monospace, monospace; }
pre { margin: .5rem 0; padding: .75rem; white-space: pre-wrap; background: var(--soft); border: 1px solid var(--line); border-radius: 4px; }
.dim { color: var(--dim); }
table { width: 100%; margin: .25rem 0 .5rem; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem .5rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { overflow-wrap: normal; }
td:first-child { min-width: 7.5rem; }
.fields th { width: 35%; }
.fields th:first-child { width: 30%; }
td.or { color: var(--dim); font-style: italic; }
@media (min-width: 60rem) {
  .page { grid-template-columns: 17rem minmax(0, 1fr); gap: 3rem; }
  nav { position: sticky; top: 0; max-height: 100vh; padding: 1.5rem 0; overflow-y: auto; font-size: .9rem; }
  nav > ul { display: block; }
  nav ul ul { display: block; margin: 0 0 .75rem .75rem; }
  nav ul ul a { padding: .1rem 0; }
}
@media print { nav, .skip { display: none; } }
`;

/** What a response needs to say so that browsers take the page's own style and nothing else. */
export const docsPolicy = `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Summaries are half sentences in tables; here they stand alone. */
function sentence(text: string): string {
  const trimmed = text.endsWith('.') ? text : `${text}.`;
  return e(`${trimmed[0]?.toUpperCase()}${trimmed.slice(1)}`);
}

function table(label: string, head: readonly string[], rows: readonly (readonly string[] | 'or')[]): string {
  const cells = (row: readonly string[]) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  const body = rows.map((row) =>
    row === 'or' ? `<tr><td class="or" colspan="${head.length}">or</td></tr>` : cells(row),
  );
  const kind = head[0] === 'Field' ? ' class="fields"' : '';
  return `<table${kind} aria-label="${e(label)}">
<thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table>`;
}

function fieldTable(label: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  return table(
    label,
    ['Field', 'Type', 'Notes'],
    rows.map((row) => (row === 'or' ? row : [row.field, row.type, row.notes])),
  );
}

function exampleOf({ examples = [] }: JsonSchema): string {
  const shown = (examples as unknown[]).map((example) => `<pre>${e(JSON.stringify(example, null, 2))}</pre>`);
  return shown.length === 0 ? '' : `<h4>Example</h4>\n${shown.join('\n')}`;
}

type Content = NonNullable<Operation['requestBody']>['content'];

/** Media types that carry the same are told together. */
function renderContent(label: string, content: Content): string {
  const typesBySchema = Map.groupBy(Object.keys(content), (type) => JSON.stringify(content[type]?.schema));
  return [...typesBySchema]
    .map(([text, types]) => {
      const schema = JSON.parse(text) as JsonSchema;
      return `<p><span class="dim">${e(types.join(', '))}:</span> ${typeOf(schema)}</p>\n${fieldTable(label, rowsOf(schema))}${exampleOf(schema)}`;
    })
    .join('\n');
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const { operationId, summary, security, parameters = [], requestBody, responses } = operation;
  const who = security.flatMap((scheme) => Object.keys(scheme)).join(', ') || 'anyone';
  const name = `${method.toUpperCase()} ${path}`;
  const rows = parameters.map((each) => {
    const row = rowOf(each.name, each.required, each.schema);
    return row === 'or' ? row : { ...row, notes: [each.in, row.notes].filter((part) => part !== '').join('; ') };
  });
  const answers = Object.entries(responses).filter(([status]) => !status.endsWith('XX'));
  return `<section>
<h3 id="${e(operationId)}"><code>${e(name)}</code></h3>
<p>${sentence(summary)}</p>
<p class="dim">For: ${e(who)}</p>
${rows.length > 0 ? `<h4>Parameters</h4>\n${fieldTable(`Parameters of ${name}`, rows)}` : ''}
${requestBody ? `<h4>Body</h4>\n${renderContent(`Body of ${name}`, requestBody.content)}` : ''}
${answers
  .map(
    ([status, { description, content = {} }]) =>
      `<h4>${e(status)} ${e(description)}</h4>\n${renderContent(`${status} of ${name}`, content)}`,
  )
  .join('\n')}
</section>`;
}

function renderMessage({ name, summary, payload, 'x-role': role }: Message): string {
  return `<section>
<h3 id="frame-${e(name)}"><code>${e(name)}</code></h3>
<p>${sentence(summary)}</p>
${role === undefined ? '' : `<p class="dim">For: ${e(role)}</p>`}
${fieldTable(`Fields of ${name}`, rowsOf(payload))}
</section>`;
}

function renderSchema([name, schema]: [string, JsonSchema]): string {
  const { description = '' } = schema;
  return `<section>
<h3 id="schema-${e(name)}">${e(name)}</h3>
${description === '' ? '' : `<p>${e(description)}</p>`}
${fieldTable(`Fields of ${name}`, rowsOf(schema)) || `<p>${typeOf(schema)}</p>`}
${exampleOf(schema)}
</section>`;
}

interface Part {
  id: string;
  title: string;
  /** Links below it: anchor and words. */
  links: [anchor: string, words: string][];
  html: string;
}

function partOfTag({ name, description }: OpenApi['tags'][number], { paths }: OpenApi): Part {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { tags }]) => tags.includes(name))
      .map(([method, operation]) => ({ method, path, operation })),
  );
  return {
    id: name,
    title: `${name[0]?.toUpperCase()}${name.slice(1)}`,
    links: operations.map(({ method, path, operation }) => [operation.operationId, `${method.toUpperCase()} ${path}`]),
    html: `<p>${e(description)}</p>\n${operations.map(({ method, path, operation }) => renderOperation(method, path, operation)).join('\n')}`,
  };
}

function partOfFrames(id: string, title: string, words: string, messages: readonly Message[]): Part {
  return {
    id,
    title,
    links: messages.map(({ name }) => [`frame-${name}`, name]),
    html: `<p>${words}</p>\n${messages.map(renderMessage).join('\n')}`,
  };
}

function renderErrors(): string {
  const rows = Object.entries(errorTable).map(([code, row]) => [
    `<code>${e(code)}</code><br>${e(row.title)}`,
    String(row.status),
    'closeCode' in row ? String(row.closeCode) : 'no',
    row.isRetryable ? 'yes' : 'no',
  ]);
  return `<p>Every refusal is a <a href="#schema-HttpProblem">problem document</a>; programs go by <code>code</code>. On the socket it is in an <a href="#frame-error"><code>error</code></a> frame, and “closes” is the code with which it ends the connection. “Retry”: the same may succeed later.</p>
${table('Errors', ['Code', 'Status', 'Closes', 'Retry'], rows)}`;
}

/** Both descriptions as one HTML page. */
export function renderDocs(openApi: OpenApi, asyncApi: AsyncApi): string {
  const messages = Object.values(asyncApi.components.messages);
  const schemas = { ...openApi.components.schemas, ...asyncApi.components.schemas };
  const isUp = (message: Message) => message['x-role'] !== undefined;
  const address = asyncApi.channels.interview?.address ?? '';
  const parts: Part[] = [
    ...openApi.tags.map((tag) => partOfTag(tag, openApi)),
    partOfFrames(
      'up',
      'Socket: client to service',
      `Frames on <a href="#openSocket"><code>${e(address)}</code></a>: text, one JSON object each. The first is <code>hello</code>.`,
      messages.filter(isUp),
    ),
    partOfFrames(
      'down',
      'Socket: service to client',
      'What the service says. A frame that a client does not know is passed over.',
      messages.filter((message) => !isUp(message)),
    ),
    {
      id: 'schemas',
      title: 'Schemas',
      links: Object.keys(schemas).map((name) => [`schema-${name}`, name]),
      html: Object.entries(schemas).map(renderSchema).join('\n'),
    },
    { id: 'errors', title: 'Errors', links: [], html: renderErrors() },
  ];
  const link = ([anchor, words]: [string, string]) => `<li><a href="#${e(anchor)}">${e(words)}</a></li>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>viva: addresses and frames</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<div class="page">
<nav aria-label="Contents">
<ul>
${parts.map(({ id, title, links }) => `<li><a href="#${id}">${e(title)}</a>${links.length > 0 ? `<ul>${links.map(link).join('')}</ul>` : ''}</li>`).join('\n')}
</ul>
</nav>
<main id="content" tabindex="-1">
<h1>viva: addresses and frames</h1>
<p>Version ${e(openApi.info.version)}. JSON in and out. The same for programs: <a href="/openapi.json">OpenAPI</a>, <a href="/asyncapi.json">AsyncAPI</a>, <a href="/plan.schema.json">JSON Schema of plans</a>.</p>
<p>Send <code>Authorization: Bearer</code> with the admin key (operator) or the token of a link (reviewer, candidate; their own interview only). A field with <code>?</code> may be left out.</p>
<pre>curl ${e(openApi.servers[0]?.url.replace(/^\/$/, 'http://127.0.0.1:3000') ?? '')}/api/interviews \\
  -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"planId":"retries"}'</pre>
${parts.map(({ id, title, html }) => `<h2 id="${id}">${e(title)}</h2>\n${html}`).join('\n')}
</main>
</div>
</body>
</html>
`;
}
