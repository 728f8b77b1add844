import type { LogLevel } from "@lianzheng/node/config";
import { pino } from "pino";
import type { Logger } from "pino";

/** Names whose values are cut out should anybody ever pass them to the log. */
const secretNames = ["authorization", "token", "passphrase", "privateKey", "disclosures", "body", "headers", "seed"];

const STDERR = 2;

/** The log of a node that the command runs: lines of JSON on stderr, since stdout is for answers. */
export function nodeLogger(level: LogLevel): Logger {
  const paths = secretNames.flatMap((name) => [name, `*.${name}`]);
  return pino({ level, redact: { paths, censor: "[redacted]" } }, pino.destination({ fd: STDERR, sync: true }));
}
