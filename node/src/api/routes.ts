import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import { NodeError } from "../errors.ts";

/**
 * Every route of the app with its methods: what 404, 405 and OPTIONS are answered from.
 *
 * Paths are compared as they stand: another case, a trailing or a double slash is another path.
 */
export class RouteTable {
  readonly #methods = new Map<string, Set<string>>();

  /** Fastify's onRoute hook. */
  add({ url, method }: Pick<RouteOptions, "url" | "method">): void {
    const methods = this.#methods.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    this.#methods.set(url, methods);
  }

  /** Methods of the path's routes, sorted and with OPTIONS; empty when the path has no route. */
  methodsOf(path: string): readonly string[] {
    const found = [...this.#methods]
      .filter(([pattern]) => matches(pattern, path))
      .flatMap(([, methods]) => [...methods]);
    return found.length === 0 ? [] : [...new Set([...found, "OPTIONS"])].sort();
  }

  /**
   * Answers a request that no route takes: OPTIONS with the methods, another method with 405, else 404.
   *
   * @throws NodeError E_METHOD, E_NOT_FOUND
   */
  answer(request: FastifyRequest, reply: FastifyReply): void {
    const allowed = this.methodsOf(request.url.split("?", 1)[0] ?? "");
    if (allowed.length === 0) throw new NodeError("E_NOT_FOUND", "There is no such resource.");
    void reply.header("allow", allowed.join(", "));
    if (request.method !== "OPTIONS") throw new NodeError("E_METHOD", `This resource takes ${allowed.join(", ")}.`);
    void reply.code(204).send();
  }
}

/** `:name` stands for one segment that is not empty, a final `*` for one or more. */
function matches(pattern: string, path: string): boolean {
  const expected = pattern.split("/");
  const actual = path.split("/");
  const open = expected.at(-1) === "*";
  if (open ? actual.length < expected.length : actual.length !== expected.length) return false;
  return expected.every((segment, index) => {
    if (segment.startsWith(":") || segment === "*") return actual[index] !== "";
    return segment === actual[index];
  });
}
