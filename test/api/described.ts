import { createRequire } from "node:module";
import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { App } from "@lianzheng/node/api";

/** The node's own validator; another version of it stands at the root. */
export const { Ajv2020 } = createRequire(new URL("../../node/package.json", import.meta.url))("ajv/dist/2020.js") as {
  readonly Ajv2020: new (options: object) => {
    readonly addSchema: (schema: object) => void;
    readonly compile: (schema: object) => Validator;
  };
};

export type Validator = ((value: unknown) => boolean) & { readonly errors?: readonly object[] | null };

/** The parts of a description of an API that tests look at. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: object }>> }>>;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * The same schema, for which an object with named members has no others: a reader of the API should pass over what he does
 * not know, but a node should not say what its description does not.
 */
export function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map((one: Json) => closed(one));
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.entries(schema).map(([name, value]) => [name, closed(value)] as const);
  const isOpen = "additionalProperties" in schema || "patternProperties" in schema || !("required" in schema);
  return Object.fromEntries(isOpen ? members : [...members, ["additionalProperties", false]]);
}

/** Validators of one set of components, by the text of their schemas. */
class Compiler {
  readonly #ajv = new Ajv2020({ strict: false });
  readonly #made = new Map<string, Validator>();

  constructor(components: Json) {
    this.#ajv.addSchema({ $id: "/document", components: closed(components) });
  }

  validatorOf(schema: Json): Validator {
    const text = JSON.stringify(closed(schema)).replaceAll('"#/components/', '"/document#/components/');
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    const made = this.#ajv.compile(JSON.parse(text) as object);
    this.#made.set(text, made);
    return made;
  }
}

const compilers = new Map<string, Compiler>();

/** The validator of a schema of the document, closed as {@link closed} says. Throws for a reference that leads nowhere. */
export function validatorOf(schema: object, { components }: Document): Validator {
  const text = JSON.stringify(components.schemas);
  const compiler = compilers.get(text) ?? new Compiler(components as unknown as Json);
  compilers.set(text, compiler);
  return compiler.validatorOf(schema as Json);
}

/** Documents by the routes that they describe: to make one takes a tenth of a second, and most tests have the same routes. */
const documents = new Map<string, Document>();

/** Holds every JSON answer of an app's routes against the description that the app itself serves. */
export class AnswerCheck {
  /** Answers that the description does not allow, or does not know. */
  readonly faults: string[] = [];
  /** Operations of which an answer was looked at. */
  readonly operations = new Set<string>();
  #app: App | undefined;
  #routes = "";

  /** To be called for each route before it is added. */
  watch(route: RouteOptions): void {
    if (route.method === "HEAD") return;
    this.#routes += ` ${String(route.method)} ${route.url}`;
    const look = (
      request: FastifyRequest,
      reply: FastifyReply,
      payload: unknown,
      done: (error?: null) => void,
    ): void => {
      if (typeof payload === "string" && request.method !== "HEAD") this.#check(route, reply, payload);
      done();
    };
    route.onSend = [route.onSend ?? [], look].flat();
  }

  /** To be called when the app is ready. */
  describedBy(app: App): void {
    this.#app = app;
  }

  #check({ url, schema }: RouteOptions, reply: FastifyReply, payload: string): void {
    const [media = ""] = String(reply.getHeader("content-type")).split(";");
    // Of no content there is nothing to say.
    if (this.#app === undefined || !media.endsWith("json") || reply.statusCode === 204) return;
    const document = documents.get(this.#routes) ?? (this.#app.swagger() as unknown as Document);
    documents.set(this.#routes, document);
    const id = schema?.operationId;
    const operation = Object.values(document.paths)
      .flatMap((path) => Object.values(path))
      .find(({ operationId }) => operationId === id);
    const { responses = {} } = operation ?? {};
    const status = String(reply.statusCode);
    const answer = responses[status] ?? responses[`${status.charAt(0)}XX`];
    const described = answer?.content?.[media]?.schema;
    const place = `${url} ${status} ${media}`;
    if (described === undefined) this.faults.push(`${place} is not described`);
    else {
      this.operations.add(String(id));
      const isDescribed = validatorOf(described, document);
      if (!isDescribed(JSON.parse(payload)))
        this.faults.push(`${place}: ${JSON.stringify(isDescribed.errors?.slice(0, 3))} in ${payload.slice(0, 400)}`);
    }
  }
}
