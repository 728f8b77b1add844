import helmet from "@fastify/helmet";
import Fastify from "fastify";

/** Field names that every answer of Fastify has; the rest of a probe's answer is helmet's. */
const ordinary: ReadonlySet<string> = new Set(["content-type", "content-length", "date", "connection"]);

/**
 * The header fields with which helmet keeps browsers from harm.
 *
 * Asked for once: the plugin would work them out anew for each request, which costs as much as reading a record. Without
 * HSTS, because the node speaks plain HTTP behind whatever ends TLS, and that decides for its host.
 */
export async function browserSafetyFields(): Promise<Readonly<Record<string, string>>> {
  const probe = Fastify();
  await probe.register(helmet, { hsts: false });
  probe.get("/", () => "");
  const { headers } = await probe.inject("/");
  await probe.close();
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (ordinary.has(name) ? [] : [[name, String(value)]])),
  );
}
