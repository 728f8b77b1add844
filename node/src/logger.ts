import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";

/**
 * The node's own lines, each a JSON object, on standard error unless told otherwise.
 *
 * No code passes secrets to a logger; these names are cut should one ever do.
 */
export function createLogger(level: string, to: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  const names = ["authorization", "token", "passphrase", "privateKey", "disclosures", "body", "headers", "seed"];
  const redact = { paths: names.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" };
  return pino({ level, redact }, to);
}
