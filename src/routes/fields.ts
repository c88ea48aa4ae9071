import { escapeMarkup as e } from '../escape.ts';
import type { JsonSchema } from './schemas.ts';

// A JSON Schema as the rows of a table: one for each field, those of inner objects under their dotted paths.

/** A row: HTML of its cells, or the line between two forms that a value may have. */
export type Row = { field: string; type: string; notes: string } | 'or';

const code = (text: string) => `<code>${e(text)}</code>`;

function variantsOf({ anyOf, oneOf }: JsonSchema): JsonSchema[] | undefined {
  return (anyOf ?? oneOf) as JsonSchema[] | undefined;
}

/** The type of a value in words, with links to what has a name. */
export function typeOf(schema: JsonSchema): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return `<a href="#schema-${e(name)}">${e(name)}</a>`;
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(' | ');
  const variants = variantsOf(schema);
  if (variants) return [...new Set(variants.map(typeOf))].join(' | ');
  if (schema.type === 'array') return `list of ${typeOf((schema.items ?? {}) as JsonSchema)}`;
  return [schema.type ?? 'anything'].flat().join(' | ');
}

const ranges: [min: keyof JsonSchema, max: keyof JsonSchema, unit: string][] = [
  ['minimum', 'maximum', ''],
  ['minLength', 'maxLength', ' characters'],
  ['minItems', 'maxItems', ' items'],
];

function rangesOf(schema: JsonSchema): string[] {
  return ranges.flatMap(([minKey, maxKey, unit]) => {
    const min = schema[minKey];
    const max = schema[maxKey];
    if (min === undefined && max === undefined) return [];
    if (max === undefined) return `at least ${min}${unit}`;
    return min === undefined ? `up to ${max}${unit}` : `${min} to ${max}${unit}`;
  });
}

function notesOf(schema: JsonSchema): string {
  const { description, exclusiveMinimum, format, pattern, default: value } = schema;
  return [
    ...(description ? [e(description)] : []),
    ...rangesOf(schema),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(format === undefined ? [] : [`format ${code(format)}`]),
    // A format says what its pattern does.
    ...(pattern === undefined || format !== undefined ? [] : [`as ${code(pattern)}`]),
    ...(value === undefined ? [] : [`default ${code(JSON.stringify(value))}`]),
  ].join('; ');
}

function isPlain(schema: JsonSchema): boolean {
  return schema.$ref === undefined && schema.properties === undefined && schema.items === undefined;
}

/** What is inside a value: the fields of an object, those of the items of a list, those of each form that it has. */
function insideOf(schema: JsonSchema, path: string): Row[] {
  const variants = variantsOf(schema);
  if (variants && !variants.every(isPlain)) {
    const inside = variants.map((variant) => insideOf(variant, path)).filter((rows) => rows.length > 0);
    return inside.flatMap((rows, index) => (index === 0 ? rows : ['or' as const, ...rows]));
  }
  if (schema.type === 'array') return insideOf((schema.items ?? {}) as JsonSchema, `${path}[]`);
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, each]) => {
    const field = path === '' ? name : `${path}.${name}`;
    const inner = each as JsonSchema;
    const row = {
      field: code(required.includes(name) ? field : `${field}?`),
      type: typeOf(inner),
      notes: notesOf(inner),
    };
    return [row, ...insideOf(inner, field)];
  });
}

/** The rows of a schema. A field that may be left out has a `?`. */
export function rowsOf(schema: JsonSchema): Row[] {
  return insideOf(schema, '');
}

/** One field with its notes, as the parameters of an operation are shown. */
export function rowOf(name: string, isRequired: boolean, schema: JsonSchema): Row {
  return { field: code(isRequired ? name : `${name}?`), type: typeOf(schema), notes: notesOf(schema) };
}
