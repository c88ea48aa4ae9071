import { STATUS_CODES } from 'node:http';
import type { RouteOptions } from 'fastify';
import { z } from 'zod';
import type { Role } from '../protocol.ts';
import { rolesOf } from './access.ts';
import { createSchemas, type JsonSchema, type Schemas } from './schemas.ts';
import { version } from './version.ts';

/** A parameter of an operation. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: JsonSchema;
}

type Content = Record<string, { schema: JsonSchema }>;

/** One method of one address. */
export interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  /** One of them is enough; none = anyone. */
  security: Partial<Record<Role, []>>[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

/** An OpenAPI document, as far as this service writes one. */
export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<Role, object> };
}

/** A response as a route declares it: a schema, or one for each of its media types. */
type Declared = z.ZodType | { description?: string; content: Record<string, { schema: z.ZodType }> };

const tags = {
  interviews: 'Create, read, command, judge and erase interviews.',
  plans: 'Publish and read interview plans.',
  service: 'Health, metrics and descriptions.',
  pages: 'The pages for people.',
};

function tagOf(url: string): keyof typeof tags {
  if (url.startsWith('/api/interviews')) return 'interviews';
  return url.startsWith('/api/plans') ? 'plans' : 'service';
}

const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });

const securitySchemes: Record<Role, object> = {
  operator: bearer('The admin key (`VIVA_ADMIN_KEY`): every interview.'),
  reviewer: bearer("The token of a reviewer's link: its interview only."),
  candidate: bearer("The token of a candidate's link: its interview only."),
};

const descriptionsByStatus: Record<string, string> = {
  '4xx': 'Refused: a problem document.',
  '5xx': 'Not possible for now, or a defect: a problem document.',
};

function isNothing(schema: z.ZodType): boolean {
  return ['void', 'undefined', 'null'].includes(schema.def.type);
}

function parametersOf(schema: z.ZodType | undefined, place: Parameter['in'], schemas: Schemas): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.toJson(schema, 'input');
  return Object.entries(properties).map(([name, each]) => ({
    // The rest of an address has no name of its own.
    name: name === '*' ? 'rest' : name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each as JsonSchema,
  }));
}

function responseOf(status: string, declared: Declared, schemas: Schemas): Operation['responses'][string] {
  const description = descriptionsByStatus[status] ?? STATUS_CODES[status] ?? status;
  if (!(declared instanceof z.ZodType)) {
    const content = Object.entries(declared.content).map(([type, { schema }]) => [
      type,
      { schema: schemas.toJson(schema, 'output') },
    ]);
    return { description: declared.description ?? description, content: Object.fromEntries(content) };
  }
  if (isNothing(declared)) return { description };
  return { description, content: { 'application/json': { schema: schemas.toJson(declared, 'output') } } };
}

function operationOf(route: RouteOptions, schemas: Schemas): Operation {
  const { schema = {}, url } = route;
  const { operationId, summary, tags = [tagOf(url)], consumes = ['application/json'] } = schema;
  if (!operationId || !summary) throw new Error(`${route.method} ${url} has a schema, but no operationId and summary`);
  const part = (name: 'params' | 'querystring' | 'headers' | 'body') => schema[name] as z.ZodType | undefined;
  const parameters = [
    ...parametersOf(part('params'), 'path', schemas),
    ...parametersOf(part('querystring'), 'query', schemas),
    ...parametersOf(part('headers'), 'header', schemas),
  ];
  const body = part('body');
  const sent = body && { schema: schemas.toJson(body, 'input') };
  const responses = Object.entries((schema.response ?? {}) as Record<string, Declared>);
  return {
    operationId,
    summary,
    tags: [...tags],
    security: rolesOf(route.onRequest).map((role) => ({ [role]: [] })),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(sent
      ? { requestBody: { required: true, content: Object.fromEntries(consumes.map((type) => [type, sent])) } }
      : {}),
    responses: Object.fromEntries(
      responses.map(([status, declared]) => [status.toUpperCase(), responseOf(status, declared, schemas)]),
    ),
  };
}

/** `/api/plans/:id` as OpenAPI writes it: `/api/plans/{id}`. */
export function toTemplate(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}').replace('*', '{rest}');
}

/** What describes the routes that it was shown; those without a schema are not for other programs. */
export interface Description {
  /** An onRoute hook. */
  add(route: RouteOptions): void;
  /** The OpenAPI document. Made once, when all routes are there. */
  read(): OpenApi;
}

/** Create a description without routes. `publicUrl` absent = where the document was read. */
export function createDescription(publicUrl = '/'): Description {
  const routes: RouteOptions[] = [];
  let document: OpenApi | null = null;

  function build(): OpenApi {
    const schemas = createSchemas();
    const paths: OpenApi['paths'] = {};
    for (const route of routes.toSorted((a, b) => (a.url < b.url ? -1 : 1)))
      for (const method of [route.method].flat()) {
        const template = toTemplate(route.url);
        paths[template] = { ...paths[template], [method.toLowerCase()]: operationOf(route, schemas) };
      }
    return {
      openapi: '3.1.1',
      info: {
        title: 'viva',
        version,
        description:
          'Interviews over HTTP and WebSocket. The socket is described by /asyncapi.json, the rules by PROTOCOL.md.',
      },
      servers: [{ url: publicUrl }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      paths,
      components: { schemas: schemas.byName, securitySchemes },
    };
  }

  return {
    add(route) {
      // Files of the pages say that they are not to be described.
      const isHidden = (route.schema as { hide?: boolean } | undefined)?.hide === true;
      // Fastify adds HEAD to every GET by itself.
      if (route.schema && !isHidden && route.method !== 'HEAD') routes.push(route);
    },
    read() {
      document ??= build();
      return document;
    },
  };
}
