import { createAccess, createApp, defaultApiSettings } from "@lianzheng/node/api";
import type { AppServices } from "@lianzheng/node/api";
import { pino } from "pino";

/** A JSON Schema as the document has it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>>;
}

/** The parts of an OpenAPI document from which types are made. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The description of the API with every resource there is, made without a node: its ports are never asked. */
export async function wholeDocument(): Promise<ApiDocument> {
  const app = await createApp(hollowServices());
  try {
    return app.swagger() as unknown as ApiDocument;
  } finally {
    await app.close();
  }
}

function hollowServices(): AppServices {
  return {
    ...{ log: unasked(), evidence: unasked(), erasures: unasked(), keys: unasked(), condition: unasked() },
    ...{ listing: unasked(), proofs: unasked(), verification: unasked(), policies: unasked(), registry: unasked() },
    ...{ warnings: unasked(), witness: unasked() },
    events: { source: unasked(), limits: unasked(), webhooks: unasked() },
    metrics: { access: "monitor", read: unasked<() => never>(), answered: () => undefined },
    ...{ access: createAccess(() => []), settings: defaultApiSettings, docs: "open", now: Date.now },
    logger: pino({ level: "silent" }),
  };
}

/** Stands for a port that is only handed on. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says which port is not there
function unasked<Port extends object>(): Port {
  return new Proxy({} as Port, {
    get: (_port, name) => {
      throw new TypeError(`a port is asked for ${String(name)}, though only a description is made`);
    },
  });
}
